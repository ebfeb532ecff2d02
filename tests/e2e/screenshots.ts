/* Pictures of the rooms, with rounds of real pictures in them. ROOMS=a,b (or all) and LOOKS=width-language-theme,… choose; without
   SCREENSHOTS they go to a temporary folder, for looking at. */
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Stage } from './lib/stage'

const folder = process.env.SCREENSHOTS ?? join(tmpdir(), 'rounds-screenshots')
const looks = (process.env.LOOKS ?? '1280-en-light,1280-zh-CN-dark,360-zh-CN-light').split(',')
const kept = 'today,review-grid,review-focus,review-side,history,plan,source,system' // those of the documents
const wanted = process.env.ROOMS === 'all' ? null : (process.env.ROOMS ?? kept).split(',')
let stage: Stage
let at: Record<string, string> = {}

beforeAll(async () => {
    mkdirSync(folder, { recursive: true })
    stage = await Stage.open()
    await stage.people()
    const source = await stage.source()
    await stage.call('POST', `/sources/${source}/test`, {})
    const plan = await stage.plan(source, '核心交易 · 早巡检', ['demo', 'gateway'], 'all', 3)
    const day = 86_400_000
    for (const ago of [5, 4, 3, 2, 1]) {
        const old = await stage.round(plan, new Date(Date.now() - ago * day).toISOString())
        const shots = await stage.shots(old)
        const ids = shots.map((s) => s.id as string)
        await stage.call('POST', `/rounds/${old}/verdicts`, { value: 'normal', comment: '', category: '', links: [], shots: ids, expected_count: ids.length })
        if (ago === 3) {
            const hot = await stage.call('GET', `/shots/${ids[0]}`)
            await stage.call('POST', `/shots/${hot.id}/verdict`, { value: 'abnormal', comment: '持续偏高，已通知值班', category: 'capacity', links: [], dwell_ms: 3000, how: 'single', expected_version: hot.verdict_version })
        }
        await stage.call('POST', `/rounds/${old}/sign`, { summary: '无新增异常', reasons: [], expected_undecided: 0 })
    }
    await stage.call('POST', '/plans', { spec: { ...(await stage.call('GET', `/plans/${plan}`)).spec, name: '机房夜检', schedule: { cron: ['0 22 * * *'], holidays: [], paused: false } } })
    const round = await stage.round(plan)
    const shots = await stage.shots(round)
    for (const s of shots.slice(3, 9)) {
        await stage.call('POST', `/shots/${s.id}/verdict`, { value: 'normal', comment: '', category: '', links: [], dwell_ms: 900, how: 'single', expected_version: s.verdict_version })
    }
    const hot = shots.find((s) => s.findings.some((f: { severity: string }) => f.severity === 'alert') && s.picture) ?? shots[0]
    await stage.call('POST', `/shots/${shots[10].id}/verdict`, { value: 'abnormal', comment: '已通知值班', category: 'fault', links: [], dwell_ms: 900, how: 'single', expected_version: shots[10].verdict_version })
    at = { source, plan, round, shot: hot.id, panel: encodeURIComponent(hot.panel_key), window: encodeURIComponent(hot.window.name) }
})
afterAll(() => stage?.close())

const rooms: Record<string, () => string> = {
    'sign-in': () => '/', today: () => '/', 'review-grid': () => `/rounds/${at.round}`, 'review-focus': () => `/rounds/${at.round}/shots/${at.shot}`,
    'review-side': () => `/rounds/${at.round}/shots/${at.shot}?mode=side`, 'review-slider': () => `/rounds/${at.round}/shots/${at.shot}?mode=slider`,
    'review-difference': () => `/rounds/${at.round}/shots/${at.shot}?mode=difference`,
    history: () => `/history?panel=${at.panel}&window=${at.window}`, plans: () => '/plans', plan: () => `/plans/${at.plan}`, sources: () => '/sources',
    source: () => `/sources/${at.source}`, records: () => '/records?kind=verdict&verdict=abnormal', people: () => '/people', system: () => '/system',
}

it.each(looks)('%s', async (look) => {
    const [, width, language, theme] = /^(\d+)-(.+)-(light|dark)$/.exec(look)!
    const small = Number(width) < 500
    const who = {
        language: language as 'en' | 'zh-CN', colorScheme: theme as 'light' | 'dark', viewport: { width: Number(width), height: small ? 760 : Math.round((Number(width) * 10) / 16) },
        ...(small ? { hasTouch: true, isMobile: true } : {}),
    }
    const page = await stage.page(who)
    let isIn = false
    for (const [name, path] of Object.entries(rooms)) {
        if (wanted && !wanted.includes(name)) continue
        if (name !== 'sign-in' && !isIn) {
            await stage.signIn(page, 'admin')
            isIn = true
        }
        await page.goto(stage.url + path())
        await page.waitForLoadState('networkidle', { timeout: 4000 }).catch(() => undefined) // the stream of events never ends
        if (name !== 'sign-in') await page.waitForFunction(() => [...document.images].filter((i) => i.getBoundingClientRect().top < innerHeight).every((i) => i.complete))
        await page.screenshot({ path: join(folder, `${name}-${look}.png`) })
    }
    expect(stage.complaints).toEqual([])
    await page.context().close()
})
