/* The panel through time: a film strip, oldest left, today at the right end. A press makes that shot the reference. */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '~/api/client'
import { keys } from '~/api/queries'
import type { List, Shot } from '~/api/types'
import { useFormat } from '~/base/format'
import { ShotMark } from '~/parts/mark'
import { thumbnailUrl } from '../pictures'
import s from './film.module.css'

export function historyQuery(panel: string, window: string, limit = 60) {
    return {
        queryKey: [...keys.history(panel, 0), window, limit], staleTime: 5 * 60_000,
        queryFn: () => api.get<List<Shot>>(`/panels/${encodeURIComponent(panel)}/history`, { window, limit }).then((l) => l.items),
    }
}

export function Film({ shot, zone, chosen, onChoose }: { shot: Shot; zone: string; chosen: string | null; onChoose: (other: Shot) => void }) {
    const { t } = useTranslation()
    const f = useFormat()
    const box = useRef<HTMLDivElement>(null)
    const history = useQuery(historyQuery(shot.panel_key, shot.window.name))
    const past = (history.data ?? []).filter((x) => x.id !== shot.id && x.window.to <= shot.window.to).slice(0, 30).reverse()
    useEffect(() => { box.current?.scrollTo({ left: box.current.scrollWidth }) }, [shot.id, past.length])
    return (
        <div className={s.film} ref={box} role="group" aria-label={t('review.film')}>
            {past.map((x) => (
                <button key={x.id} type="button" className={s.frame} aria-pressed={chosen === x.id} onClick={() => onChoose(x)} title={f.dateTime(x.window.to, zone)}>
                    {x.picture ? <img src={thumbnailUrl(x)} alt="" loading="lazy" decoding="async" /> : <span className={s.none} />}
                    <span className={s.cap}><span>{f.shortDay(x.window.to, zone)}</span><ShotMark shot={x} withText={false} /></span>
                </button>
            ))}
            <span className={s.frame} aria-current="true">
                {shot.picture ? <img src={thumbnailUrl(shot)} alt="" decoding="async" /> : <span className={s.none} />}
                <span className={s.cap}><span>{t('review.thisOne')}</span><ShotMark shot={shot} withText={false} /></span>
            </span>
        </div>
    )
}
