/* One shot in the grid: its thumbnail, or why there is none, and how it was judged. */
import { Bug, CircleDashed, LoaderCircle, RotateCw, TriangleAlert } from 'lucide-react'
import { memo } from 'react'
import type { TFunction } from 'i18next'
import type { Shot } from '~/api/types'
import { cx } from '~/base/cx'
import type { Format } from '~/base/format'
import { Button } from '~/parts/button'
import { ShotSign } from '~/parts/mark'
import s from './grid.module.css'
import { changedFrom } from './filter'
import { thumbnailUrl } from './pictures'
import { failureText, pictureAlt, shotTitle } from './words'

export interface CellProps {
    shot: Shot
    t: TFunction
    f: Format
    href: string
    zone: string
    isActive: boolean
    isSelected: boolean
    isPicking: boolean
    mayJudge: boolean
    onActive: (id: string) => void
    onOpen: (id: string) => void
    onSelect: (id: string, range: boolean) => void
    onReshoot: (id: string) => void
}

function Frame({ shot, t, f, zone }: { shot: Shot; t: TFunction; f: Format; zone: string }) {
    if (shot.picture) return <img src={thumbnailUrl(shot)} alt={pictureAlt(shot, t, f, zone)} loading="lazy" decoding="async" />
    if (shot.state === 'failed') {
        return <span className={cx(s.blank, s.fail)}><span><TriangleAlert size={15} aria-hidden="true" /> {failureText(shot, f.language) || t(`common.outcome.${shot.outcome ?? 'browser'}`)}</span></span>
    }
    if (shot.expired) return <span className={s.blank}>{t('review.expired')}</span>
    const Icon = shot.state === 'running' ? LoaderCircle : CircleDashed
    return <span className={s.blank}><span><Icon size={15} aria-hidden="true" /> {t(`common.shotState.${shot.state}`)}</span></span>
}

export const Cell = memo(function Cell({ shot, t, f, href, zone, isActive, isSelected, isPicking, mayJudge, onActive, onOpen, onSelect, onReshoot }: CellProps) {
    const score = shot.change?.score ?? 0
    return (
        <div role="gridcell" aria-selected={isSelected} className={cx(s.cell, isActive && s.active, isSelected && s.selected, isPicking && s.picking)}>
            {mayJudge && (
                <span className={s.tickBox}>
                    <input
                        type="checkbox" tabIndex={-1} checked={isSelected} aria-label={t('review.selectOne', { panel: shotTitle(shot), window: shot.window.name })}
                        onChange={() => undefined} onClick={(e) => onSelect(shot.id, e.shiftKey)}
                    />
                </span>
            )}
            <a
                href={href} className={s.link} id={`shot-${shot.id}`} tabIndex={isActive ? 0 : -1} onFocus={() => onActive(shot.id)}
                onClick={(e) => {
                    if (e.ctrlKey || e.metaKey || e.altKey || e.button !== 0) return // the browser's own ways to open a link
                    e.preventDefault()
                    if (e.shiftKey && mayJudge) onSelect(shot.id, true)
                    else onOpen(shot.id)
                }}
            >
                <span className={s.frame}><Frame shot={shot} t={t} f={f} zone={zone} /></span>
                <span className={s.foot}>
                    <ShotSign shot={shot} t={t} />
                    <span className={s.cellName}>{shot.window.name}</span>
                    {shot.known_issue && <span title={shot.known_issue.comment}><Bug size={14} aria-label={t('review.knownIssue')} /></span>}
                    {score >= changedFrom && <span className={s.change}>{t('review.change', { score: f.number(score) })}</span>}
                </span>
            </a>
            {shot.state === 'failed' && mayJudge && (
                <span className={s.again}><Button small icon={<RotateCw size={13} />} onPress={() => onReshoot(shot.id)}>{t('review.reshoot')}</Button></span>
            )}
        </div>
    )
})
