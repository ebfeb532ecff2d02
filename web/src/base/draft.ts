/* Unsaved input that survives a reload and an expired session: kept in sessionStorage under a name of its own. */
import { useCallback, useEffect, useRef, useState } from 'react'

const prefix = 'rounds.draft.'

export function readDraft<T>(key: string): T | null {
    try {
        const text = sessionStorage.getItem(prefix + key)
        return text === null ? null : (JSON.parse(text) as T)
    } catch {
        return null
    }
}

export function writeDraft(key: string, value: unknown): void {
    try {
        sessionStorage.setItem(prefix + key, JSON.stringify(value))
    } catch {
        /* storage is full or forbidden: the input lives as long as the page */
    }
}

export function dropDraft(key: string): void {
    try {
        sessionStorage.removeItem(prefix + key)
    } catch {
        /* nothing was kept */
    }
}

export interface Draft<T> {
    value: T
    set: (next: T | ((old: T) => T)) => void
    /** Forget what was kept, and start again from this value. */
    reset: (next: T) => void
    isDirty: boolean
    /** There was kept input when the view opened. */
    wasRestored: boolean
}

/** `keep` says what of the input may be kept; a secret may not. */
export function useDraft<T>(key: string, initial: T, keep: (value: T) => T = (value) => value): Draft<T> {
    const [start] = useState(() => readDraft<T>(key))
    const [state, setState] = useState<{ key: string; value: T; dirty: boolean }>({
        key, value: start ?? initial, dirty: start !== null,
    })
    const keeper = useRef(keep)
    const current = useRef(state)
    current.current = state
    if (state.key !== key) {
        const kept = readDraft<T>(key)
        setState({ key, value: kept ?? initial, dirty: kept !== null })
    }
    const set = useCallback((next: T | ((old: T) => T)) => {
        setState((old) => {
            const value = typeof next === 'function' ? (next as (old: T) => T)(old.value) : next
            return { ...old, value, dirty: true }
        })
    }, [])
    useEffect(() => {
        if (state.dirty) writeDraft(state.key, keeper.current(state.value))
    }, [state])
    const reset = useCallback((value: T) => {
        dropDraft(current.current.key)
        setState((old) => ({ ...old, value, dirty: false }))
    }, [])
    return { value: state.value, set, reset, isDirty: state.dirty, wasRestored: start !== null }
}
