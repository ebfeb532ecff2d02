/* Pictures decoded ahead of time. A decoded element is kept so that the browser keeps its bitmap; the oldest go first,
   so memory stays flat however many are looked at. */
import { url } from '~/api/client'
import type { Shot } from '~/api/types'

const keep = 14
const warm = new Map<string, HTMLImageElement>()

export function pictureUrl(id: string): string {
    return url(`/shots/${id}/picture`)
}

export function thumbnailUrl(id: string): string {
    return url(`/shots/${id}/thumbnail`, { width: 400 })
}

export function warmUp(address: string): void {
    const known = warm.get(address)
    if (known) {
        warm.delete(address)
        warm.set(address, known)
        return
    }
    const img = new Image()
    img.decoding = 'async'
    img.src = address
    void img.decode?.().catch(() => warm.delete(address))
    warm.set(address, img)
    while (warm.size > keep) warm.delete(warm.keys().next().value!)
}

export function isWarm(address: string): boolean {
    return warm.get(address)?.complete ?? false
}

interface Connection {
    saveData?: boolean
    effectiveType?: string
}

/** On a slow or metered line full pictures are fetched on demand only. */
export function isSlowLine(): boolean {
    const c = (navigator as { connection?: Connection }).connection
    return Boolean(c?.saveData) || c?.effectiveType === '2g' || c?.effectiveType === 'slow-2g' || c?.effectiveType === '3g'
}

/** The next few pictures and what they will be compared with. */
export function prefetch(shots: (Shot | undefined)[]): void {
    if (isSlowLine()) return
    for (const shot of shots) {
        if (!shot?.picture) continue
        warmUp(pictureUrl(shot.id))
        if (shot.change) warmUp(pictureUrl(shot.change.reference_id))
    }
}
