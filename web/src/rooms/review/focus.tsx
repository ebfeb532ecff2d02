/* One shot at full size. The picture gets the space; nothing moves between two shots but the content. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'
import { api } from '~/api/client'
import { keys } from '~/api/queries'
import type { References, Round, Shot, VerdictValue } from '~/api/types'
import { useKeys } from '~/base/keys'
import { Button } from '~/parts/button'
import { Fault, useFaultText } from '~/parts/state'
import { toast } from '~/parts/toast'
import { ApiError } from '~/api/client'
import type { Said } from './abnormal'
import { useDwell } from './dwell'
import { isReady, nextUndecided, rowKey } from './filter'
import { ActionBar } from './focus/action-bar'
import { CompareBar, referenceKinds, type ReferenceChoice } from './focus/compare-bar'
import { Film, historyQuery } from './focus/film'
import s from './focus/focus.module.css'
import { FocusHead } from './focus/focus-head'
import { dataQuery, Side } from './focus/side'
import { modes, Stage, type Mode } from './focus/stage'
import { useSwipe } from './focus/use-swipe'
import { useTiedZoom } from './focus/use-zoom'
import { lastSeen } from './last-seen'
import { prefetch } from './pictures'
import type { ReviewState } from './use-review'

export type SheetKind = 'abnormal' | 'comment' | null

function referencesQuery(shotId: string) {
    return { queryKey: keys.references(shotId), queryFn: () => api.get<References>(`/shots/${shotId}/references`), staleTime: 5 * 60_000 }
}

/** The reference to compare with: as asked for in the URL, a shot picked from the film strip, or what the plan says. */
function useReference(shot: Shot | undefined, state: ReviewState) {
    const asked = state.params.get('ref')
    const [picked, setPicked] = useState<{ of: string; shot: Shot } | null>(null)
    const found = useQuery({ ...referencesQuery(shot?.id ?? ''), enabled: shot !== undefined })
    const kind: ReferenceChoice = referenceKinds.find((k) => k === asked) ?? 'chosen'
    const reference = picked && picked.of === shot?.id ? picked.shot : (found.data?.[kind] ?? null)
    return { kind, reference, found: found.data ?? null, pick: (other: Shot) => { if (shot) setPicked({ of: shot.id, shot: other }) }, unpick: () => setPicked(null) }
}

export function Focus({ state, round, shotId, onSign, onHelp }: { state: ReviewState; round: Round; shotId: string; onSign: () => void; onHelp: () => void }) {
    const { t } = useTranslation()
    const [, go] = useLocation()
    const cache = useQueryClient()
    const faultText = useFaultText()
    const { byId, sequence, engine, mayJudge, params } = state
    const shot = byId.get(shotId)
    const [sheet, setSheet] = useState<SheetKind>(params.get('say') ? 'comment' : null)
    const [isChoosing, setChoosing] = useState(false)
    const [isFinished, setFinished] = useState(false)
    const dwell = useDwell(shotId)
    const zoom = useTiedZoom()
    const ref = useReference(shot, state)
    const mode: Mode = modes.find((m) => m === params.get('mode')) ?? 'single'
    const at = sequence.indexOf(shotId)

    const visit = useCallback((id: string | null | undefined) => {
        if (!id) return
        const next = new URLSearchParams(params)
        next.delete('say')
        const query = next.toString()
        go(`/rounds/${state.roundId}/shots/${id}${query ? `?${query}` : ''}`, { replace: true })
    }, [go, params, state.roundId])

    useEffect(() => {
        lastSeen.set(state.roundId, shotId)
        const ahead: (string | null | undefined)[] = [sequence[at + 1], sequence[at - 1]]
        let id: string | null = shotId
        for (let i = 0; i < 4 && id; i++) {
            id = nextUndecided(sequence, id, byId)
            ahead.unshift(id)
        }
        const near = [...new Set(ahead)].map((x) => (x ? byId.get(x) : undefined))
        prefetch(near)
        const next = near.find((x) => x)
        if (!next) return
        void cache.fetchQuery(referencesQuery(next.id)).then((r) => prefetch([r.chosen]), () => undefined)
        void cache.prefetchQuery(historyQuery(next.panel_key, next.window.name))
        if (next.has_data) void cache.prefetchQuery(dataQuery(next.id))
        // Only a new shot starts it: verdicts that change byId do not.
        // eslint-disable-next-line react-hooks/exhaustive-deps
    }, [shotId, sequence])

    const advance = useCallback(() => {
        const next = nextUndecided(sequence, shotId, byId) ?? nextUndecided(state.list.map((x) => x.id), shotId, byId)
        setSheet(null)
        if (next) visit(next)
        else setFinished(true)
    }, [sequence, shotId, byId, state.list, visit])

    const judge = useCallback((value: VerdictValue, said: Said = { comment: '', category: '', links: [] }, how: 'single' | 'phone' = 'single') => {
        if (!engine || !shot || !mayJudge) return
        if (!isReady(shot)) {
            toast({ text: t('review.notYet') })
            return
        }
        engine.judge(shot, { value, ...said, dwell_ms: dwell.ms, how })
        advance()
    }, [engine, shot, mayJudge, t, dwell, advance])

    const undo = useCallback(() => {
        const id = engine?.undo()
        setFinished(false)
        if (id && id !== shotId) visit(id)
        if (!id) toast({ text: t('review.nothingToUndo') })
    }, [engine, shotId, visit, t])

    const comment = (said: Said) => {
        if (!engine || !shot) return
        engine.judge(shot, { value: shot.verdict?.value ?? 'undecided', ...said, category: said.category || (shot.verdict?.category ?? ''), dwell_ms: dwell.ms, how: 'single' }, false)
        setSheet(null)
    }

    const reshoot = () => {
        if (!shot) return
        api.post(`/shots/${shot.id}/reshoot`).then(
            () => { toast({ text: t('review.reshooting') }); void cache.invalidateQueries({ queryKey: keys.shots(state.roundId) }) },
            (e: unknown) => { const x = faultText(e); toast({ text: `${x.title} ${x.detail}`, kind: 'alert' }) },
        )
    }
    const toGrid = () => {
        const next = new URLSearchParams(params)
        for (const k of ['say', 'mode', 'ref']) next.delete(k)
        state.refilter()
        go(`/rounds/${state.roundId}${next.size ? `?${next.toString()}` : ''}`)
    }
    const inRow = (i: number) => {
        if (!shot) return
        const key = rowKey(shot)
        visit(state.list.find((x) => rowKey(x) === key && x.window.index === i)?.id)
    }
    const swipe = useSwipe(() => mayJudge && !zoom.isZoomed() && mode !== 'slider', (to) => { if (to === 'normal') judge('normal', undefined, 'phone'); else setSheet('abnormal') })

    const forward = () => visit(sequence[at + 1])
    const back = () => visit(at < 0 ? sequence[0] : sequence[at - 1])
    useKeys({
        j: forward, ArrowRight: forward, ArrowDown: forward, k: back, ArrowLeft: back, ArrowUp: back,
        n: () => judge('normal'), x: () => judge('not_applicable'), a: () => { if (mayJudge) setSheet('abnormal') }, c: () => { if (mayJudge) setSheet('comment') },
        u: undo, d: () => state.setParam('mode', modes[(modes.indexOf(mode) + 1) % modes.length] ?? null), r: () => setChoosing(true), g: toGrid,
        '/': () => { state.wantsSearch.current = true; toGrid() }, '?': onHelp, '+': () => zoom.by(1.4), '=': () => zoom.by(1.4), '-': () => zoom.by(1 / 1.4), '0': zoom.reset, Escape: () => (sheet ? setSheet(null) : toGrid()),
        ...Object.fromEntries(Array.from({ length: 9 }, (_, i) => [String(i + 1), () => inRow(i)])),
    })

    if (!shot) {
        return <Fault error={new ApiError(404, 'not_found', t('review.noSuchShot'))} onRetry={toGrid} />
    }
    return (
        <div className={s.view}>
            <FocusHead shot={shot} round={round} at={at} length={sequence.length} counts={state.counts} unsent={state.unsent} onGrid={toGrid} onHelp={onHelp} />
            {isFinished && state.counts.undecided === 0 && mayJudge && (
                <div className={s.doneLine} role="status">
                    <strong>{t('review.allJudged')}</strong>
                    <Button kind="primary" onPress={onSign}>{t('review.sign')}</Button>
                    <Button kind="quiet" onPress={toGrid}>{t('review.backToGrid')}</Button>
                </div>
            )}
            <div className={s.left} {...swipe.handlers}>
                <Stage shot={shot} reference={ref.reference} mode={mode} zone={round.timezone} zoom={zoom} swipe={swipe.hint} onReshoot={mayJudge ? reshoot : undefined} />
                <CompareBar
                    shot={shot} mode={mode} onMode={(m) => state.setParam('mode', m === 'single' ? null : m)} zoom={zoom} zone={round.timezone} mayJudge={mayJudge}
                    kind={ref.kind} found={ref.found} reference={ref.reference} isOpen={isChoosing} onOpen={setChoosing}
                    onKind={(k) => { ref.unpick(); state.setParam('ref', k === 'chosen' ? null : k); if (mode === 'single') state.setParam('mode', 'side') }}
                />
            </div>
            <div className={s.side}><Side shot={shot} zone={round.timezone} mayJudge={mayJudge} onComment={() => setSheet('comment')} /></div>
            <div className={s.film}>
                <Film shot={shot} zone={round.timezone} chosen={ref.reference?.id ?? null} onChoose={(other) => { ref.pick(other); if (mode === 'single') state.setParam('mode', 'side') }} />
            </div>
            <ActionBar
                shot={shot} mayJudge={mayJudge} isSigned={state.isSigned} sheet={sheet} onSheet={setSheet} canUndo={engine?.canUndo ?? false}
                onJudge={judge} onComment={comment} onUndo={undo} onNext={forward} onBack={back} isFirst={at <= 0} isLast={at >= sequence.length - 1}
            />
        </div>
    )
}
