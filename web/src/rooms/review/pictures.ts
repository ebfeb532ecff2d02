/* Pictures decoded ahead of time. A decoded element is kept so that the browser keeps its bitmap; the oldest go first,
   so memory stays flat however many are looked at. */
import { url } from '~/api/client'
import type { Shot, Take } from '~/api/types'

const keep = 14
const warm = new Map<string, HTMLImageElement>()

/* An address that carries the picture's hash is good for ever and never asked about again. */
const shortOf = (sha256: string | null | undefined) => sha256?.slice(0, 16)
const hashOf = (shot: Pick<Shot, 'picture'>) => shortOf(shot.picture?.sha256)

export function pictureUrl(shot: Pick<Shot, 'id' | 'picture'>): string {
    return url(`/shots/${shot.id}/picture`, { v: hashOf(shot) })
}

/** Of an earlier take that has one. */
export function takeUrl(shot: Pick<Shot, 'id'>, take: Take): string {
    return url(`/shots/${shot.id}/picture`, { take: take.number, v: shortOf(take.sha256) })
}

export function thumbnailUrl(shot: Pick<Shot, 'id' | 'picture'>): string {
    return url(`/shots/${shot.id}/thumbnail`, { v: hashOf(shot) })
}

/** A thumbnail of which only the shot's id is known. */
export function looseThumbnailUrl(id: string): string {
    return url(`/shots/${id}/thumbnail`)
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

export function prefetch(shots: (Shot | null | undefined)[]): void {
    if (isSlowLine()) return
    for (const shot of shots) if (shot?.picture) warmUp(pictureUrl(shot))
}
