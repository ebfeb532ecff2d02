/* Pictures that look enough like panels to design and test with: a line chart as SVG, the same for the same seed. */

export function random(seed: number): () => number {
    let a = seed >>> 0
    return () => {
        a = (a + 0x6d2b79f5) >>> 0
        let t = a
        t = Math.imul(t ^ (t >>> 15), t | 1)
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296
    }
}

export interface Line {
    name: string
    points: [number, number][]
}

export function lines(seed: number, count: number, from: number, to: number, spike: boolean): Line[] {
    return Array.from({ length: count }, (_, i) => {
        const r = random(seed * 31 + i * 7)
        const level = 20 + r() * 40
        const wave = 4 + r() * 12
        const phase = r() * 6
        let drift = 0
        const points = Array.from({ length: 120 }, (__, k): [number, number] => {
            drift += (r() - 0.5) * 3
            drift *= 0.96
            const bump = spike && i === 0 && k > 84 && k < 104 ? 38 * Math.sin(((k - 84) / 20) * Math.PI) : 0
            const v = Math.max(0, level + wave * Math.sin(k / 18 + phase) + drift + bump)
            return [Math.round(from + ((to - from) * k) / 119), Math.round(v * 100) / 100]
        })
        return { name: ['node-a', 'node-b', 'node-c', 'node-d', 'node-e'][i] ?? `node-${i}`, points }
    })
}

const colours = ['#73bf69', '#5794f2', '#ff9830', '#b877d9', '#f2495c']

export function svg(
    title: string, seed: number, opts: { width: number; height: number; spike: boolean; dark: boolean; empty?: boolean; difference?: boolean },
): string {
    const { width: w, height: h } = opts
    const bg = opts.dark ? '#181b1f' : '#ffffff'
    const ink = opts.dark ? '#ccccdc' : '#24292e'
    const rule = opts.dark ? '#2c3235' : '#e9edf2'
    const plot = { x: 52, y: 46, w: w - 76, h: h - 110 }
    const max = 120
    const data = lines(seed, 3, 0, 1, opts.spike)
    const path = (points: [number, number][]) =>
        points
            .map(([, v], k) => `${k ? 'L' : 'M'}${(plot.x + (plot.w * k) / 119).toFixed(1)} ${(plot.y + plot.h * (1 - v / max)).toFixed(1)}`)
            .join('')
    const grid = [0, 30, 60, 90, 120]
        .map((v) => {
            const y = plot.y + plot.h * (1 - v / max)
            return `<line x1="${plot.x}" x2="${plot.x + plot.w}" y1="${y}" y2="${y}" stroke="${rule}"/>` +
                `<text x="${plot.x - 8}" y="${y + 4}" text-anchor="end" font-size="12" fill="${ink}" opacity=".7">${v} %</text>`
        })
        .join('')
    const legend = data
        .map((l, i) => `<rect x="${plot.x + i * 110}" y="${h - 30}" width="14" height="4" rx="2" fill="${colours[i]}"/>` +
            `<text x="${plot.x + i * 110 + 20}" y="${h - 24}" font-size="12" fill="${ink}">${l.name}</text>`)
        .join('')
    const body = opts.empty
        ? `<text x="${w / 2}" y="${h / 2}" text-anchor="middle" font-size="18" fill="${ink}" opacity=".6">No data</text>`
        : data.map((l, i) => `<path d="${path(l.points)}" fill="none" stroke="${opts.difference ? '#ff2d55' : colours[i]}" stroke-width="1.6"/>`).join('')
    const ticks = [0, 30, 60, 90, 119]
        .map((k, i) => `<text x="${plot.x + (plot.w * k) / 119}" y="${plot.y + plot.h + 20}" text-anchor="middle" font-size="12" fill="${ink}" opacity=".7">0${3 + i}:00</text>`)
        .join('')
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" font-family="sans-serif">` +
        `<rect width="${w}" height="${h}" fill="${bg}"/>` +
        `<text x="16" y="26" font-size="15" font-weight="600" fill="${ink}">${title}</text>` +
        grid + ticks + body + (opts.empty ? '' : legend) + '</svg>'
}
