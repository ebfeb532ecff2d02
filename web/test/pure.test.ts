import { describe, expect, it } from 'vitest'
import { browserOf } from '../src/base/agent'
import { makeFormat } from '../src/base/format'
import type { KnownIssue, PlanSpec } from '../src/api/types'
import { inOrder, stateOf, withoutReplaced } from '../src/rooms/issues/state'
import { dashboardsIn, treeOf } from '../src/rooms/plans/folders'
import { between, grown, moved, resized } from '../src/rooms/review/masks/boxes'
import { blankSpec, canLeaveOut, cronOf, rhythmOf, selectionOf, setDashboard, setFolder, setPanel, setVariable, withNames, withoutMissing } from '../src/rooms/plans/spec'
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

describe('areas left out', () => {
    it('are drawn in any direction, stay on the picture, and slips of the hand are none', () => {
        expect(between({ x: 0.6, y: 0.5 }, { x: 0.2, y: 0.1 })).toEqual({ x: 0.2, y: 0.1, w: 0.4, h: 0.4 })
        expect(between({ x: 0.9, y: 0.9 }, { x: 1.7, y: 2 })).toEqual({ x: 0.9, y: 0.9, w: 0.1, h: 0.1 })
        expect(between({ x: 0.5, y: 0.5 }, { x: 0.502, y: 0.9 })).toBeNull()
    })
    it('are moved and resized within the picture', () => {
        const b = { x: 0.7, y: 0.1, w: 0.2, h: 0.2 }
        expect(moved(b, 0.5, -0.5)).toEqual({ x: 0.8, y: 0, w: 0.2, h: 0.2 })
        expect(resized(b, 'se', { x: 2, y: 0.6 })).toEqual({ x: 0.7, y: 0.1, w: 0.3, h: 0.5 })
        expect(resized(b, 'nw', { x: 0.95, y: 0 })).toEqual({ x: 0.89, y: 0, w: 0.01, h: 0.3 })
        expect(grown(b, 0.5, -0.5)).toEqual({ x: 0.7, y: 0.1, w: 0.3, h: 0.01 })
    })
})

describe('known issues', () => {
    const now = Date.parse('2026-11-23T00:00:00Z')
    const issue = (id: string, from: string, until: string, ended = false, panel_key = 'p'): KnownIssue => ({ id, panel_key, comment: id, link: null, from_at: from, expires_at: until, ended })
    it('are open, run out soon, or are over', () => {
        expect(stateOf(issue('a', '2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z'), now)).toBe('open')
        expect(stateOf(issue('b', '2026-11-01T00:00:00Z', '2026-11-25T00:00:00Z'), now)).toBe('expiring')
        expect(stateOf(issue('c', '2026-11-01T00:00:00Z', '2026-11-22T00:00:00Z'), now)).toBe('past')
        expect(stateOf(issue('d', '2026-11-01T00:00:00Z', '2026-12-22T00:00:00Z', true), now)).toBe('past')
    })
    it('show once, however often their date was moved', () => {
        const moment = '2026-11-10T08:00:00.000Z'
        const list = [issue('new', moment, '2026-12-24T00:00:00Z'), issue('old', '2026-11-01T00:00:00Z', moment, true), issue('other', '2026-11-01T00:00:00Z', moment, true, 'q')]
        expect(withoutReplaced(list).map((x) => x.id)).toEqual(['new', 'other'])
    })
    it('come in the order in which they run out, the past ones last', () => {
        const list = [issue('past', '2026-10-01T00:00:00Z', '2026-10-02T00:00:00Z'), issue('late', '2026-11-01T00:00:00Z', '2026-12-24T00:00:00Z'), issue('soon', '2026-11-01T00:00:00Z', '2026-11-24T00:00:00Z')]
        expect(inOrder(list, now).map((x) => x.id)).toEqual(['soon', 'late', 'past'])
    })
})

describe('folders', () => {
    const d = (uid: string, folder_uid: string | null) => ({ uid, title: uid, folder_uid, folder_title: folder_uid, tags: [], url: '' })
    it('nest as deep as they do in Grafana; empty ones are left out', () => {
        const folders = [{ uid: 'a', title: 'A', parent_uid: null }, { uid: 'b', title: 'B', parent_uid: 'a' }, { uid: 'c', title: 'C', parent_uid: 'b' }, { uid: 'e', title: 'E', parent_uid: 'a' }]
        const tree = treeOf(folders, [d('deep', 'c'), d('loose', null), d('unknown', 'x')], 'General')
        expect(tree.map((x) => x.title)).toEqual(['A', 'x', 'General'])
        expect(tree[0]!.kids.map((x) => x.title)).toEqual(['B'])
        expect(tree[0]!.kids[0]!.kids[0]!.items.map((x) => x.uid)).toEqual(['deep'])
        expect(dashboardsIn(tree[0]!).map((x) => x.uid)).toEqual(['deep'])
    })
})

describe('a plan’s moment', () => {
    it('is told in the plan’s zone, which is named only where the reader’s clock differs', () => {
        const here = Intl.DateTimeFormat().resolvedOptions().timeZone
        const f = makeFormat('en')
        const at = '2026-11-23T00:30:00Z'
        expect(f.moment(at, here)).toBe(f.dateTime(at))
        const away = here === 'Asia/Shanghai' ? 'Asia/Kolkata' : 'Asia/Shanghai'
        expect(f.moment(at, away)).toMatch(away === 'Asia/Shanghai' ? /08:30 GMT\+8$/ : /06:00 GMT\+5:30$/)
    })
})

describe('what a dashboard has no more', () => {
    const missing = (what: string, path: string) => ({ what, path, name: '', mend: { 'zh-CN': '', en: '' } })
    const spec: PlanSpec = { ...blankSpec('UTC', null), selections: [
        { source: 's', dashboard: 'a', panels: [1, 2, 3], variables: { host: { mode: 'list', values: ['x', 'y'] }, old: { mode: 'list', values: ['z'] } } },
        { source: 's', dashboard: 'b', panels: [7], variables: {} },
        { source: 's', dashboard: 'c', panels: 'all', variables: {} },
    ] }
    it('is taken out of the plan: panels, variables, values, whole dashboards', () => {
        const next = withoutMissing(spec, [
            missing('panel', 'selections[0].panels[0]'), missing('panel', 'selections[0].panels[2]'), missing('variable', 'selections[0].variables.old'),
            missing('value', 'selections[0].variables.host.values[1]'), missing('panel', 'selections[1].panels[0]'), missing('dashboard', 'selections[2].dashboard'),
        ])
        expect(next.selections).toEqual([{ source: 's', dashboard: 'a', panels: [2], variables: { host: { mode: 'list', values: ['x'] } } }])
        expect(spec.selections[0]!.panels).toEqual([1, 2, 3])
    })
    it('stays where only Grafana can mend it', () => {
        expect(canLeaveOut(missing('value', 'selections[0].variables.host'))).toBe(false)
        expect(canLeaveOut(missing('variable', 'selections[0].variables.host'))).toBe(true)
    })
})

describe('browsers by their User-Agent', () => {
    it.each([
        ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36', 'Chrome 126 · Windows'],
        ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.2592.87', 'Edge 126 · Windows'],
        ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1', 'Safari 17 · iPhone'],
        ['Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0', 'Firefox 127 · Linux'],
        ['curl/8.5.0', 'curl 8'],
        ['something of our own', 'something of our own'],
        ['', ''],
    ])('%s', (agent, name) => expect(browserOf(agent)).toBe(name))
})
