/* The mock server's answers: enough of docs/api/README.md for every room. Development and unit tests only. */
import type { Round, Shot, SourceTest, User, VerdictValue } from '../../src/api/types'
import { svg } from './chart'
import {
    dashboards, dataOf, isSpiky, iso, issues, judge, now, panels, plans, recount, rounds, seedOf, shotsOf, sources, spec, today, users, verdicts, windowsSpec,
} from './state'

export interface Request {
    method: string
    path: string
    query: URLSearchParams
    body: Record<string, unknown>
    text: string
    user: User | null
}

export interface Answer {
    status: number
    json?: unknown
    text?: string
    type?: string
    headers?: Record<string, string>
    /** Kept open: the caller streams events. */
    stream?: (push: (event: string, data: unknown) => void) => () => void
}

type Handler = (req: Request, args: string[]) => Answer

const ok = (json: unknown): Answer => ({ status: 200, json })
const fail = (status: number, code: string, message: string, details: unknown[] = []): Answer =>
    ({ status, json: { error: { code, message, op: 'mock', details } } })
const list = (items: unknown[]): Answer => ok({ items, next: null })
const both = (zh: string, en: string) => ({ 'zh-CN': zh, en })

const listeners = new Map<string, Set<(event: string, data: unknown) => void>>()

function tell(roundId: string, event: string, data: unknown): void {
    listeners.get(roundId)?.forEach((fn) => fn(event, data))
    if (event !== 'shot') listeners.get('*')?.forEach((fn) => fn(event, data))
}

function findShot(id: string): Shot | undefined {
    return shotsOf(id.slice(0, id.lastIndexOf('-'))).find((s) => s.id === id)
}

function ago(shot: Shot): number {
    return shot.round_id === 'r0b' ? 0 : Number(shot.round_id.slice(1))
}

function picture(shot: Shot, difference = false): Answer {
    const p = Math.floor(shot.order / 3)
    const w = shot.order % 3
    return {
        status: 200, type: 'image/svg+xml', headers: { 'Cache-Control': 'private, max-age=31536000, immutable', 'X-Rounds-Changed-Share': '0.08' },
        text: svg(`${shot.panel.title}`, seedOf(p, w, ago(shot)), {
            width: 1000, height: 500, spike: isSpiky(p, w, ago(shot)), dark: false, empty: shot.outcome === 'no_data', difference,
        }),
    }
}

let runTimer: ReturnType<typeof setInterval> | null = null

function streamOf(id: string): Answer {
    return {
        status: 200,
        stream: (push) => {
            const set = listeners.get(id) ?? new Set()
            listeners.set(id, set)
            set.add(push)
            if (id === 'r0b' && !runTimer) runTimer = setInterval(step, 600)
            return () => {
                set.delete(push)
                if (!set.size && id === 'r0b' && runTimer) {
                    clearInterval(runTimer)
                    runTimer = null
                }
            }
        },
    }
}

function step(): void {
    const round = rounds.get('r0b')!
    const next = shotsOf('r0b').find((s) => s.state === 'waiting')
    if (!next) {
        round.state = 'finished'
        tell('r0b', 'round', recount(round))
        return
    }
    next.state = 'done'
    next.outcome = 'ok'
    next.picture = { sha256: next.id.padEnd(64, '0'), width: 1000, height: 500, bytes: 48_000, mime: 'image/svg+xml' }
    next.has_data = true
    next.data_note = 'complete'
    next.taken_at = iso(now())
    tell('r0b', 'shot', next)
    recount(round)
    round.left_ms = (round.total - round.done) * 600
    round.rate_per_s = 1.7
    tell('r0b', 'round', round)
}

const sessionOf = (user: User) => {
    const full = users.find((u) => u.id === user.id)!
    return { user: { ...full, password: undefined, once: undefined }, csrf_token: 'mock-csrf', expires_at: iso(now() + 8 * 3600_000), must_change_password: full.once }
}

function testResult(bad: boolean): SourceTest {
    return {
        ok: !bad, version: '12.1.0', organisation: 'Main Org.', rights: 'Viewer', clock_skew_ms: 140, certificate_days_left: 17,
        hops: [
            { id: 'resolve', state: 'ok', title: both('解析域名', 'Resolve the name'), detail: both('grafana.prod.example → 10.1.2.3', 'grafana.prod.example → 10.1.2.3'), mend: null },
            { id: 'tls', state: 'warn', title: both('TLS 证书', 'TLS certificate'), detail: both('证书还有 17 天到期', 'The certificate expires in 17 days'), mend: both('在到期前更换证书', 'Renew it before it expires') },
            { id: 'login', state: bad ? 'fail' : 'ok', title: both('登录', 'Sign in'), detail: bad ? both('401：令牌无效', '401: the token is not valid') : both('服务账号 rounds (Viewer)', 'Service account rounds (Viewer)'), mend: bad ? both('在 Grafana 中新建服务账号令牌并粘贴到这里', 'Make a new service account token in Grafana and paste it here') : null },
            { id: 'render', state: bad ? 'skip' : 'ok', title: both('渲染一个面板', 'Render a panel'), detail: both('1000 × 500, 1.2 秒', '1000 × 500 in 1.2 s'), mend: null },
        ],
    }
}

function verdictBy(req: Request, shot: Shot): Answer {
    const round = rounds.get(shot.round_id)!
    if (round.state === 'signed') return fail(423, 'read_only', 'the round is signed off')
    const expected = req.body.expected_version as number
    if (expected !== shot.verdict_version) return fail(409, 'conflict', 'somebody judged it first', [{ verdict: shot.verdict, verdict_version: shot.verdict_version }])
    judge(shot, req.body.value as VerdictValue, req.user!, req.body)
    tell(round.id, 'verdict', { shot_id: shot.id, verdict: shot.verdict, verdict_version: shot.verdict_version })
    tell(round.id, 'round', recount(round))
    return ok(shot)
}

function bulk(req: Request, round: Round): Answer {
    const ids = req.body.shots as string[] | undefined
    const f = req.body.filter as { unchanged_since_normal?: boolean } | undefined
    const chosen = shotsOf(round.id).filter((s) => ids ? ids.includes(s.id)
        : f?.unchanged_since_normal && !s.verdict && s.state === 'done' && s.change !== null && s.change.score <= 0.002)
    if (req.query.get('dry_run') === 'true') return ok({ count: chosen.length, shots: chosen.map((s) => s.id) })
    if (chosen.length !== req.body.expected_count) return fail(409, 'conflict', `the act would cover ${chosen.length}`, [{ count: chosen.length }])
    for (const s of chosen) {
        judge(s, req.body.value as VerdictValue, req.user!, { ...req.body, how: 'bulk' })
        tell(round.id, 'verdict', { shot_id: s.id, verdict: s.verdict, verdict_version: s.verdict_version })
    }
    tell(round.id, 'round', recount(round))
    return ok({ applied: chosen.length, skipped: 0 })
}

function sign(req: Request, round: Round): Answer {
    const open = shotsOf(round.id).filter((s) => !s.verdict || s.verdict.value === 'undecided')
    const reasons = req.body.reasons as { shot_id: string; reason: string }[]
    const without = open.filter((s) => !reasons.some((r) => r.shot_id === s.id && r.reason))
    if (without.length) return fail(422, 'unprocessable', `${without.length} shots are undecided and have no reason`, without.slice(0, 50).map((s) => ({ shot_id: s.id })))
    round.state = 'signed'
    round.signoffs.push({ seq: round.signoffs.length + 1, final: true, by: { id: req.user!.id, display_name: req.user!.display_name }, at: iso(now()), summary: String(req.body.summary), reasons, hash: 'f00d', signature: 's' })
    tell(round.id, 'sign', { round_id: round.id })
    tell(round.id, 'round', round)
    return ok(round)
}

function dashboardOf(uid: string): Answer {
    const d = dashboards.find((x) => x[0] === uid)
    if (!d) return fail(502, 'target_missing', 'Grafana has no such dashboard')
    return ok({
        uid, title: d[1], folder_title: '核心', tags: ['prod'], version: 7, timezone: 'browser', warnings: [],
        variables: [{ name: 'instance', label: '实例', type: 'query', multi: true, include_all: true, current: ['$__all'], values: ['node-a', 'node-b', 'node-c'].map((v) => ({ text: v, value: v })) },
            { name: 'cluster', label: '集群', type: 'query', multi: true, include_all: true, current: ['prod-1'], values: [] }],
        panels: d[2].map((title, i) => ({ id: i + 1, key: `${uid}/${i + 1}`, title, type: 'timeseries', path: i < 6 ? ['概览'] : ['细节'], collapsed: i >= 6, repeat: null, ignores_range: false, timeless: false, library_uid: null, grid: { x: (i % 2) * 12, y: i * 4, w: 12, h: 8 } })),
    })
}

function dryRun(body: Record<string, unknown>): Answer {
    const s = body.spec as ReturnType<typeof spec>
    const chosen = s.selections.flatMap((sel) => panels.filter((p) => p.uid === sel.dashboard && (sel.panels === 'all' || sel.panels.includes(p.id))))
    const shots = chosen.flatMap((p) => s.windows.map((w) => ({ dashboard: p.dashboard, panel: p.name, window: w.name, variables: {}, from: iso(now() - 3600_000), to: iso(now()) })))
    return ok({ total: shots.length, shots: shots.slice(0, 500), estimate: { seconds: shots.length * 0.9, bytes: shots.length * 60_000, bytes_per_month: shots.length * 60_000 * 22 }, missing: [], warnings: [] })
}

const system = () => ({
    version: '0.1.0', started_at: iso(now() - 5 * 3600_000), browser: { kind: 'chromium', version: '156.0.8078.79', sandbox: { on: true, reason: null } },
    browsers: [
        { id: 'b1', state: 'leased', identities: 1, renders: 214, age_ms: 3_200_000, memory_bytes: 512 << 20 },
        { id: 'b2', state: 'idle', identities: 2, renders: 31, age_ms: 900_000, memory_bytes: 380 << 20 },
    ],
    queue: { waiting: 7, running: 1 }, fonts: { missing: [{ script: 'Devanagari', package: 'fonts-noto-core' }] },
    storage: { database_bytes: 41 << 20, blobs: 88_210, blob_bytes: 4_200_000_000, free_bytes: 53_000_000_000, retention: { due_count: 300, due_bytes: 18_000_000, ahead_days: 30, ahead_count: 4200, ahead_bytes: 250_000_000, added_bytes_per_day: 12_000_000, full_in_days: 14_400 } },
    fidelity: { checked: 120, different: 0 }, errors: [{ at: iso(now() - 600_000), line: 'target: GET https://grafana.prod.example/api/… answered 504 after 30 s op=k3j9' }],
    health: [{ name: 'database', ok: true, detail: 'WAL, 41 MB' }, { name: 'browsers', ok: true, detail: '2 of 2 alive' }, { name: 'disk', ok: true, detail: '53 GB free' }],
})

const table: [string, RegExp, Handler][] = []
const on = (method: string, path: string, handler: Handler) =>
    table.push([method, new RegExp(`^${path.replace(/:\w+\*/g, '(.+)').replace(/:\w+/g, '([^/]+)')}$`), handler])

on('DELETE', '/session', () => ({ status: 204 }))
on('GET', '/session', (r) => ok(sessionOf(r.user!)))
on('PUT', '/session/password', (r) => {
    const u = users.find((x) => x.id === r.user!.id)!
    if (u.password !== r.body.current) return fail(422, 'unprocessable', 'the current password is wrong', [{ path: 'current', message: 'wrong' }])
    u.password = String(r.body.new)
    u.once = false
    return { status: 204 }
})
on('PUT', '/session/preferences', (r) => ok({ ...Object.assign(users.find((x) => x.id === r.user!.id)!, r.body), password: undefined }))
on('GET', '/people', () => ok(users.map((u) => ({ id: u.id, display_name: u.display_name, role: u.role }))))
on('GET', '/users', () => list(users.map((u) => ({ ...u, password: undefined, once: undefined }))))
on('POST', '/users', (r) => {
    const u = { ...users[3]!, ...r.body, id: `u${users.length + 1}`, once: true, last_seen_at: null, created_at: iso(now()), version: 1 } as (typeof users)[number]
    users.push(u)
    return ok(u)
})
on('PATCH', '/users/:id', (r, [id]) => ok(Object.assign(users.find((u) => u.id === id)!, r.body)))
on('DELETE', '/users/:id', (_r, [id]) => { users.splice(users.findIndex((u) => u.id === id), 1); return { status: 204 } })
on('POST', '/users/:id/password-reset', () => ok({ password: 'once-7hK2-pQ9x' }))
on('GET', '/tokens', () => list([{ id: 't1', name: 'ci', role: 'viewer', scopes: ['read'], created_at: iso(now() - 9e8), expires_at: iso(now() + 9e9), last_used_at: iso(now() - 9e6) }]))
on('POST', '/tokens', (r) => ok({ token: { id: 't2', ...r.body }, secret: 'rnd_4f9c0a…' }))
on('DELETE', '/tokens/:id', () => ({ status: 204 }))
on('GET', '/audit', () => list(['session.open', 'plan.set', 'verdict.add', 'round.sign'].map((action, i) => ({ seq: 100 - i, at: iso(now() - i * 9e5), actor: '李工', action, object: `p${i}`, detail: { field: 'value' }, hash: 'c0ffee'.repeat(6) }))))
on('GET', '/sources', () => list(sources))
on('POST', '/sources', (r) => { const s = { id: `s${sources.length + 1}`, version: 1, last_test: null, ...r.body } as (typeof sources)[number]; sources.push(s); return ok(s) })
on('POST', '/sources/test', (r) => ok(testResult((r.body.credential as { kind?: string } | undefined)?.kind === 'none')))
on('GET', '/sources/:id', (_r, [id]) => { const s = sources.find((x) => x.id === id); return s ? ok(s) : fail(404, 'not_found', 'no such source') })
on('PATCH', '/sources/:id', (r, [id]) => ok(Object.assign(sources.find((s) => s.id === id)!, r.body)))
on('DELETE', '/sources/:id', () => fail(409, 'conflict', 'used by the plans 核心交易 · 早巡检', [{ message: '核心交易 · 早巡检' }]))
on('POST', '/sources/:id/test', (_r, [id]) => ok(testResult(id === 's2')))
on('GET', '/sources/:id/grafana-ini', () => ok({ snippet: '[rendering]\nserver_url = https://rounds.example/render\ncallback_url = https://grafana.prod.example/\nrenderer_token = …\n' }))
on('GET', '/sources/:id/folders', () => list([{ uid: 'core', title: '核心', parent_uid: null }, { uid: 'infra', title: '基础设施', parent_uid: null }]))
on('GET', '/sources/:id/dashboards', (r) => list(dashboards.filter((d) => d[1].toLowerCase().includes((r.query.get('query') ?? '').toLowerCase())).map(([uid, title], i) => ({ uid, title, folder_uid: i < 4 ? 'core' : 'infra', folder_title: i < 4 ? '核心' : '基础设施', tags: ['prod'], url: `/d/${uid}` }))))
on('GET', '/sources/:id/dashboards/:uid/variables', () => list([{ name: 'cluster', label: '集群', type: 'query', multi: true, include_all: true, hidden: false, current: ['prod-1'], values: ['prod-1', 'prod-2', 'dr-1'].map((v) => ({ text: v, value: v })), known_from: 'browser', more: false, error: null }]))
on('GET', '/sources/:id/dashboards/:uid', (_r, args) => dashboardOf(args[1]!))
on('POST', '/sources/:id/preview', (r) => ({ status: 200, type: 'image/svg+xml', text: svg(`预览 ${String(r.body.panel)}`, 77, { width: 1000, height: 500, spike: false, dark: false }) }))
on('GET', '/plans', () => list(plans))
on('POST', '/plans', (r) => { const s = r.body.spec as ReturnType<typeof spec>; const p = { ...plans[0]!, id: `p${plans.length + 1}`, name: s.name, spec: s, version: 1, drift: [] }; plans.push(p); return ok(p) })
on('POST', '/plans/dry-run', (r) => dryRun(r.body))
on('GET', '/plans/export', () => ({ status: 200, type: 'application/yaml', text: 'plans: []\n' }))
on('POST', '/plans/import', () => ok({ created: ['夜检'], changed: [{ name: '早巡检', differences: ['windows[0].length: 6h → 1h'] }], unchanged: ['数据库周检'] }))
on('GET', '/plans/:id', (_r, [id]) => { const p = plans.find((x) => x.id === id); return p ? ok(p) : fail(404, 'not_found', 'no such plan') })
on('PUT', '/plans/:id', (r, [id]) => { const p = plans.find((x) => x.id === id)!; if (p.version !== r.body.version) return fail(409, 'conflict', 'changed by somebody else'); const s = r.body.spec as ReturnType<typeof spec>; Object.assign(p, { spec: s, name: s.name, version: p.version + 1 }); return ok(p) })
on('DELETE', '/plans/:id', (_r, [id]) => { plans.splice(plans.findIndex((p) => p.id === id), 1); return { status: 204 } })
on('GET', '/plans/:id/versions', (_r, [id]) => list([3, 2, 1].map((version) => ({ ...plans.find((p) => p.id === id)!, version }))))
on('POST', '/plans/:id/pause', (r, [id]) => { const p = plans.find((x) => x.id === id)!; p.paused = Boolean(r.body.paused); return ok(p) })
on('POST', '/plans/:id/duplicate', (_r, [id]) => { const p = plans.find((x) => x.id === id)!; const copy = { ...p, id: `p${plans.length + 1}`, name: `${p.name} (2)` }; plans.push(copy); return ok(copy) })
on('POST', '/plans/:id/dry-run', (_r, [id]) => dryRun({ spec: plans.find((p) => p.id === id)!.spec }))
on('POST', '/plans/:id/rounds', () => ok(rounds.get('r0b')))
on('POST', '/schedule/preview', (r) => String((r.body.cron as string[])[0]).split(' ').length === 5
    ? ok({ next: [1, 2, 3, 4, 5].map((d) => iso(now() + d * 864e5)), words: both('周一至周五 08:30', 'Monday to Friday at 08:30') })
    : fail(400, 'bad_input', 'a cron text has five fields', [{ path: 'cron[0]', message: 'five fields are needed' }]))
on('GET', '/today', () => ok(today()))
on('GET', '/rounds', () => list([...rounds.values()]))
on('GET', '/events', () => streamOf('*'))
on('GET', '/rounds/:id', (_r, [id]) => { const r = rounds.get(id!); return r ? ok(recount(r)) : fail(404, 'not_found', 'no such round') })
on('GET', '/rounds/:id/shots', (_r, [id]) => rounds.has(id!) ? list(shotsOf(id!)) : fail(404, 'not_found', 'no such round'))
on('GET', '/rounds/:id/events', (_r, [id]) => streamOf(id!))
on('POST', '/rounds/:id/cancel', (_r, [id]) => { rounds.get(id!)!.state = 'cancelled'; return { status: 202, json: rounds.get(id!) } })
on('POST', '/rounds/:id/retry-failed', (_r, [id]) => ({ status: 202, json: rounds.get(id!) }))
on('POST', '/rounds/:id/verdicts', (r, [id]) => bulk(r, rounds.get(id!)!))
on('POST', '/rounds/:id/sign', (r, [id]) => sign(r, rounds.get(id!)!))
on('POST', '/rounds/:id/verify', () => ok({ ok: true, checked: { pictures: 298, verdicts: 300, signoffs: 1 }, faults: [] }))
on('PUT', '/rounds/:id/legal-hold', () => ({ status: 204 }))
on('GET', '/rounds/:id/report', () => ({ status: 200, type: 'text/html', text: '<p>report</p>' }))
on('GET', '/shots/:id', (_r, [id]) => { const s = findShot(id!); return s ? ok(s) : fail(404, 'not_found', 'no such shot') })
on('GET', '/shots/:id/verdicts', (_r, [id]) => list(verdicts.get(id!) ?? []))
on('POST', '/shots/:id/verdict', (r, [id]) => verdictBy(r, findShot(id!)!))
on('POST', '/shots/:id/reshoot', (_r, [id]) => { const s = findShot(id!)!; Object.assign(s, { state: 'waiting', outcome: null, message: null, findings: [] }); tell(s.round_id, 'shot', s); return { status: 202, json: s } })
on('GET', '/shots/:id/picture', (_r, [id]) => { const s = findShot(id!); return s?.picture ? picture(s) : fail(404, 'not_found', 'no picture') })
on('GET', '/shots/:id/thumbnail', (_r, [id]) => { const s = findShot(id!); return s?.picture ? picture(s) : fail(404, 'not_found', 'no picture') })
on('GET', '/shots/:id/difference/:other', (_r, [id]) => picture(findShot(id!)!, true))
on('GET', '/shots/:id/data', (_r, [id]) => { const s = findShot(id!)!; return ok({ note: 'complete', series: dataOf(s, ago(s)) }) })
on('GET', '/shots/:id/data.csv', () => ({ status: 200, type: 'text/csv', text: 'time,value\n' }))
on('GET', '/shots/:id/references', (_r, [id]) => {
    const s = findShot(id!)!
    const at = (d: number) => findShot(`r${ago(s) + d}-${s.order}`) ?? null
    return ok({ chosen: at(7), previous: at(1), same_weekday: at(7), last_normal: at(1), pinned: null })
})
on('PUT', '/panels/:key*/pin', () => ({ status: 204 }))
const masks = new Map<string, unknown>()
on('GET', '/panels/:key*/masks', (_r, [key]) => ok({ masks: masks.get(key!) ?? [] }))
on('PUT', '/panels/:key*/masks', (r, [key]) => { masks.set(key!, r.body.masks); return ok({ masks: r.body.masks }) })
on('GET', '/panels/:key*/history', (r, [key]) => {
    const p = panels.findIndex((x) => `s1/${x.uid}/${x.id}` === decodeURIComponent(key!))
    const w = Math.max(0, windowsSpec.findIndex((x) => x.name === r.query.get('window')))
    return list(p < 0 ? [] : Array.from({ length: 14 }, (_, d) => findShot(`r${d}-${p * 3 + w}`)))
})
on('GET', '/known-issues', () => list(issues))
on('POST', '/known-issues', (r) => { const k = { id: `k${issues.length + 1}`, ...r.body } as (typeof issues)[number]; issues.push(k); return ok(k) })
on('GET', '/search', (r) => list(panels.filter((p) => p.name.includes(r.query.get('q') ?? '')).slice(0, 20).map((p, i) => ({ kind: i % 4 === 3 ? 'verdict' : 'panel', text: `${p.dashboard} / ${p.name}`, snippet: i % 4 === 3 ? '持续偏高, 已通知值班' : null, shot_id: `r0-${panels.indexOf(p) * 3}`, round_id: 'r0', at: iso(now() - i * 36e5) }))))
on('GET', '/channels', () => list([{ id: 'c1', name: '值班群', kind: 'wecom', settings: { url: 'https://qyapi.example' }, language: 'zh-CN', events: ['round_finished'], has_secret: true }]))
on('POST', '/channels', (r) => ok({ id: 'c2', ...r.body }))
on('POST', '/channels/:id/test', () => ok({ ok: true }))
on('GET', '/outbox', () => list([]))
on('GET', '/system', () => ok(system()))
on('POST', '/system/self-test', () => ({ status: 200, type: 'image/svg+xml', text: svg('Self-test', 5, { width: 800, height: 400, spike: false, dark: false }) }))
on('GET', '/retention/preview', () => ok({ count: 300, bytes: 18_000_000, items: [] }))

/** Answers one request; the session is the caller's business (see mock-plugin.ts). */
export function answer(req: Request): Answer {
    for (const [method, pattern, handler] of table) {
        const match = method === req.method ? pattern.exec(req.path) : null
        if (match) return handler(req, match.slice(1))
    }
    return fail(404, 'not_found', `no route ${req.method} ${req.path}`)
}
