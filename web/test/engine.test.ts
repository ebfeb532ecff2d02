/* Verdicts on their way: what a person sees, what the server gets, what survives. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Shot } from '../src/api/types'
import { Engine, type Conflict, type Host, type Judgement } from '../src/rooms/review/engine'
import { me, someShots } from './shots'

const say = (value: Judgement['value'], comment = ''): Judgement => ({ value, comment, category: '', links: [], dwell_ms: 1200, how: 'single' })

function bench() {
    const shots = new Map(someShots().slice(0, 3).map((s) => [s.id, s]))
    const conflicts: Conflict[] = []
    const faults: unknown[] = []
    let unsent = 0
    const host: Host = {
        get: (id) => shots.get(id),
        patch: (id, change) => shots.set(id, change(shots.get(id)!)),
        onConflict: (c) => conflicts.push(c),
        onFault: (_s, e) => faults.push(e),
        onUnsent: (n) => { unsent = n },
    }
    return { shots, host, conflicts, faults, engine: new Engine('test', me, host), get unsent() { return unsent } }
}

/** A server that keeps versions, as the real one does. */
function server(shots: Map<string, Shot>) {
    const kept = new Map([...shots].map(([id, s]) => [id, structuredClone(s)]))
    const posts: { id: string; value: string; expected: number }[] = []
    let isDown = false
    vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
        if (isDown) throw new TypeError('network')
        const id = /shots\/([^/]+)/.exec(address)![1]!
        const shot = kept.get(id)!
        const answer = (status: number, body: unknown) => new Response(JSON.stringify(body), { status })
        if (init.method === 'GET') return answer(200, shot)
        const body = JSON.parse(String(init.body)) as Judgement & { expected_version: number }
        posts.push({ id, value: body.value, expected: body.expected_version })
        if (body.expected_version !== shot.verdict_version) return answer(409, { error: { code: 'conflict', message: 'changed' } })
        shot.verdict_version++
        shot.verdict = { ...body, seq: posts.length, at: 'now', by: { id: me.id, display_name: me.display_name } }
        return answer(200, shot)
    })
    return { kept, posts, down: (v: boolean) => { isDown = v } }
}

beforeEach(() => sessionStorage.clear())
afterEach(() => { vi.unstubAllGlobals(); vi.useRealTimers() })

describe('a verdict', () => {
    it('shows at once and is sent with the version that was seen', async () => {
        const b = bench()
        const s = server(b.shots)
        b.engine.judge(b.shots.get('r0-0')!, say('normal'))
        expect(b.shots.get('r0-0')!.verdict?.value).toBe('normal')
        await vi.waitFor(() => expect(b.unsent).toBe(0))
        expect(s.posts).toEqual([{ id: 'r0-0', value: 'normal', expected: 0 }])
        expect(b.shots.get('r0-0')!.verdict_version).toBe(1)
    })

    it('is taken back by undo, even before the server has answered, and both are on record in order', async () => {
        const b = bench()
        const s = server(b.shots)
        b.engine.judge(b.shots.get('r0-0')!, say('abnormal', 'hot'))
        expect(b.engine.undo()).toBe('r0-0')
        expect(b.shots.get('r0-0')!.verdict?.value).toBe('undecided')
        await vi.waitFor(() => expect(b.unsent).toBe(0))
        expect(s.posts.map((p) => [p.value, p.expected])).toEqual([['abnormal', 0], ['undecided', 1]])
        expect(b.shots.get('r0-0')!.verdict?.value).toBe('undecided')
        expect(b.engine.undo()).toBeNull()
    })

    it('that somebody else contradicted asks, and shows theirs meanwhile', async () => {
        const b = bench()
        const s = server(b.shots)
        const theirs = s.kept.get('r0-1')!
        theirs.verdict_version = 1
        theirs.verdict = { seq: 1, value: 'abnormal', comment: 'look', category: '', links: [], by: { id: 'u2', display_name: 'Li' }, at: 'now', how: 'single', dwell_ms: 0 }
        b.engine.judge(b.shots.get('r0-1')!, say('normal'))
        await vi.waitFor(() => expect(b.conflicts).toHaveLength(1))
        expect(b.shots.get('r0-1')!.verdict?.by.id).toBe('u2')
        b.engine.judge(b.conflicts[0]!.fresh, b.conflicts[0]!.mine)
        await vi.waitFor(() => expect(s.kept.get('r0-1')!.verdict?.value).toBe('normal'))
    })

    it('that somebody else gave alike does not ask', async () => {
        const b = bench()
        const s = server(b.shots)
        const theirs = s.kept.get('r0-1')!
        theirs.verdict_version = 1
        theirs.verdict = { seq: 1, value: 'normal', comment: '', category: '', links: [], by: { id: 'u2', display_name: 'Li' }, at: 'now', how: 'single', dwell_ms: 0 }
        b.engine.judge(b.shots.get('r0-1')!, say('normal'))
        await vi.waitFor(() => expect(b.unsent).toBe(0))
        await vi.waitFor(() => expect(b.shots.get('r0-1')!.verdict?.by.id).toBe('u2'))
        expect(b.conflicts).toEqual([])
    })

    it('waits for the line to come back', async () => {
        const b = bench()
        const s = server(b.shots)
        s.down(true)
        b.engine.judge(b.shots.get('r0-0')!, say('normal'))
        await vi.waitFor(() => expect(sessionStorage.getItem('rounds.draft.test')).toContain('r0-0'))
        expect(b.unsent).toBe(1)
        s.down(false)
        await vi.waitFor(() => {
            dispatchEvent(new Event('online'))
            expect(b.unsent).toBe(0)
        })
        expect(s.posts).toHaveLength(1)
    })

    it('survives a reload of the page', async () => {
        const before = bench()
        const s = server(before.shots)
        s.down(true)
        before.engine.judge(before.shots.get('r0-2')!, say('abnormal', 'disk'))
        const after = bench()
        const t = server(after.shots)
        after.engine.resume()
        await vi.waitFor(() => expect(t.kept.get('r0-2')!.verdict?.value).toBe('abnormal'))
    })
})
