/* The months of the panel's history; a day that has a round can be pressed. */
import { Check, Circle, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Shot } from '~/api/types'
import { cx } from '~/base/cx'
import { useFormat } from '~/base/format'
import s from './history.module.css'

/** The calendar day of a moment where the plan is: "2026-11-23". */
function dayOf(at: string, zone: string): string {
    return new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(Date.parse(at))
}

export function Calendar({ shots, zone, at, onPick }: { shots: Shot[]; zone: string; at: string; onPick: (id: string) => void }) {
    const { t } = useTranslation()
    const f = useFormat()
    const byDay = new Map<string, Shot>()
    for (const x of shots) byDay.set(dayOf(x.window.to, zone), x)
    const months = [...new Set([...byDay.keys()].map((d) => d.slice(0, 7)))].sort().reverse().slice(0, 6)
    const title = new Intl.DateTimeFormat(f.language, { year: 'numeric', month: 'long', timeZone: 'UTC' })
    return (
        <div className={s.months}>
            {months.map((m) => {
                const first = new Date(`${m}-01T00:00:00Z`)
                const blank = (first.getUTCDay() + 6) % 7
                const count = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate()
                return (
                    <div key={m} className={s.month}>
                        <h3>{title.format(first)}</h3>
                        <div className={s.days}>
                            {Array.from({ length: blank }, (_, i) => <span key={`b${i}`} />)}
                            {Array.from({ length: count }, (_, i) => {
                                const shot = byDay.get(`${m}-${String(i + 1).padStart(2, '0')}`)
                                if (!shot) return <span key={i} className={s.day}>{i + 1}</span>
                                const value = shot.verdict?.value ?? 'undecided'
                                const Icon = value === 'abnormal' ? X : value === 'normal' ? Check : Circle
                                return (
                                    <button key={i} type="button" className={cx(s.day, value === 'abnormal' && s.bad)} aria-pressed={shot.id === at} aria-label={`${f.date(shot.window.to, zone)} ${t(`common.verdict.${value}`)}`} onClick={() => onPick(shot.id)}>
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
