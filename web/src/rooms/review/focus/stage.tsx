/* The picture, and beside or over it the reference. All panes share one zoom. */
import { RotateCw, TriangleAlert } from 'lucide-react'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { url } from '~/api/client'
import type { Shot } from '~/api/types'
import { cx } from '~/base/cx'
import { sayFault } from '~/base/fault-words'
import { useFormat } from '~/base/format'
import { Button } from '~/parts/button'
import { isSlowLine, isWarm, pictureUrl, thumbnailUrl } from '../pictures'
import { failureText, pictureAlt } from '../words'
import s from './stage.module.css'
import type { TiedZoom } from './use-zoom'

export const modes = ['single', 'side', 'slider', 'blink', 'difference'] as const
export type Mode = (typeof modes)[number]

/** Small panels are not blown up beyond what still looks like them; who wants more zooms. */
const growth = 2

function most(shot: Shot): React.CSSProperties {
    const p = shot.picture
    return p ? { '--most-width': `${p.width * growth}px`, '--most-height': `${p.height * growth}px` } as React.CSSProperties : {}
}

function Picture({ shot, zone, className, children }: { shot: Shot; zone: string; className?: string | undefined; children?: ReactNode }) {
    const { t } = useTranslation()
    const f = useFormat()
    const address = pictureUrl(shot)
    const [isWanted, setWanted] = useState(() => !isSlowLine() || isWarm(address))
    const [isCold] = useState(() => !isWarm(address))
    return (
        <div className={cx(s.clip, className)}>
            <div className={s.zoomed} style={most(shot)}>
                {isCold && <img className={s.layer} src={thumbnailUrl(shot)} alt="" />}
                {isWanted && <img className={s.layer} src={address} alt={pictureAlt(shot, t, f, zone)} decoding="sync" draggable={false} data-picture={shot.id} />}
            </div>
            {!isWanted && <span className={s.full}><Button kind="primary" onPress={() => setWanted(true)}>{t('review.fullPicture')}</Button></span>}
            {children}
        </div>
    )
}

function NoPicture({ shot, onReshoot }: { shot: Shot; onReshoot: (() => void) | undefined }) {
    const { t } = useTranslation()
    const f = useFormat()
    const failed = shot.state === 'failed'
    const why = failed ? failureText(shot, f.language) : ''
    const isQuoted = why.includes(sayFault(shot.message ?? ''))
    return (
        <div className={s.blank}>
            <div>
                {failed && <TriangleAlert className={s.fail} size={28} aria-hidden="true" />}
                <strong>{shot.expired ? t('review.expired') : failed ? t(`common.outcome.${shot.outcome ?? 'browser'}`) : t(`common.shotState.${shot.state}`)}</strong>
                {why && <span>{why}</span>}
                {failed && shot.message && !isQuoted && <span className="mono small">{shot.message}</span>}
                {failed && onReshoot && <Button icon={<RotateCw size={14} />} onPress={onReshoot}>{t('review.reshoot')}</Button>}
            </div>
        </div>
    )
}

function Slider({ children }: { children: (at: number) => ReactNode }) {
    const { t } = useTranslation()
    const [at, setAt] = useState(50)
    const box = useRef<HTMLDivElement>(null)
    const move = (x: number) => {
        const r = box.current?.getBoundingClientRect()
        if (r) setAt(Math.min(100, Math.max(0, ((x - r.left) / r.width) * 100)))
    }
    return (
        <div className={s.clip} ref={box}>
            {children(at)}
            <div
                className={s.handle} style={{ left: `${at}%` }} role="slider" tabIndex={0} aria-label={t('review.sliderLabel')}
                aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(at)}
                onPointerDown={(e) => { e.stopPropagation(); e.currentTarget.setPointerCapture(e.pointerId) }}
                onPointerMove={(e) => { if (e.currentTarget.hasPointerCapture(e.pointerId)) move(e.clientX) }}
                onMouseDown={(e) => e.stopPropagation()}
                onKeyDown={(e) => {
                    const d = e.key === 'ArrowLeft' ? -2 : e.key === 'ArrowRight' ? 2 : 0
                    if (d) setAt((v) => Math.min(100, Math.max(0, v + d)))
                }}
            />
        </div>
    )
}

const blinkMs = 700

function useBlink(isOn: boolean): [boolean, () => void] {
    const [isReference, setReference] = useState(false)
    const calm = typeof matchMedia === 'function' && matchMedia('(prefers-reduced-motion: reduce)').matches
    useEffect(() => {
        if (!isOn || calm) return undefined
        const timer = setInterval(() => setReference((v) => !v), blinkMs)
        return () => clearInterval(timer)
    }, [isOn, calm])
    return [isOn && isReference, () => setReference((v) => !v)]
}

export interface StageProps {
    shot: Shot
    reference: Shot | null
    mode: Mode
    zone: string
    zoom: TiedZoom
    swipe: string | null
    onReshoot: (() => void) | undefined
}

export function Stage({ shot, reference, mode, zone, zoom, swipe, onReshoot }: StageProps) {
    const { t } = useTranslation()
    const f = useFormat()
    const other = reference?.picture ? reference : null
    const shown: Mode = other && shot.picture ? mode : 'single'
    const [showsReference, flip] = useBlink(shown === 'blink')
    const nowTag = <span className={s.tag}>{t('review.thisShot')} · {f.dateTime(shot.window.to, zone)}</span>
    const thenTag = (right: boolean) => other && <span className={cx(s.tag, right && s.right)}>{t('review.reference')} · {f.dateTime(other.window.to, zone)}</span>
    return (
        <div className={s.stage} ref={zoom.stage} data-shot={shot.id} data-mode={shown}>
            {!shot.picture && <div className={s.pane}><NoPicture shot={shot} onReshoot={onReshoot} /></div>}
            {shot.picture && shown !== 'difference' && (
                <div className={s.pane} ref={zoom.pane} key="now">
                    {shown === 'slider' && other ? (
                        <Slider key={shot.id}>
                            {(at) => (
                                <>
                                    <Picture key={shot.id} shot={shot} zone={zone} />
                                    <div className={s.clip} style={{ clipPath: `inset(0 ${100 - at}% 0 0)` }}><Picture key={other.id} shot={other} zone={zone} /></div>
                                    {thenTag(false)}
                                    <span className={cx(s.tag, s.right)}>{t('review.thisShot')}</span>
                                </>
                            )}
                        </Slider>
                    ) : (
                        <>
                            <Picture key={shot.id} shot={shot} zone={zone} className={showsReference ? s.hidden : undefined} />
                            {shown === 'blink' && other && <Picture key={other.id} shot={other} zone={zone} className={showsReference ? undefined : s.hidden} />}
                            {shown === 'blink' ? (showsReference ? thenTag(false) : nowTag) : shown === 'side' ? nowTag : null}
                            {shown === 'blink' && <span className={s.full}><Button small onPress={flip}>{t('review.flip')}</Button></span>}
                        </>
                    )}
                </div>
            )}
            {shown === 'side' && other && (
                <div className={s.pane} ref={zoom.pane} key="then"><Picture key={other.id} shot={other} zone={zone} />{thenTag(false)}</div>
            )}
            {shown === 'difference' && other && (
                <div className={s.pane} ref={zoom.pane} key="difference">
                    <div className={s.zoomed} style={most(shot)}>
                        <img key={`${shot.id}-${other.id}`} className={s.layer} src={url(`/shots/${shot.id}/difference/${other.id}`)} alt={t('review.differenceAlt', { score: f.number(shot.change?.score ?? 0) })} />
                    </div>
                    <span className={s.tag}>{t('review.mode.difference')}</span>
                </div>
            )}
            <span className={s.swipe} data-on={swipe ?? 'no'} aria-hidden="true">{swipe ? t(`common.verdict.${swipe}`) : ''}</span>
        </div>
    )
}
