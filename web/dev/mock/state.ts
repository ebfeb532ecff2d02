/* What the mock server remembers: people, sources, plans, rounds of 300 shots. Development only. */
import type {
    Finding, KnownIssue, Plan, PlanSpec, Round, RoundCard, RoundState, Shot, Source, StripOutcome, Today, User, Verdict, VerdictValue,
} from '../../src/api/types'
import { lines, random } from './chart'

export const now = () => Date.now()
export const iso = (ms: number) => new Date(ms).toISOString()
const hour = 3600_000
const day = 24 * hour

const dashboards: [string, string, string[]][] = [
    ['gw', '网关 Gateway', ['CPU 使用率', '5xx 比例', '连接数', 'P99 延迟', '入口流量', '出口流量', 'TLS 握手', '重试次数', '限流', '上游健康', '线程池', '证书有效期']],
    ['pay', '支付核心', ['交易笔数', '成功率', '平均耗时', '队列积压', '清算批次', '对账差异', '渠道可用性', '冲正笔数', '锁等待', '风控拦截', '余额校验', '通知延迟']],
    ['db', 'PostgreSQL 主库', ['TPS', '缓存命中率', '复制延迟', '死锁', '连接池', '磁盘写', '慢查询', 'WAL 速率', '表膨胀', '检查点', '临时文件', '活跃会话']],
    ['k8s', 'Kubernetes 集群', ['Pod 重启', 'CPU 申请率', '内存申请率', '节点就绪', 'PVC 使用', 'API 延迟', '调度失败', '镜像拉取', 'etcd 落盘', '网络丢包', 'HPA 副本', 'DNS 错误']],
    ['kafka', 'Kafka', ['消费滞后', '入站字节', '出站字节', 'ISR 收缩', '控制器', '请求耗时', '磁盘使用', '分区倾斜', '副本同步', '日志刷盘', '网络空闲', '请求队列']],
    ['redis', 'Redis', ['命中率', '内存碎片', '连接数', '慢命令', '淘汰键', '主从延迟', 'QPS', '大键', '过期键', 'CPU', '阻塞客户端', 'AOF 延迟']],
    ['host', '主机', ['负载', '内存', '磁盘 IO', 'inode', '网络错误', '温度', '时钟偏差', '文件句柄', '僵尸进程', '上下文切换', 'swap', '磁盘剩余']],
    ['biz', '业务总览', ['在线人数', '下单转化', '登录失败', '页面耗时', '搜索成功率', '短信到达', '退款', '客服排队', '库存预警', '优惠券', '签到', '推荐点击']],
    ['net', '出口与专线', ['专线时延', '专线丢包', '出口带宽', 'BGP 会话']],
]

export const panels = dashboards.flatMap(([uid, title, names]) =>
    names.map((name, i) => ({ uid, dashboard: title, name, id: i + 1 })))

export const windowsSpec: PlanSpec['windows'] = [
    { name: '最近 1 小时', kind: 'rolling', length: '1h', offset: '0h' },
    { name: '昨天同一时段', kind: 'rolling', length: '1h', offset: '24h' },
    { name: '最近 7 天', kind: 'rolling', length: '7d', offset: '0h' },
]

export const users: (User & { password: string; once: boolean })[] = [
    ['u1', 'admin', '管理员', 'admin'], ['u2', 'li', '李工', 'reviewer'], ['u3', 'wang', '王工', 'editor'], ['u4', 'viewer', 'Vera Viewer', 'viewer'],
    ['u5', 'new', 'Nora New', 'reviewer'],
].map(([id, name, display_name, role], i) => ({
    id: id!, name: name!, display_name: display_name!, role: role as User['role'], language: 'auto', theme: 'auto', source_ids: null, disabled: false,
    created_at: iso(now() - 90 * day), last_seen_at: i < 3 ? iso(now() - i * hour) : null, version: 1, password: name!, once: name === 'new',
}))

export const sources: Source[] = [
    { id: 's1', name: '生产 Grafana', url: 'https://grafana.prod.example', org_id: 1, credential: { kind: 'token', has_secret: true }, ca_pem: null, extra_origins: [], max_parallel: 4, grafana_version: '12.1.0', last_test: null, version: 1 },
    { id: 's2', name: '灾备 Grafana', url: 'https://grafana.dr.example/grafana', org_id: 2, credential: { kind: 'basic', user: 'rounds', has_secret: true }, ca_pem: null, extra_origins: ['https://tiles.example'], max_parallel: 2, grafana_version: '11.6.4', last_test: null, version: 3 },
]

export function spec(name: string): PlanSpec {
    return {
        name, description: '', timezone: 'Asia/Shanghai',
        selections: dashboards.map(([uid]) => ({ source: 's1', dashboard: uid, panels: 'all', variables: {} })),
        windows: windowsSpec,
        picture: { layout: 'dashboard', width: 1000, height: 500, scale: 1, theme: 'light', format: 'png' },
        schedule: { cron: ['30 8 * * 1-5'], holidays: ['2026-10-01'], paused: false },
        review: { reviewers: ['u2'], due: '2h', escalate_to: [], second_person: false },
        retention: { days: 400, abnormal_days: 1200 },
        reference: 'same_weekday',
        rules: [{ panels: '*', series: '*', stat: 'max', op: '>', value: 90, severity: 'alert', text: '超过 90 %' }],
        overlap: 'skip', load: { parallel: 2, quiet: [] }, notify: [],
    }
}

export const plans: Plan[] = ['核心交易 · 早巡检', '数据库周检', '机房夜检'].map((name, i) => ({
    id: `p${i + 1}`, version: 3 - i, name, paused: i === 2, created_at: iso(now() - 60 * day), updated_at: iso(now() - 3 * day), updated_by: '管理员',
    spec: spec(name), next_run_at: i === 2 ? null : iso(now() + (4 + i) * hour), last_round: null,
    drift: i === 1 ? [{ what: 'panel', path: 'selections[2].panels', name: '表膨胀', mend: { 'zh-CN': '在 Grafana 里已经没有了：从计划中去掉', en: 'is gone from Grafana: take it out of the plan' } }] : [],
}))

export const issues: KnownIssue[] = [
    { id: 'k1', panel_key: 's1/db/3', comment: '已知问题 OPS-131: 复制延迟, 等待扩容', link: 'https://tracker.example/OPS-131', from_at: iso(now() - 2 * day), expires_at: iso(now() + 8 * day), ended: false, by: { display_name: '李工' }, panel: { title: '复制延迟', dashboard: { uid: 'db', title: '数据库' }, source: { id: 's1', name: '生产 Grafana' } } },
    { id: 'k2', panel_key: 's1/gw/1', comment: '切换期间流量波动', link: null, from_at: iso(now() - 9 * day), expires_at: iso(now() + 2 * day), ended: false, by: { display_name: '管理员' }, panel: { title: '入口流量', dashboard: { uid: 'gw', title: '网关' }, source: { id: 's1', name: '生产 Grafana' } } },
]

const top = Math.floor(now() / hour) * hour

/** Round ids are r<days ago>; r0 is this morning's, r0b is running. The shots of a round are made when asked for. */
export const shots = new Map<string, Shot[]>()
export const verdicts = new Map<string, Verdict[]>()
export const rounds = new Map<string, Round>()
let seq = 1000

export function seedOf(panel: number, window: number, dayAgo: number): number {
    return panel * 1000 + window * 100 + dayAgo
}

export function isSpiky(panel: number, window: number, dayAgo: number): boolean {
    return window === 0 && dayAgo === 0 && panel % 17 === 0
}

function findingsOf(p: number, w: number, failed: boolean, changed: number): Finding[] {
    const list: Finding[] = []
    if (failed) list.push({ kind: 'not_rendered', severity: 'alert', text: { 'zh-CN': '数据源超时 (Prometheus-2)', en: 'The data source timed out (Prometheus-2)' }, evidence: { timer: 'ready', waiting: 'query:2' } })
    if (!failed && p % 17 === 0 && w === 0) {
        list.push({ kind: 'threshold', severity: 'alert', text: { 'zh-CN': '超过阈值 90 %：93 % @ 10:42', en: 'Above the threshold 90 %: 93 % @ 10:42' }, evidence: { threshold: 90, value: 93.1, series: 'node-a', at: iso(top - 20 * 60_000) } })
        list.push({ kind: 'data_changed', severity: 'warn', text: { 'zh-CN': '与上周同日相比 max 61 → 93', en: 'Against the same day last week: max 61 → 93' }, evidence: { series: 'node-a', before: 61, after: 93 } })
    }
    if (!failed && p % 23 === 5 && w === 0) list.push({ kind: 'no_data', severity: 'warn', text: { 'zh-CN': '没有数据', en: 'No data' }, evidence: {} })
    if (!failed && changed > 0.3) list.push({ kind: 'pixels_changed', severity: 'info', text: { 'zh-CN': `画面变化 ${changed}`, en: `The picture changed: ${changed}` }, evidence: { score: changed } })
    return list
}

export function makeShot(roundId: string, dayAgo: number, moment: number, p: number, w: number, done: boolean): Shot {
    const panel = panels[p]!
    const r = random(seedOf(p, w, dayAgo) + 5)
    const failed = done && dayAgo === 0 && (p === 2 || p === 51) && w === 0
    const changed = isSpiky(p, w, dayAgo) ? 0.42 : r() > 0.93 ? Math.round(r() * 60) / 100 : Math.round(r() * 8) / 1000
    const length = w === 2 ? 7 * day : hour
    const offset = w === 1 ? day : 0
    const id = `${roundId}-${p * 3 + w}`
    const width = 1000
    const height = 500
    return {
        id, round_id: roundId, order: p * 3 + w, state: failed ? 'failed' : done ? 'done' : 'waiting',
        outcome: failed ? 'timeout' : done ? (p % 23 === 5 && w === 0 ? 'no_data' : 'ok') : null,
        message: failed ? 'query of Prometheus-2 unanswered after 30 s; raise the deadline or look at the data source' : null,
        attempts: failed ? 3 : 1, source: { id: 's1', name: '生产 Grafana' },
        dashboard: { uid: panel.uid, title: panel.dashboard, folder: '核心' },
        panel: { id: panel.id, key: `${panel.uid}/${panel.id}`, title: panel.name, type: 'timeseries', path: [] },
        window: { index: w, name: windowsSpec[w]!.name, from: iso(moment - offset - length), to: iso(moment - offset) },
        variables: {}, panel_key: `s1/${panel.uid}/${panel.id}`,
        picture: failed || !done ? null : { sha256: `${id}`.padEnd(64, '0'), width, height, bytes: 48_000, mime: 'image/svg+xml' },
        has_data: done && !failed, data_note: done && !failed ? 'complete' : null,
        findings: done ? findingsOf(p, w, failed, changed) : [],
        change: done && !failed ? { score: changed, reference_id: `r${dayAgo + 7}-${p * 3 + w}` } : null,
        verdict: null, verdict_version: 0, comments: 0,
        known_issue: issues.find((k) => k.panel_key === `s1/${panel.uid}/${panel.id}`) ?? null,
        live_url: `https://grafana.prod.example/d/${panel.uid}?viewPanel=${panel.id}&from=${moment - offset - length}&to=${moment - offset}`,
        taken_at: done ? iso(moment + 60_000) : null, stages: { queue_ms: 120, navigate_ms: 340, ready_ms: 810, capture_ms: 95 },
    }
}

export function judge(shot: Shot, value: VerdictValue, by: User, extra: Partial<Verdict> = {}): void {
    const verdict: Verdict = {
        seq: seq++, value, comment: extra.comment ?? null, category: extra.category ?? null, links: extra.links ?? [],
        by: { id: by.id, display_name: by.display_name }, at: iso(now()), how: extra.how ?? 'single', dwell_ms: extra.dwell_ms ?? 1500,
    }
    const list = verdicts.get(shot.id) ?? []
    list.push(verdict)
    verdicts.set(shot.id, list)
    shot.verdict = verdict
    shot.verdict_version++
    shot.comments = list.filter((v) => v.comment).length
}

export function shotsOf(roundId: string): Shot[] {
    let list = shots.get(roundId)
    if (list) return list
    const round = rounds.get(roundId)
    if (!round) return []
    const ago = roundId === 'r0b' ? 0 : Number(roundId.slice(1))
    const moment = Date.parse(round.moment_at)
    list = panels.flatMap((_, p) => [0, 1, 2].map((w) => makeShot(roundId, ago, moment, p, w, roundId !== 'r0b' || p < 12)))
    shots.set(roundId, list)
    const li = users[1]!
    if (ago > 0) list.forEach((s, i) => judge(s, i % 97 === 13 ? 'abnormal' : 'normal', li, i % 97 === 13 ? { comment: '持续偏高, 已通知值班', category: 'capacity' } : {}))
    else if (roundId === 'r0') list.slice(60, 120).forEach((s) => judge(s, 'normal', li))
    return list
}

export function recount(round: Round): Round {
    const list = shotsOf(round.id)
    const count = (f: (s: Shot) => boolean) => list.filter(f).length
    round.total = list.length
    round.done = count((s) => s.state === 'done' || s.state === 'failed')
    round.failed = count((s) => s.state === 'failed')
    round.normal = count((s) => s.verdict?.value === 'normal')
    round.abnormal = count((s) => s.verdict?.value === 'abnormal')
    round.not_applicable = count((s) => s.verdict?.value === 'not_applicable')
    round.undecided = count((s) => !s.verdict || s.verdict.value === 'undecided')
    round.changed = count((s) => (s.change?.score ?? 0) > 0.02)
    return round
}

function addRound(id: string, plan: Plan, moment: number, state: RoundState): Round {
    const round: Round = {
        id, plan_id: plan.id, plan_name: plan.name, moment_at: iso(moment), state, total: 300, done: 300, failed: 0, normal: 297, abnormal: 3,
        not_applicable: 0, undecided: 0, changed: 9, due_at: iso(moment + 2 * hour), late: false, trigger: 'schedule', plan_version: 3,
        started_at: iso(moment), finished_at: state === 'running' ? null : iso(moment + 4 * 60_000), started_by: null, rate_per_s: state === 'running' ? 3.2 : null,
        left_ms: state === 'running' ? 80_000 : null,
        windows: windowsSpec.map((w, index) => ({ index, name: w.name, from: iso(moment - (index === 2 ? 7 * day : hour)), to: iso(moment) })),
        timezone: 'Asia/Shanghai', reviewers: ['u2'],
        signoffs: state === 'signed' ? [{ seq: 1, final: true, by: { id: 'u2', display_name: '李工' }, at: iso(moment + hour), summary: '无新增异常', reasons: [], hash: 'ab12cd34', signature: 'x' }] : [],
    }
    rounds.set(id, round)
    return round
}

for (let ago = 0; ago < 40; ago++) addRound(`r${ago}`, plans[0]!, top - ago * day - hour, ago === 0 ? 'finished' : 'signed')
addRound('r0b', plans[1]!, top, 'running')
recount(rounds.get('r0')!)
recount(rounds.get('r0b')!)

export function today(): Today {
    const strip = (plan: number): Today['plans'][number]['strip'] => {
        const r = random(plan + 3)
        return Array.from({ length: 30 }, (_, i) => {
            const ago = 29 - i
            const x = r()
            const outcome: StripOutcome = ago === 0 ? (plan === 1 ? 'running' : 'open') : x > 0.93 ? 'failed' : x > 0.84 ? 'abnormal' : x < 0.03 ? 'missed' : 'signed'
            return { round_id: outcome === 'missed' ? null : `r${ago}`, moment_at: iso(top - ago * day - hour), outcome }
        })
    }
    const last: (RoundCard | null)[] = [recount(rounds.get('r0')!), recount(rounds.get('r0b')!), null]
    return {
        now: iso(now()), awaiting_sign_off: 1, running: 1, next_run_at: plans[0]!.next_run_at,
        plans: plans.map((p, i) => ({ plan: { id: p.id, name: p.name, paused: p.paused, timezone: p.spec.timezone }, last: last[i] ?? null, next_run_at: p.next_run_at, strip: i === 2 ? [] : strip(i) })),
    }
}

export function dataOf(shot: Shot, ago: number) {
    const p = Math.floor(shot.order / 3)
    const w = shot.order % 3
    return lines(seedOf(p, w, ago), 3, Date.parse(shot.window.from), Date.parse(shot.window.to), isSpiky(p, w, ago)).map((l) => {
        const v = l.points.map((x) => x[1])
        return {
            ref: 'A', name: l.name, labels: { instance: l.name }, unit: 'percent', last: v.at(-1)!, min: Math.min(...v), max: Math.max(...v),
            mean: v.reduce((a, b) => a + b, 0) / v.length, missing_share: 0, points: l.points,
        }
    })
}

export { dashboards }
