/* Verdicts on their way to the server. A verdict shows at once; it is sent in the background, one after the other for
   each shot, and kept in sessionStorage until the server has it, so neither a broken line nor a reload loses it.
   Knows nothing of views: the room tells it how to change the cache and what to do about a conflict. */
import { ApiError, api } from '~/api/client'
import type { Shot, User, Verdict, VerdictValue } from '~/api/types'
import { readDraft, writeDraft } from '~/base/draft'

export interface Judgement {
    value: VerdictValue
    comment: string
    category: string
    links: string[]
    dwell_ms: number
    how: Verdict['how']
}

export interface Conflict {
    fresh: Shot
    mine: Judgement
}

export interface Host {
    get: (id: string) => Shot | undefined
    patch: (id: string, change: (shot: Shot) => Shot) => void
    onConflict: (c: Conflict) => void
    onFault: (shot: Shot, error: unknown) => void
    onUnsent: (count: number) => void
}

interface Waiting {
    shot: string
    judgement: Judgement
    version: number
}

export class Engine {
    private readonly chains = new Map<string, Promise<void>>()
    private readonly pending = new Map<string, number>()
    private waiting: Waiting[] = []
    private readonly undos: { id: string; before: Verdict | null }[] = []

    constructor(private readonly key: string, private readonly me: User, private host: Host) {}

    /** The room was opened again while verdicts were still on their way. */
    adopt(host: Host): void {
        this.host = host
        host.onUnsent(this.waiting.length)
    }

    /** Sends what a closed or reloaded page had left behind. */
    resume(): void {
        if (this.waiting.length) return
        const left = readDraft<Waiting[]>(this.key) ?? []
        for (const w of left) {
            const shot = this.host.get(w.shot)
            if (!shot || shot.verdict_version !== w.version) this.forget(w)
            else this.judge(shot, w.judgement, false)
        }
        if (!left.length) return
        this.keep()
    }

    isPending(id: string): boolean {
        return (this.pending.get(id) ?? 0) > 0
    }

    get canUndo(): boolean {
        return this.undos.length > 0
    }

    judge(shot: Shot, judgement: Judgement, withUndo = true): void {
        if (withUndo) {
            this.undos.push({ id: shot.id, before: shot.verdict })
            if (this.undos.length > 200) this.undos.shift()
        }
        const shown: Verdict = {
            seq: -1, value: judgement.value, comment: judgement.comment, category: judgement.category, links: judgement.links,
            by: { id: this.me.id, display_name: this.me.display_name }, at: new Date().toISOString(), how: judgement.how, dwell_ms: judgement.dwell_ms,
        }
        this.host.patch(shot.id, (s) => ({ ...s, verdict: shown }))
        const entry: Waiting = { shot: shot.id, judgement, version: shot.verdict_version }
        this.waiting.push(entry)
        this.keep()
        this.pending.set(shot.id, (this.pending.get(shot.id) ?? 0) + 1)
        const before = this.chains.get(shot.id) ?? Promise.resolve()
        const mine = before.then(() => this.send(entry)).finally(() => {
            const left = (this.pending.get(shot.id) ?? 1) - 1
            this.pending.set(shot.id, left)
            if (left === 0) {
                this.pending.delete(shot.id)
                if (this.chains.get(shot.id) === mine) this.chains.delete(shot.id)
            }
        })
        this.chains.set(shot.id, mine)
    }

    /** Takes the last judgement back by giving the one before it again; the record keeps both. Answers the shot's id. */
    undo(): string | null {
        const last = this.undos.pop()
        const shot = last && this.host.get(last.id)
        if (!last || !shot) return null
        this.judge(shot, {
            value: last.before?.value ?? 'undecided', comment: last.before?.comment ?? '', category: last.before?.category ?? '',
            links: last.before?.links ?? [], dwell_ms: 0, how: 'single',
        }, false)
        return last.id
    }

    private forget(entry: Waiting): void {
        this.waiting = this.waiting.filter((w) => w !== entry)
        this.keep()
    }

    private keep(): void {
        writeDraft(this.key, this.waiting)
        this.host.onUnsent(this.waiting.length)
    }

    private async send(entry: Waiting): Promise<void> {
        for (;;) {
            const shot = this.host.get(entry.shot)
            if (!shot) return this.forget(entry)
            try {
                const fresh = await api.post<Shot>(`/shots/${entry.shot}/verdict`, { ...entry.judgement, expected_version: shot.verdict_version })
                this.forget(entry)
                const isLast = (this.pending.get(entry.shot) ?? 0) <= 1
                this.host.patch(entry.shot, (s) => ({
                    ...s, verdict_version: fresh.verdict_version, comments: fresh.comments, verdict: isLast ? fresh.verdict : s.verdict,
                }))
                return
            } catch (e) {
                if (e instanceof ApiError && (e.isOffline || e.status === 503 || e.status === 429)) {
                    await lineBack()
                    continue
                }
                this.forget(entry)
                await this.refused(entry, e)
                return
            }
        }
    }

    private async refused(entry: Waiting, error: unknown): Promise<void> {
        let fresh: Shot
        try {
            fresh = await api.get<Shot>(`/shots/${entry.shot}`)
        } catch {
            const shot = this.host.get(entry.shot)
            if (shot) this.host.onFault(shot, error)
            return
        }
        this.host.patch(entry.shot, () => fresh)
        if (error instanceof ApiError && error.status === 409) {
            const agree = fresh.verdict?.value === entry.judgement.value && !entry.judgement.comment
            if (!agree) this.host.onConflict({ fresh, mine: entry.judgement })
            return
        }
        this.host.onFault(fresh, error)
    }
}

function lineBack(): Promise<void> {
    return new Promise((resolve) => {
        const done = () => {
            clearTimeout(timer)
            removeEventListener('online', done)
            resolve()
        }
        const timer = setTimeout(done, 3000)
        addEventListener('online', done)
    })
}
