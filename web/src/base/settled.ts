/* A value that has stopped changing: for questions to the server while somebody types. */
import { useEffect, useState } from 'react'

export function useSettled<T>(value: T, ms: number): T {
    const [settled, setSettled] = useState(value)
    useEffect(() => {
        const timer = setTimeout(() => setSettled(value), ms)
        return () => clearTimeout(timer)
    }, [value, ms])
    return settled
}
