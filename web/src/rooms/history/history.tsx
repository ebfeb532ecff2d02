/* One panel through time: the film strip of its rounds, a calendar, play, and any two compared. */
import { useQuery } from '@tanstack/react-query'
import { Pause, Play } from 'lucide-react'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'wouter'
import { useMay } from '~/api/session'
import type { Shot } from '~/api/types'
import { cx } from '~/base/cx'
import { useFormat } from '~/base/format'
import { useKeys } from '~/base/keys'
import { Button, ButtonLink } from '~/parts/button'
import { Segments } from '~/parts/field'
import { ShotMark, VerdictMark } from '~/parts/mark'
import { Page, Section } from '~/parts/page'
import { Bone, Empty, Fault } from '~/parts/state'
import { roundQuery } from '~/rooms/review/use-review'
import { historyQuery } from '~/rooms/review/focus/film'
import { modes, Stage, type Mode } from '~/rooms/review/focus/stage'
import { useTiedZoom } from '~/rooms/review/focus/use-zoom'
import { MaskButton } from '~/rooms/review/masks/mask-button'
import { pictureUrl, thumbnailUrl, warmUp } from '~/rooms/review/pictures'
import { shotTitle } from '~/rooms/review/words'
import { Calendar } from './calendar'
import s from './history.module.css'

const Trend = lazy(() => import('./trend'))
const playMs = 900

/** Brings a frame into the middle of the strip; the page itself stays where it is. */
function centre(id: string): void {
    const frame = document.getElementById(`film-${id}`)
    const strip = frame?.parentElement
    if (frame && strip) strip.scrollLeft = frame.offsetLeft - (strip.clientWidth - frame.clientWidth) / 2
}

function Strip({ shots, zone, at, other, onPick, onCompare }: { shots: Shot[]; zone: string; at: string; other: string | null; onPick: (id: string) => void; onCompare: (id: string) => void }) {
    const { t } = useTranslation()
    const f = useFormat()
    return (
        <div className={s.film} role="group" aria-label={t('review.film')}>
            {shots.map((x) => (
                <button
                    key={x.id} id={`film-${x.id}`} type="button" className={cx(s.frame, other === x.id && s.other)} aria-pressed={at === x.id} title={t('history.pickHint')}
                    onClick={(e) => (e.shiftKey ? onCompare(x.id) : onPick(x.id))}
                >
                    {x.picture ? <img src={thumbnailUrl(x)} alt="" loading="lazy" /> : <span className={s.none} />}
                    <span className={s.cap}><span>{f.shortDay(x.window.to, zone)} {f.time(x.window.to, zone)}</span><ShotMark shot={x} withText={false} /></span>
                </button>
            ))}
        </div>
    )
}

function View({ shots, zone }: { shots: Shot[]; zone: string }) {
    const { t } = useTranslation()
    const f = useFormat()
    const [params, setParams] = useSearchParams()
    const [isPlaying, setPlaying] = useState(false)
    const zoom = useTiedZoom()
    const mayMask = useMay('reviewer')
    const find = (id: string | null) => shots.find((x) => x.id === id) ?? null
    const shot = find(params.get('at')) ?? shots.at(-1)!
    const index = shots.indexOf(shot)
    const other = find(params.get('with')) ?? shots[index - 1] ?? null
    const mode: Mode = modes.find((m) => m === params.get('mode')) ?? 'single'
    const set = (change: Record<string, string | null>) => setParams((old) => {
        const next = new URLSearchParams(old)
        for (const [k, v] of Object.entries(change)) { if (v) next.set(k, v); else next.delete(k) }
        return next
    }, { replace: true })
    const pick = (id: string | undefined) => {
        if (!id) return
        set({ at: id })
        centre(id)
    }
    useEffect(() => {
        centre(shot.id)
        // Only when the room opens: later moves scroll by themselves.
        // eslint-disable-next-line react-hooks/exhaustive-deps
    }, [])
    useEffect(() => { for (const x of shots.slice(index + 1, index + 4)) if (x.picture) warmUp(pictureUrl(x)) }, [shots, index])
    useEffect(() => {
        if (!isPlaying) return undefined
        const timer = setTimeout(() => {
            if (index + 1 < shots.length) pick(shots[index + 1]!.id)
            else setPlaying(false)
        }, playMs)
        return () => clearTimeout(timer)
    })
    useKeys({
        j: () => pick(shots[index + 1]?.id), ArrowRight: () => pick(shots[index + 1]?.id), k: () => pick(shots[index - 1]?.id), ArrowLeft: () => pick(shots[index - 1]?.id),
        d: () => set({ mode: modes[(modes.indexOf(mode) + 1) % modes.length] ?? null }), ' ': () => setPlaying((v) => !v), '0': zoom.reset,
    })
    return (
        <div className={s.view}>
            <div>
                <div className={s.stage}><Stage shot={shot} reference={other} mode={mode} zone={zone} zoom={zoom} swipe={null} onReshoot={undefined} /></div>
                <div className={s.bar}>
                    <Button icon={isPlaying ? <Pause size={15} /> : <Play size={15} />} onPress={() => { if (!isPlaying && index === shots.length - 1) pick(shots[0]?.id); setPlaying(!isPlaying) }}>{t(isPlaying ? 'history.pause' : 'history.play')}</Button>
                    <Segments label={t('review.mode.label')} value={other ? mode : 'single'} onChange={(m) => set({ mode: m === 'single' ? null : m })} options={modes.map((m) => ({ id: m, text: t(`review.mode.${m}`), isDisabled: !other && m !== 'single' }))} />
                    <span className="quiet small" aria-live="polite">{f.moment(shot.window.to, zone)}{mode !== 'single' && other ? ` ↔ ${f.moment(other.window.to, zone)}` : ''}</span>
                    <span className={s.end}>
                        <MaskButton shot={shot} mayEdit={mayMask} />
                        {shot.verdict && <VerdictMark value={shot.verdict.value} />}
                        {shot.verdict?.comment && <span className="small">{shot.verdict.comment}</span>}
                        <ButtonLink small href={`/rounds/${shot.round_id}/shots/${shot.id}`}>{t('history.openRound')}</ButtonLink>
                    </span>
                </div>
            </div>
            <Strip shots={shots} zone={zone} at={shot.id} other={mode === 'single' ? null : (other?.id ?? null)} onPick={pick} onCompare={(id) => set({ with: id, mode: mode === 'single' ? 'side' : mode })} />
            <p className="quiet small">{t('history.hint')}</p>
            {shots.some((x) => x.has_data) && <Section title={t('history.trend')}><Suspense fallback={<Bone height={200} />}><Trend shots={shots} zone={zone} onPick={pick} /></Suspense></Section>}
            <Section title={t('history.calendar')}><Calendar shots={shots} zone={zone} at={shot.id} onPick={pick} /></Section>
        </div>
    )
}

export default function HistoryRoom() {
    const { t } = useTranslation()
    const [params] = useSearchParams()
    const panel = params.get('panel') ?? ''
    const window = params.get('window') ?? ''
    const history = useQuery({ ...historyQuery(panel, window), enabled: panel !== '' })
    const shots = [...(history.data ?? [])].sort((a, b) => a.window.to.localeCompare(b.window.to))
    const first = shots.at(-1)
    const round = useQuery({ ...roundQuery(first?.round_id ?? ''), enabled: first !== undefined })
    const zone = round.data?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
    return (
        <Page title={first ? `${first.dashboard.title} / ${shotTitle(first)} / ${first.window.name}` : (params.get('title') ?? t('review.history'))}>
            {!panel && <Empty title={t('history.none')} text={t('history.noneText')} />}
            {history.isError && !history.data && <Fault error={history.error} onRetry={() => void history.refetch()} />}
            {panel && history.isPending && <Bone height={420} />}
            {history.data?.length === 0 && <Empty title={t('history.none')} text={t('history.noneText')} />}
            {shots.length > 0 && (round.isPending ? <Bone height={420} /> : <View shots={shots} zone={zone} />)}
        </Page>
    )
}
