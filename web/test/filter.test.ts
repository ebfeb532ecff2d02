import { describe, expect, it } from 'vitest'
import { countsOf, groupsOf, nextUndecided, passes, sequenceOf, type View } from '../src/rooms/review/filter'
import { me, someShots } from './shots'

const view: View = { filter: null, order: 'dashboard', q: '', me: me.id }
const judged = (value: 'normal' | 'abnormal', by = me.id) =>
    ({ seq: 1, value, comment: '', category: '', links: [], by: { id: by, display_name: by }, at: '', how: 'single' as const, dwell_ms: 0 })

describe('the grid', () => {
    it('has one row a panel with all its windows, grouped by dashboard', () => {
        const groups = groupsOf(someShots(), view)
        expect(groups).toHaveLength(9)
        expect(groups[0]!.rows).toHaveLength(12)
        expect(groups[0]!.rows[0]!.shots.map((s) => s.window.index)).toEqual([0, 1, 2])
    })

    it('keeps the whole row when one of its shots matches, but walks only the matching ones', () => {
        const v: View = { ...view, filter: 'failed' }
        const groups = groupsOf(someShots(), v)
        expect(groups.flatMap((g) => g.rows.flatMap((r) => r.shots))).toHaveLength(6)
        expect(sequenceOf(groups, v)).toEqual(['r0-6', 'r0-153'])
    })

    it('puts what failed and what crossed a threshold first when ordered by change', () => {
        const groups = groupsOf(someShots(), { ...view, order: 'change' })
        expect(groups[0]!.rows[0]!.shots.some((s) => s.state === 'failed')).toBe(true)
        const second = groups[0]!.rows[1]!.shots.flatMap((s) => s.findings.map((f) => f.severity))
        expect(second).toContain('alert')
    })

    it('finds words of the dashboard, the panel, the window and the findings, all of them', () => {
        const found = (q: string) => sequenceOf(groupsOf(someShots(), { ...view, q }), { ...view, q })
        expect(found('gateway cpu 7')).toEqual(['r0-2'])
        expect(found('prometheus-2')).toEqual(['r0-6', 'r0-153'])
        expect(found('no such words')).toEqual([])
    })

    it('shows as mine only what I have judged', () => {
        const [a, b, c] = someShots()
        a!.verdict = judged('normal')
        b!.verdict = judged('normal', 'somebody')
        expect([a!, b!, c!].map((s) => passes(s, 'mine', me.id))).toEqual([true, false, false])
    })
})

describe('the next one', () => {
    const shots = someShots().slice(0, 4)
    const byId = new Map(shots.map((s) => [s.id, s]))
    const ids = shots.map((s) => s.id)

    it('is the next undecided, round the end', () => {
        shots[1]!.verdict = judged('normal')
        expect(nextUndecided(ids, ids[0]!, byId)).toBe(ids[2])
        expect(nextUndecided(ids, ids[3]!, byId)).toBe(ids[0])
    })

    it('is never a shot that has not been taken yet', () => {
        shots[2]!.state = 'waiting'
        expect(nextUndecided(ids, ids[0]!, byId)).toBe(ids[3])
    })

    it('is nothing when all are judged, even if the present one is not in the list', () => {
        for (const s of shots) s.verdict = judged('normal')
        expect(nextUndecided(ids, 'elsewhere', byId)).toBeNull()
    })
})

it('counts what is left', () => {
    const shots = someShots()
    shots[0]!.verdict = judged('abnormal')
    const c = countsOf(shots, me.id)
    expect([c.total, c.decided, c.undecided, c.abnormal, c.failed, c.mine]).toEqual([300, 1, 299, 1, 2, 1])
})
