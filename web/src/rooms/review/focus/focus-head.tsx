/* Where we are: dashboard, panel, window; how many are left; the way back and the way into Grafana. */
import { ArrowLeft, CircleHelp, CloudUpload, ExternalLink } from 'lucide-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { Round, Shot } from '~/api/types'
import { useFormat } from '~/base/format'
import { ButtonLink, IconButton } from '~/parts/button'
import { Badge } from '~/parts/mark'
import type { Counts } from '../filter'
import { rangeText, shotTitle } from '../words'
import s from './focus.module.css'

export function FocusHead({ shot, round, at, length, counts, unsent, onGrid, onHelp }: {
    shot: Shot; round: Round; at: number; length: number; counts: Counts; unsent: number; onGrid: () => void; onHelp: () => void
}) {
    const { t } = useTranslation()
    const f = useFormat()
    const title = `${shot.dashboard.title} / ${shotTitle(shot)} / ${shot.window.name}`
    useEffect(() => { document.title = `${title} · ${t('common.product')}` }, [title, t])
    return (
        <header className={s.head}>
            <IconButton label={t('review.backToGrid')} icon={<ArrowLeft size={18} />} hint="g" onPress={onGrid} />
            <div className={s.where}>
                <h1 title={title} aria-live="polite">{title}</h1>
                <span className={s.range}>{rangeText(shot, f, round.timezone)}</span>
            </div>
            {unsent > 0 && <Badge tone="warn"><CloudUpload size={13} aria-hidden="true" />{t('review.unsent', { count: unsent })}</Badge>}
            <span className={s.at}>
                {at >= 0 && <><span className="sr">{t('review.position')} </span>{f.number(at + 1)} / {f.number(length)}</>}
                <span className={s.hideSmall}> · {t('review.leftTotal', { count: counts.undecided })}</span>
            </span>
            {shot.live_url && <span className={s.hideSmall}><ButtonLink outside kind="quiet" href={shot.live_url} icon={<ExternalLink size={14} />}>{t('review.openLive')}</ButtonLink></span>}
            <span className={s.hideSmall}><IconButton label={t('review.keys.title')} icon={<CircleHelp size={17} />} hint="?" onPress={onHelp} /></span>
        </header>
    )
}
