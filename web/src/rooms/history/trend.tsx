/* The highest and the mean value of the panel, round by round; verdicts are marks on the line. A chunk of its own: it brings the chart library. */
import { useQueries } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Shot } from '~/api/types'
import { useFormat } from '~/base/format'
import { dataQuery } from '~/rooms/review/focus/side'
import s from './history.module.css'

const most = 30

export default function Trend({ shots, zone, onPick }: { shots: Shot[]; zone: string; onPick: (id: string) => void }) {
    const { t } = useTranslation()
    const f = useFormat()
    const box = useRef<HTMLDivElement>(null)
    const shown = shots.filter((x) => x.has_data).slice(-most)
    const data = useQueries({ queries: shown.map((x) => dataQuery(x.id)) })
    const isReady = data.every((d) => !d.isPending)
    const pick = useRef(onPick)
    pick.current = onPick
    const stamp = shown.map((x) => x.id).join()
    useEffect(() => {
        const el = box.current
        if (!el || !isReady) return undefined
        const style = getComputedStyle(document.documentElement)
        const colour = (name: string) => style.getPropertyValue(name).trim()
        const x = shown.map((shot) => Date.parse(shot.window.to) / 1000)
        const stat = (k: 'max' | 'mean') => data.map((d) => {
            const values = (d.data?.series ?? []).map((y) => y[k]).filter((v) => v !== null)
            if (!values.length) return null
            return k === 'max' ? Math.max(...values) : values.reduce((a, b) => a + b, 0) / values.length
        })
        const bad = new Set(shown.flatMap((shot, i) => (shot.verdict?.value === 'abnormal' ? [i] : [])))
        const axis = { stroke: colour('--ink-2'), grid: { stroke: colour('--line'), width: 1 }, ticks: { stroke: colour('--line') }, font: '12px system-ui' }
        const chart = new uPlot({
            width: el.clientWidth, height: 190, cursor: { drag: { x: false, y: false } },
            scales: { x: { time: true } },
            axes: [{ ...axis, values: (_u, ticks) => ticks.map((v) => f.shortDay(new Date(v * 1000).toISOString(), zone)) }, { ...axis, size: 56, values: (_u, ticks) => ticks.map((v) => f.compact(v)) }],
            series: [
                { label: t('history.round'), value: (_u, v) => (v === null ? '–' : f.moment(new Date(v * 1000).toISOString(), zone)) },
                { label: t('review.stat.max'), stroke: colour('--accent'), width: 2, value: (_u, v) => f.compact(v), points: { show: true, size: 7, fill: colour('--surface') } },
                { label: t('review.stat.mean'), stroke: colour('--ink-3'), width: 1.5, dash: [4, 4], value: (_u, v) => f.compact(v) },
            ],
            hooks: {
                draw: [(u) => {
                    for (const i of bad) {
                        const y = u.data[1]![i]
                        if (y === null || y === undefined) continue
                        const px = u.valToPos(u.data[0]![i]!, 'x', true)
                        const py = u.valToPos(y, 'y', true)
                        u.ctx.strokeStyle = colour('--alert')
                        u.ctx.lineWidth = 2.5 * devicePixelRatio
                        const d = 6 * devicePixelRatio
                        u.ctx.beginPath()
                        u.ctx.moveTo(px - d, py - d); u.ctx.lineTo(px + d, py + d); u.ctx.moveTo(px + d, py - d); u.ctx.lineTo(px - d, py + d)
                        u.ctx.stroke()
                    }
                }],
            },
        }, [x, stat('max'), stat('mean')], el)
        chart.over.addEventListener('click', () => { const i = chart.cursor.idx; if (i !== null && i !== undefined && shown[i]) pick.current(shown[i].id) })
        const watch = new ResizeObserver(() => chart.setSize({ width: el.clientWidth, height: 190 }))
        watch.observe(el)
        return () => { watch.disconnect(); chart.destroy() }
        // The chart is drawn anew when the shots, their numbers or the words change.
        // eslint-disable-next-line react-hooks/exhaustive-deps
    }, [stamp, isReady, f, t])
    return <div className={s.chart} ref={box} role="img" aria-label={t('history.trendAlt')} />
}
