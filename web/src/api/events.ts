/* Server-sent events, folded into the query cache. The browser reconnects by itself; after a gap everything is read anew. */
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { setStreamDown } from '~/base/online'
import { url } from './client'
import { keys } from './queries'
import type { Round, RoundCard, Shot, Today, Verdict } from './types'

/** The verdict is null when the last one was taken back. */
interface VerdictEvent {
    shot_id: string
    verdict: Verdict | null
    verdict_version: number
}

interface Handlers {
    onShot?: (shot: Shot) => void
    onRound?: (card: RoundCard) => void
    onVerdict?: (e: VerdictEvent) => void
    onSign?: () => void
    onGap?: () => void
}

/** How long a hidden page keeps its stream: browsers allow few connections per host, and a forgotten tab must not hold one. */
const hiddenMax = 60_000
/** The server ends streams now and then and the browser comes back by itself within some seconds: that is no news. */
const downAfter = 8000

function listen(path: string, h: Handlers): () => void {
    let source: EventSource | null = null
    let hadGap = false
    let downSince: ReturnType<typeof setTimeout> | undefined
    let asleep: ReturnType<typeof setTimeout> | undefined
    const on = <T,>(to: EventSource, name: string, fn: ((data: T) => void) | undefined) => {
        if (fn) to.addEventListener(name, (e) => fn(JSON.parse((e as MessageEvent<string>).data) as T))
    }
    const open = () => {
        const s = new EventSource(url(path))
        source = s
        s.onopen = () => {
            clearTimeout(downSince)
            downSince = undefined
            setStreamDown(false)
            if (hadGap) h.onGap?.()
            hadGap = false
        }
        s.onerror = () => {
            hadGap = true
            downSince ??= setTimeout(() => setStreamDown(true), downAfter)
        }
        on<Shot>(s, 'shot', h.onShot)
        on<RoundCard>(s, 'round', h.onRound)
        on<VerdictEvent>(s, 'verdict', h.onVerdict)
        on<unknown>(s, 'sign', h.onSign)
    }
    const close = () => {
        source?.close()
        source = null
    }
    const onVisibility = () => {
        clearTimeout(asleep)
        if (document.hidden) {
            asleep = setTimeout(() => { hadGap = true; close() }, hiddenMax)
        } else if (!source) {
            open()
        }
    }
    open()
    document.addEventListener('visibilitychange', onVisibility)
    return () => {
        clearTimeout(downSince)
        clearTimeout(asleep)
        document.removeEventListener('visibilitychange', onVisibility)
        setStreamDown(false)
        close()
    }
}

export function patchShot(cache: QueryClient, roundId: string, id: string, change: (shot: Shot) => Shot): void {
    cache.setQueryData<Shot[]>(keys.shots(roundId), (list) => list?.map((s) => (s.id === id ? change(s) : s)))
}

/** A verdict from elsewhere; one of our own that comes back by the stream is not newer and changes nothing. */
export function foldVerdict(shot: Shot, verdict: Verdict | null, version: number): Shot {
    return version > shot.verdict_version ? { ...shot, verdict, verdict_version: version } : shot
}

/** A shot as the server has it now; a verdict of ours that is still on its way, or newer than the news, stays. */
export function mergeShot(old: Shot, fresh: Shot, isPending: boolean): Shot {
    if (!isPending && fresh.verdict_version >= old.verdict_version) return fresh
    return { ...fresh, verdict: old.verdict, verdict_version: Math.max(old.verdict_version, fresh.verdict_version) }
}

/** Keeps a round's shots and counts live. Verdicts are the caller's: it knows which of its own are still on their way. */
export function useLiveRound(roundId: string, isPending: (shotId: string) => boolean, onVerdict: (shotId: string, verdict: Verdict | null, version: number) => void): void {
    const cache = useQueryClient()
    useEffect(() => {
        let queue: Shot[] = []
        let frame = 0
        const flush = () => {
            frame = 0
            const fresh = new Map(queue.map((s) => [s.id, s]))
            queue = []
            cache.setQueryData<Shot[]>(keys.shots(roundId), (list) => {
                if (!list) return list
                const next = list.map((s) => { const x = fresh.get(s.id); return x ? mergeShot(s, x, isPending(s.id)) : s })
                const known = new Set(list.map((s) => s.id))
                const added = [...fresh.values()].filter((s) => !known.has(s.id))
                return added.length ? [...next, ...added].sort((a, b) => a.order - b.order) : next
            })
        }
        const stop = listen(`/rounds/${roundId}/events`, {
            onShot: (shot) => {
                queue.push(shot)
                frame ||= requestAnimationFrame(flush)
            },
            onRound: (card) => cache.setQueryData<Round>(keys.round(roundId), (old) => (old ? { ...old, ...card } : old)),
            onVerdict: (e) => {
                void cache.invalidateQueries({ queryKey: keys.verdicts(e.shot_id) })
                onVerdict(e.shot_id, e.verdict, e.verdict_version)
            },
            onSign: () => void cache.invalidateQueries({ queryKey: keys.round(roundId) }),
            onGap: () => {
                void cache.invalidateQueries({ queryKey: keys.round(roundId) })
                void cache.invalidateQueries({ queryKey: keys.shots(roundId) })
            },
        })
        return () => {
            cancelAnimationFrame(frame)
            stop()
        }
    }, [cache, roundId, isPending, onVerdict])
}

/** Cards of all rounds, for Today and Plans. The review room has a stream of its own and does not want this one. */
export function useLiveCards(isWanted: boolean): void {
    const cache = useQueryClient()
    useEffect(() => {
        if (!isWanted) return undefined
        let later: ReturnType<typeof setTimeout> | undefined
        const stale = () => {
            later ??= setTimeout(() => {
                later = undefined
                void cache.invalidateQueries({ queryKey: keys.today })
                void cache.invalidateQueries({ queryKey: keys.plans })
            }, 1500)
        }
        const stop = listen('/events', {
            onRound: (card) => {
                cache.setQueryData<Today>(keys.today, (old) => old && {
                    ...old, plans: old.plans.map((p) => (p.last?.id === card.id ? { ...p, last: { ...p.last, ...card } } : p)),
                })
                stale()
            },
            onSign: stale,
            onGap: stale,
        })
        return () => {
            clearTimeout(later)
            stop()
        }
    }, [cache, isWanted])
}
