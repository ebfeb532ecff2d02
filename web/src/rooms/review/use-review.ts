/* The review room's one state: the round, its shots, the view (from the URL), the verdict engine. Grid and focus view share it. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'wouter'
import { all, api } from '~/api/client'
import { foldVerdict, patchShot, useLiveRound } from '~/api/events'
import { keys } from '~/api/queries'
import { mayBe, useUser } from '~/api/session'
import type { Round, Shot, User, Verdict } from '~/api/types'
import { useFaultText } from '~/parts/state'
import { toast } from '~/parts/toast'
import { Engine, type Conflict, type Host } from './engine'
import { countsOf, filters, groupsOf, sequenceOf, type Filter, type Order, type View } from './filter'

function useView(me: string | undefined) {
    const [params, setParams] = useSearchParams()
    const filter = filters.find((f) => f === params.get('filter')) ?? null
    const order: Order = params.get('order') === 'change' ? 'change' : 'dashboard'
    const q = params.get('q') ?? ''
    const view: View = useMemo(() => ({ filter, order, q, me }), [filter, order, q, me])
    const setParam = useCallback((key: string, value: string | null) => {
        setParams((old) => {
            const next = new URLSearchParams(old)
            if (value) next.set(key, value)
            else next.delete(key)
            return next
        }, { replace: true })
    }, [setParams])
    return { view, params, setParam, setFilter: (f: Filter | null) => setParam('filter', f), setOrder: (o: Order) => setParam('order', o === 'change' ? o : null) }
}

/* One engine for each round as long as the page lives: verdicts on their way outlive the room. */
const engines = new Map<string, Engine>()

function useEngine(roundId: string, me: User | null, shots: Shot[] | undefined) {
    const cache = useQueryClient()
    const { t } = useTranslation()
    const faultText = useFaultText()
    const [conflict, setConflict] = useState<Conflict | null>(null)
    const [unsent, setUnsent] = useState(0)
    const words = useRef({ t, faultText })
    words.current = { t, faultText }
    const engine = useMemo(() => {
        const host: Host = {
            get: (id) => cache.getQueryData<Shot[]>(keys.shots(roundId))?.find((s) => s.id === id),
            patch: (id, change) => patchShot(cache, roundId, id, change),
            onConflict: setConflict,
            onUnsent: setUnsent,
            onFault: (shot, error) => {
                const x = words.current.faultText(error)
                toast({ text: words.current.t('review.notSaved', { panel: shot.panel.title, why: `${x.title} ${x.detail}` }), kind: 'alert' }, 10_000)
            },
        }
        if (!me) return null
        const key = `verdicts.${roundId}.${me.id}`
        const known = engines.get(key)
        if (known) known.adopt(host)
        const made = known ?? new Engine(key, me, host)
        engines.set(key, made)
        return made
    }, [cache, roundId, me?.id])
    const hasShots = shots !== undefined
    useEffect(() => {
        if (hasShots) engine?.resume()
    }, [engine, hasShots])
    return { engine, conflict, setConflict, unsent }
}

export function roundQuery(id: string) {
    return { queryKey: keys.round(id), queryFn: ({ signal }: { signal: AbortSignal }) => api.get<Round>(`/rounds/${id}`, {}, signal) }
}

export function useReview(roundId: string) {
    const me = useUser()
    const { t } = useTranslation()
    const cache = useQueryClient()
    const round = useQuery(roundQuery(roundId))
    const shots = useQuery({ queryKey: keys.shots(roundId), queryFn: ({ signal }) => all<Shot>(`/rounds/${roundId}/shots`, { order: 'dashboard' }, signal), staleTime: 60_000 })
    const { engine, conflict, setConflict, unsent } = useEngine(roundId, me, shots.data)
    const v = useView(me?.id)
    const list = shots.data ?? []

    const onOther = useCallback((id: string, verdict: Verdict | null, version: number) => {
        if (engine?.isPending(id)) {
            if (!verdict || verdict.by.id === me?.id) patchShot(cache, roundId, id, (s) => ({ ...s, verdict_version: Math.max(s.verdict_version, version) }))
            return
        }
        patchShot(cache, roundId, id, (s) => foldVerdict(s, verdict, version))
        if (!verdict || verdict.by.id === me?.id) return
        const shot = cache.getQueryData<Shot[]>(keys.shots(roundId))?.find((s) => s.id === id)
        if (shot && verdict.how !== 'bulk') {
            toast({ id: 'other', text: t('review.otherJudged', { who: verdict.by.display_name, panel: shot.panel.title, verdict: t(`common.verdict.${verdict.value}`) }) })
        }
    }, [engine, cache, roundId, me?.id, t])
    const isPending = useCallback((id: string) => engine?.isPending(id) ?? false, [engine])
    useLiveRound(roundId, isPending, onOther)

    /* Rows do not vanish under the hand: what a filter keeps is decided when the filter is set or shots arrive. */
    const frozen = useRef<{ key: string; groups: ReturnType<typeof groupsOf>; sequence: string[] }>(null)
    const key = `${roundId}|${v.view.filter}|${v.view.order}|${v.view.q}|${list.length}`
    if (frozen.current?.key !== key) {
        const groups = groupsOf(list, v.view)
        frozen.current = { key, groups, sequence: sequenceOf(groups, v.view) }
    }
    const byId = useMemo(() => new Map(list.map((s) => [s.id, s])), [list])
    const counts = useMemo(() => countsOf(list, me?.id), [list, me?.id])
    const isSigned = round.data?.state === 'signed'
    const last = round.data?.signoffs?.at(-1)
    /* Two people must sign, and I was the first: the other one is awaited. */
    const awaitsOther = !isSigned && last !== undefined && !last.final && last.by.id === me?.id
    const wantsSearch = useRef(false)
    const refilter = useCallback(() => { frozen.current = null }, [])
    return {
        roundId, me, round, shots, list, byId, counts, groups: frozen.current.groups, sequence: frozen.current.sequence, refilter, wantsSearch,
        engine, conflict, setConflict, unsent, isSigned, awaitsOther, mayJudge: !isSigned && mayBe(me?.role, 'reviewer'), ...v,
    }
}

export type ReviewState = ReturnType<typeof useReview>
