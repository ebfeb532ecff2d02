/* How long a person has really looked: the clock runs only while the page is visible and has the focus. */
import { useEffect, useRef } from 'react'

export class Dwell {
    private sum = 0
    private since: number | null = null

    constructor(private readonly clock: () => number = () => performance.now()) {}

    look(isLooking: boolean): void {
        const now = this.clock()
        if (this.since !== null) this.sum += now - this.since
        this.since = isLooking ? now : null
    }

    restart(isLooking: boolean): void {
        this.sum = 0
        this.since = isLooking ? this.clock() : null
    }

    get ms(): number {
        return Math.round(this.sum + (this.since === null ? 0 : this.clock() - this.since))
    }
}

const isLooking = () => document.visibilityState === 'visible' && document.hasFocus()

/** A clock for one shot; starts anew when the shot changes. */
export function useDwell(shotId: string): Dwell {
    const dwell = useRef<Dwell>(null)
    dwell.current ??= new Dwell()
    useEffect(() => {
        const d = dwell.current!
        d.restart(isLooking())
        const update = () => d.look(isLooking())
        document.addEventListener('visibilitychange', update)
        addEventListener('focus', update)
        addEventListener('blur', update)
        return () => {
            document.removeEventListener('visibilitychange', update)
            removeEventListener('focus', update)
            removeEventListener('blur', update)
        }
    }, [shotId])
    return dwell.current
}
