import { describe, expect, it } from 'vitest'
import { makeFormat } from '../src/base/format'
import { blankSpec, cronOf, rhythmOf, selectionOf, setDashboard, setFolder, setPanel, setVariable, withNames } from '../src/rooms/plans/spec'
import { cell, csvOf } from '../src/rooms/records/csv'
import { Dwell } from '../src/rooms/review/dwell'
import { bodyOf } from '../src/rooms/sources/editor'

describe('dwell time', () => {
    it('counts only while somebody looks', () => {
        let now = 0
        const d = new Dwell(() => now)
        d.restart(true)
        now = 1000
        d.look(false)
        now = 61_000
        expect(d.ms).toBe(1000)
        d.look(true)
        now = 61_500
        expect(d.ms).toBe(1500)
        d.restart(false)
        now = 90_000
        expect(d.ms).toBe(0)
    })
})

describe('a schedule', () => {
    it.each([['30 8 * * 1-5', 'weekdays'], ['5 23 * * *', 'daily'], ['0 9 * * 1', 'weekly'], ['0 9 15 * *', 'monthly'], ['*/5 * * * *', 'cron'], ['0 9 1 * 1', 'cron']])('%s is %s', (cron, rhythm) => {
        expect(rhythmOf(cron).rhythm).toBe(rhythm)
    })
    it('goes from words to cron and back', () => {
        for (const [r, time, day] of [['daily', '07:05', 1], ['weekdays', '23:59', 1], ['weekly', '00:00', 3], ['monthly', '12:30', 31]] as const) {
            expect(rhythmOf(cronOf(r, time, day))).toEqual({ rhythm: r, time, day })
        }
    })
})

describe('choosing panels', () => {
    const spec = blankSpec('UTC', null)
    it('turns "all" into a list when one is taken out, in the order of the dashboard', () => {
        const all = setDashboard(spec, 's', 'd', true)
        const some = setPanel(all, 's', 'd', 2, [1, 2, 3], false)
        expect(selectionOf(some, 's', 'd')?.panels).toEqual([1, 3])
        expect(selectionOf(setPanel(some, 's', 'd', 2, [1, 2, 3], true), 's', 'd')?.panels).toEqual([1, 2, 3])
    })
    it('forgets the dashboard with its last panel', () => {
        const one = setPanel(spec, 's', 'd', 1, [1, 2], true)
        expect(setPanel(one, 's', 'd', 1, [1, 2], false).selections).toEqual([])
    })
    it('keeps variables with their dashboard, and folders apart', () => {
        const x = setVariable(setFolder(setDashboard(spec, 's', 'd', true), 's', 'f', true), 's', 'd', 'host', { mode: 'each', values: ['a'] })
        expect(x.selections).toEqual([
            { source: 's', dashboard: 'd', panels: 'all', variables: { host: { mode: 'each', values: ['a'] } } }, { source: 's', folder: 'f', panels: 'all' },
        ])
    })
    it('names nameless windows and leaves named ones alone', () => {
        const x = withNames({ ...spec, windows: [{ name: ' ', kind: 'rolling', length: '6h', offset: '0h' }, { name: 'mine', kind: 'rolling', length: '1h', offset: '0h' }] }, () => 'last 6 h')
        expect(x.windows.map((w) => w.name)).toEqual(['last 6 h', 'mine'])
    })
})

describe('a source', () => {
    const form = { name: ' g ', url: ' https://g ', org_id: 1, credential: { kind: 'token' as const, user: 'old', secret: '' }, ca_pem: '', extra_origins: [], max_parallel: 2 }
    it('is sent without a secret when none was typed, and without what another kind needed', () => {
        expect(bodyOf(form)).toMatchObject({ name: 'g', url: 'https://g', ca_pem: null, credential: { kind: 'token' } })
        expect(bodyOf(form).credential).toEqual({ kind: 'token' })
        expect(bodyOf({ ...form, credential: { ...form.credential, secret: 's' } }).credential).toEqual({ kind: 'token', secret: 's' })
    })
})

describe('an exported table', () => {
    it('defuses formulas and quotes', () => {
        expect(cell('=HYPERLINK("x")')).toBe('"\'=HYPERLINK(""x"")"')
    })
    it('has an address that opens the shot', () => {
        const csv = csvOf([{ kind: 'panel', text: 'CPU', snippet: null, at: 't', shot_id: '1' }], 'https://r', () => '/rounds/1')
        expect(csv).toContain('"https://r/rounds/1"')
    })
})

describe('figures', () => {
    const zh = makeFormat('zh-CN')
    const en = makeFormat('en')
    it('speak the language', () => {
        expect(en.bytes(1_500_000)).toBe('1.5 MB')
        expect(zh.duration(90_000)).toContain('分钟')
        expect(en.dateTime('2026-11-23T00:30:00Z', 'Asia/Shanghai')).toBe('11/23/2026, 08:30')
        expect(zh.dateTime('2026-11-23T00:30:00Z', 'Asia/Shanghai')).toBe('2026/11/23 08:30')
    })
    it('say nothing rather than something wrong', () => {
        expect(en.dateTime(null)).toBe('–')
        expect(en.number(undefined)).toBe('–')
        expect(en.dateTime('2026-11-23T00:30:00Z', 'No/Such_Zone')).not.toBe('–')
    })
})
