/* Is there a line? The browser's own word, and what the event stream has noticed. */
import { useSyncExternalStore } from 'react'

let streamDown = false
const watchers = new Set<() => void>()

export function setStreamDown(down: boolean): void {
    if (down === streamDown) return
    streamDown = down
    watchers.forEach((fn) => fn())
}

function subscribe(fn: () => void): () => void {
    watchers.add(fn)
    addEventListener('online', fn)
    addEventListener('offline', fn)
    return () => {
        watchers.delete(fn)
        removeEventListener('online', fn)
        removeEventListener('offline', fn)
    }
}

export function useOnline(): boolean {
    return useSyncExternalStore(subscribe, () => navigator.onLine && !streamDown)
}
