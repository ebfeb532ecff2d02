/* The months of the panel's history; a day that has a round can be pressed. */
import { Check, Circle, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Shot } from '~/api/types'
import { cx } from '~/base/cx'
import { useFormat } from '~/base/format'
import s from './history.module.css'

const dayKey = (d: Date) => `${d.getFullYear()}-${d.getMonth()}-${d.getDate()}`

export function Calendar({ shots, at, onPick }: { shots: Shot[]; at: string; onPick: (id: string) => void }) {
    const { t } = useTranslation()
    const f = useFormat()
    const byDay = new Map<string, Shot>()
    for (const x of shots) byDay.set(dayKey(new Date(x.window.to)), x)
    const months = [...new Set(shots.map((x) => { const d = new Date(x.window.to); return new Date(d.getFullYear(), d.getMonth(), 1).getTime() }))].sort((a, b) => b - a).slice(0, 6)
    const title = new Intl.DateTimeFormat(f.language, { year: 'numeric', month: 'long' })
    return (
        <div className={s.months}>
            {months.map((m) => {
                const first = new Date(m)
                const blank = (first.getDay() + 6) % 7
                const count = new Date(first.getFullYear(), first.getMonth() + 1, 0).getDate()
                return (
                    <div key={m} className={s.month}>
                        <h3>{title.format(first)}</h3>
                        <div className={s.days}>
                            {Array.from({ length: blank }, (_, i) => <span key={`b${i}`} />)}
                            {Array.from({ length: count }, (_, i) => {
                                const shot = byDay.get(dayKey(new Date(first.getFullYear(), first.getMonth(), i + 1)))
                                if (!shot) return <span key={i} className={s.day}>{i + 1}</span>
                                const value = shot.verdict?.value ?? 'undecided'
                                const Icon = value === 'abnormal' ? X : value === 'normal' ? Check : Circle
                                return (
                                    <button key={i} type="button" className={cx(s.day, value === 'abnormal' && s.bad)} aria-pressed={shot.id === at} aria-label={`${f.date(shot.window.to)} ${t(`common.verdict.${value}`)}`} onClick={() => onPick(shot.id)}>
                                        {i + 1}<Icon strokeWidth={3} aria-hidden="true" />
                                    </button>
                                )
                            })}
                        </div>
                    </div>
                )
            })}
        </div>
    )
}
