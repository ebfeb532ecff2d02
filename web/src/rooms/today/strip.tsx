/* Thirty days at a glance: one small square a round, by shape as well as colour. */
import { Check, Circle, LoaderCircle, Minus, TriangleAlert, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import type { StripOutcome, Today } from '~/api/types'
import { cx } from '~/base/cx'
import { useFormat } from '~/base/format'
import s from './today.module.css'

const icons = { signed: Check, abnormal: X, failed: TriangleAlert, open: Circle, running: LoaderCircle, missed: Minus }
const tones: Record<StripOutcome, string | undefined> = { signed: s.signed, abnormal: s.abnormal, failed: s.failed, open: s.open, running: s.running, missed: s.missed }

export function Strip({ label, squares, zone }: { label: string; squares: Today['plans'][number]['strip']; zone: string }) {
    const { t } = useTranslation()
    const f = useFormat()
    return (
        <ul className={s.strip} aria-label={label}>
            {squares.slice(-30).map((q, i) => {
                const Icon = icons[q.outcome]
                const text = `${f.moment(q.moment_at, zone)} · ${t(`today.outcome.${q.outcome}`)}`
                return (
                    <li key={`${q.moment_at}-${i}`}>
                        {q.round_id
                            ? <Link className={cx(s.square, tones[q.outcome])} href={`/rounds/${q.round_id}`} title={text} aria-label={text}><Icon strokeWidth={3} aria-hidden="true" /></Link>
                            : <span className={cx(s.square, tones[q.outcome])} title={text} role="img" aria-label={text}><Icon strokeWidth={3} aria-hidden="true" /></span>}
                    </li>
                )
            })}
        </ul>
    )
}
