/* What the shot had before it was taken again: nothing that somebody may have judged is out of reach. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api } from '~/api/client'
import { keys } from '~/api/queries'
import type { Shot, Take } from '~/api/types'
import { sayFault } from '~/base/fault-words'
import { useFormat } from '~/base/format'
import { takeUrl } from '../pictures'
import s from './side.module.css'

function EarlierTake({ shot, take }: { shot: Shot; take: Take }) {
    const { t } = useTranslation()
    const f = useFormat()
    const when = take.taken_at ? f.dateTime(take.taken_at) : t(`common.shotState.${take.state}`)
    const why = [take.outcome && t(`common.outcome.${take.outcome}`), take.message && sayFault(take.message)].filter(Boolean).join(': ')
    const isShown = take.sha256 !== null && !take.expired
    return (
        <li>
            {isShown ? <a href={takeUrl(shot, take)} target="_blank" rel="noreferrer">{when} ↗</a> : when}
            {take.expired && ` · ${t('review.expired')}`}
            {why && ` · ${why}`}
        </li>
    )
}

export function EarlierTakes({ shot }: { shot: Shot }) {
    const { t } = useTranslation()
    const takes = useQuery({ queryKey: keys.takes(shot.id, shot.verdict_version), queryFn: () => api.get<{ items: Take[] }>(`/shots/${shot.id}/takes`), enabled: shot.verdict_version > 0, staleTime: Infinity }) // each retake counts the version up, too
    if (!takes.data?.items.length) return null
    return (
        <div className="small">
            <span className="quiet">{t('review.takes')}</span>
            <ul className={s.takes}>{takes.data.items.map((x) => <EarlierTake key={x.number} shot={shot} take={x} />)}</ul>
        </div>
    )
}
