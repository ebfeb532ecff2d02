/* Mornings to look at: a plan over ordinary dashboards, five rounds that were judged and signed, and one to judge, in which three things are
   wrong. Days before the newest round say when each was; with a fixed moment every picture in it is the same on every day. */
import type { Stage } from './stage'

export interface Scene {
    source: string
    plan: string
    round: string
    shots: any[]
    /** The shot to look at: a queue over its threshold. */
    hot: any
}

const day = 86_400_000
const windows = [
    { name: '最近 6 小时', kind: 'rolling', length: '6h', offset: '0h' }, { name: '昨日 09:00–12:00', kind: 'calendar', unit: 'day', offset: -1, from: '09:00', to: '12:00' },
    { name: '最近 24 小时', kind: 'rolling', length: '24h', offset: '0h' },
]

async function judge(stage: Stage, shot: { id: string }, value: string, comment = ''): Promise<void> {
    const { verdict_version } = await stage.call('GET', `/shots/${shot.id}`)
    await stage.call('POST', `/shots/${shot.id}/verdict`, { value, comment, category: comment ? 'capacity' : '', links: [], dwell_ms: 1200, how: 'single', expected_version: verdict_version })
}

export async function makeScene(stage: Stage, { moment = Date.now(), mornings = 5, issues = true } = {}): Promise<Scene> {
    const source = await stage.source('生产 Grafana')
    await stage.call('POST', `/sources/${source}/test`, {})
    const spec = {
        ...stage.spec(source, '核心交易 · 早巡检', ['pay', 'edge', 'accounts']), windows, retention: { days: 20_000, abnormal_days: 20_000 },
        picture: { layout: 'dashboard', width: 1600, height: 900, scale: 1, theme: 'light', format: 'png' },
    }
    const plan = (await stage.call('POST', '/plans', { spec })).id as string
    for (let ago = mornings; ago > 0; ago--) {
        if (ago === 3) await stage.grafana.faults({ panels: { 'edge/2': { surge: 12 } } })
        const old = await stage.round(plan, new Date(moment - ago * day).toISOString())
        await stage.grafana.faults({ panels: {} })
        const shots = await stage.shots(old)
        const ids = shots.map((s) => s.id as string)
        await stage.call('POST', `/rounds/${old}/verdicts`, { value: 'normal', comment: '', category: '', links: [], shots: ids, expected_count: ids.length })
        if (ago === 3) await judge(stage, shots.find((s) => s.dashboard.uid === 'edge' && s.panel.id === 2), 'abnormal', '5xx 突增，已通知值班，10:20 恢复')
        await stage.call('POST', `/rounds/${old}/sign`, { summary: ago === 3 ? '网关 5xx 突增一次，已恢复' : '无新增异常', reasons: [], expected_undecided: 0 })
    }
    await stage.grafana.faults({ panels: { 'pay/6': { surge: 15 }, 'edge/6': { error: '连接超时: prometheus-2:9090' }, 'accounts/2': { noData: true } } })
    const round = await stage.round(plan, new Date(moment).toISOString())
    await stage.grafana.faults({ panels: {} })
    const shots = await stage.shots(round)
    for (const s of shots.slice(0, 8)) await judge(stage, s, 'normal')
    const hot = shots.find((s) => s.dashboard.uid === 'pay' && s.panel.id === 6)
    const empty = shots.find((s) => s.dashboard.uid === 'accounts' && s.panel.id === 2)
    await judge(stage, empty, 'abnormal', '采集中断，OPS-131')
    const known = issues ? [[empty.panel_key, '主从延迟采集中断，等待换机', 12], [hot.panel_key, '清算窗口内积压会短时升高', 2]] as const : []
    for (const [key, comment, days] of known) {
        await stage.call('POST', '/known-issues', { panel_key: key, comment, link: 'https://tracker.example/OPS-131', expires_at: new Date(Date.now() + days * day).toISOString() })
    }
    return { source, plan, round, shots: await stage.shots(round), hot }
}
