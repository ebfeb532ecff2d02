/* Pure: boxes on a picture as shares of its width and height, how they are drawn, moved and resized. */
import type { Mask } from '~/api/types'

export interface Point {
    x: number
    y: number
}

export type Corner = 'nw' | 'ne' | 'sw' | 'se'
export const corners: Corner[] = ['nw', 'ne', 'sw', 'se']

/** The server takes no more. */
export const masksMax = 50
/** Smaller ones are slips of the hand. */
export const least = 0.01

const inside = (v: number, low = 0, high = 1) => Math.min(high, Math.max(low, v))
const round = (v: number) => Math.round(v * 10_000) / 10_000

export function tidy(b: Mask): Mask {
    const w = inside(b.w, least)
    const h = inside(b.h, least)
    return { x: round(inside(b.x, 0, 1 - w)), y: round(inside(b.y, 0, 1 - h)), w: round(w), h: round(h) }
}

/** The box between two points, in whatever direction it was drawn; null when it is too small to be meant. */
export function between(a: Point, b: Point): Mask | null {
    const [x0, x1] = [inside(Math.min(a.x, b.x)), inside(Math.max(a.x, b.x))]
    const [y0, y1] = [inside(Math.min(a.y, b.y)), inside(Math.max(a.y, b.y))]
    return x1 - x0 < least || y1 - y0 < least ? null : tidy({ x: x0, y: y0, w: x1 - x0, h: y1 - y0 })
}

export function moved(b: Mask, dx: number, dy: number): Mask {
    return tidy({ ...b, x: b.x + dx, y: b.y + dy })
}

/** One corner goes to a point, the opposite one stays. */
export function resized(b: Mask, corner: Corner, to: Point): Mask {
    const east = corner.endsWith('e')
    const south = corner.startsWith('s')
    const fixed = { x: east ? b.x : b.x + b.w, y: south ? b.y : b.y + b.h }
    const x = east ? Math.max(inside(to.x), fixed.x + least) : Math.min(inside(to.x), fixed.x - least)
    const y = south ? Math.max(inside(to.y), fixed.y + least) : Math.min(inside(to.y), fixed.y - least)
    return between(fixed, { x, y }) ?? b
}

/** Wider or narrower at the right and lower edge, as the arrow keys do it. */
export function grown(b: Mask, dw: number, dh: number): Mask {
    return tidy({ ...b, w: inside(b.w + dw, least, 1 - b.x), h: inside(b.h + dh, least, 1 - b.y) })
}

/** A new one from the keyboard: in the middle, a little aside for each that is there. */
export function fresh(n: number): Mask {
    const aside = (n % 8) * 0.04
    return tidy({ x: 0.35 + aside, y: 0.35 + aside, w: 0.3, h: 0.2 })
}
