/* How much of a round has been judged, the abnormal share marked within. The words stand beside it; the ring itself is silent. */
import type { RoundCard } from '~/api/types'
import { useFormat } from '~/base/format'
import s from './ring.module.css'

const radius = 27
const length = 2 * Math.PI * radius

export function Ring({ card }: { card: RoundCard }) {
    const f = useFormat()
    const share = card.total ? (card.total - card.undecided) / card.total : 0
    const bad = card.total ? card.abnormal / card.total : 0
    const arc = (part: number, className: string | undefined, from = 0) => (
        <circle
            className={className} cx="32" cy="32" r={radius} fill="none" strokeWidth="6"
            strokeDasharray={`${part * length} ${length}`} strokeDashoffset={-from * length}
        />
    )
    return (
        <span className={s.ring} aria-hidden="true">
            <svg viewBox="0 0 64 64">
                {arc(1, s.track)}
                {share > 0 && arc(share, s.done)}
                {bad > 0 && arc(bad, s.bad, share - bad)}
            </svg>
            <span className={s.text}>{f.percent(share)}</span>
        </span>
    )
}
