/* Pictures of rooms compared with kept ones.
   Both are reduced to a quarter in width and height (each point the mean of sixteen) before they are compared: what differs between Debian 12 and
   13, smoothing of letters and their width by a pixel, is averaged away, and the kept pictures stay small. A point differs when a channel is off by
   more than `pointMost` of 255. A picture does when more than `shareMost` of its points differ (a line that wraps), when they fill
   `blockMost` of any window of 48 × 24 px (a button, a mark: few points of a page, but all of one place), or when `washMost` of the page is off by
   more than `washPoint` (a colour token that is a little wrong, everywhere it is used). Measured: runs of different builds under
   load differ in no point; a button that is missing in 0.2 % of the page and in all of its window. Kept pictures are made anew with `make looks`. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'

export const pointMost = 40
export const shareMost = 0.006
export const blockMost = 0.7
export const washPoint = 16
export const washMost = 0.1
const kept = fileURLToPath(new URL('../looks/', import.meta.url))
const left = fileURLToPath(new URL('../looks-different/', import.meta.url))

export interface Look {
    /** Points that differ, of all; 1 when the sizes do. */
    share: number
    /** The share within the window where they lie densest. */
    block: number
    /** Points that are off by a little at least, of all. */
    wash: number
    /** Where kept, now and their difference are side by side, when they differ too much. */
    left: string | null
}

interface Compared {
    share: number
    block: number
    wash: number
    small: string
    sides: string | null
}

/* In the page, which can decode PNG; draws kept, now and where they differ side by side. */
async function compareInPage([now, before, pointMost, washPoint]: [string, string | null, number, number]): Promise<Compared> {
    const load = (data: string) => new Promise<HTMLImageElement>((done, fail) => {
        const img = new Image()
        img.onload = () => done(img)
        img.onerror = () => fail(new Error('no picture'))
        img.src = `data:image/png;base64,${data}`
    })
    const board = (w: number, h: number): [HTMLCanvasElement, CanvasRenderingContext2D] => {
        const c = document.createElement('canvas')
        c.width = w
        c.height = h
        return [c, c.getContext('2d', { willReadFrequently: true })!]
    }
    const pixels = (img: HTMLImageElement) => {
        const [, g] = board(img.width, img.height)
        g.drawImage(img, 0, 0)
        return g.getImageData(0, 0, img.width, img.height)
    }
    const data = (c: HTMLCanvasElement) => c.toDataURL('image/png').split(',')[1]!
    const big = pixels(await load(now))
    const w = Math.floor(big.width / 4)
    const h = Math.floor(big.height / 4)
    const small = new ImageData(w, h)
    for (let y = 0; y < h; y++) {
        for (let x = 0; x < w; x++) {
            for (let k = 0; k < 3; k++) {
                let sum = 0
                for (let j = 0; j < 16; j++) sum += big.data[((y * 4 + (j >> 2)) * big.width + x * 4 + (j & 3)) * 4 + k]!
                small.data[(y * w + x) * 4 + k] = sum / 16
            }
            small.data[(y * w + x) * 4 + 3] = 255
        }
    }
    const [smallBoard, g] = board(w, h)
    g.putImageData(small, 0, 0)
    if (!before) return { share: 1, block: 1, wash: 1, small: data(smallBoard), sides: null }
    const old = pixels(await load(before))
    const [sides, s] = board(Math.max(w, old.width) * 3, Math.max(h, old.height))
    s.putImageData(old, 0, 0)
    s.putImageData(small, w, 0)
    if (old.width !== w || old.height !== h) return { share: 1, block: 1, wash: 1, small: data(smallBoard), sides: data(sides) }
    const marks = new ImageData(w, h)
    let n = 0
    let washed = 0
    const off = new Uint8Array(w * h)
    for (let i = 0; i < w * h * 4; i += 4) {
        const most = Math.max(...[0, 1, 2].map((k) => Math.abs(small.data[i + k]! - old.data[i + k]!)))
        const pale = 190 + Math.round((small.data[i]! + small.data[i + 1]! + small.data[i + 2]!) / 12)
        marks.data.set(most > pointMost ? [220, 0, 60, 255] : [pale, pale, pale, 255], i)
        off[i / 4] = most > pointMost ? 1 : 0
        n += off[i / 4]!
        washed += most > washPoint ? 1 : 0
    }
    let block = 0
    for (let y = 0; y + 6 <= h; y += 2) {
        for (let x = 0; x + 12 <= w; x += 2) {
            let sum = 0
            for (let j = 0; j < 72; j++) sum += off[(y + Math.floor(j / 12)) * w + x + (j % 12)]!
            block = Math.max(block, sum / 72)
        }
    }
    s.putImageData(marks, w * 2, 0)
    return { share: n / (w * h), block, wash: washed / (w * h), small: data(smallBoard), sides: data(sides) }
}

/** A picture of the page as it is. With UPDATE_LOOKS it becomes the kept one. */
export async function look(page: Page, workbench: Page, name: string): Promise<Look> {
    const file = join(kept, `${name}.png`)
    const now = (await page.screenshot({ animations: 'disabled', caret: 'hide' })).toString('base64')
    const before = existsSync(file) ? readFileSync(file).toString('base64') : null
    const c = await workbench.evaluate(compareInPage, [now, before, pointMost, washPoint] as [string, string | null, number, number])
    if (process.env.UPDATE_LOOKS) {
        if (c.share > 0) {
            mkdirSync(kept, { recursive: true })
            writeFileSync(file, Buffer.from(c.small, 'base64'))
        }
        return { share: 0, block: 0, wash: 0, left: null }
    }
    if (c.share > 0) console.info(`${name}: ${(c.share * 100).toFixed(3)} % of its points differ, ${Math.round(c.block * 100)} % where they are densest`)
    if (c.share <= shareMost && c.block <= blockMost && c.wash <= washMost) return { share: c.share, block: c.block, wash: c.wash, left: null }
    mkdirSync(left, { recursive: true })
    const where = join(left, `${name}.png`)
    writeFileSync(where, Buffer.from(c.sides ?? c.small, 'base64'))
    return { share: c.share, block: c.block, wash: c.wash, left: where }
}
