/* Pictures of the rooms, with rounds of real pictures in them. ROOMS=a,b (or all) and LOOKS=width-language-theme,… choose; without
   SCREENSHOTS they go to a temporary folder, for looking at. */
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeScene } from './lib/scene'
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
    const scene = await makeScene(stage)
    const { spec } = await stage.call('GET', `/plans/${scene.plan}`)
    await stage.call('POST', '/plans', { spec: { ...spec, name: '机房夜检', schedule: { cron: ['0 22 * * *'], holidays: [], paused: false } } })
    at = { source: scene.source, plan: scene.plan, round: scene.round, shot: scene.hot.id, panel: encodeURIComponent(scene.hot.panel_key), window: encodeURIComponent(scene.hot.window.name) }
})
afterAll(() => stage?.close())

const rooms: Record<string, () => string> = {
    'sign-in': () => '/', today: () => '/', 'review-grid': () => `/rounds/${at.round}`, 'review-focus': () => `/rounds/${at.round}/shots/${at.shot}`,
    'review-side': () => `/rounds/${at.round}/shots/${at.shot}?mode=side`, 'review-slider': () => `/rounds/${at.round}/shots/${at.shot}?mode=slider`,
    'review-difference': () => `/rounds/${at.round}/shots/${at.shot}?mode=difference`,
    history: () => `/history?panel=${at.panel}&window=${at.window}`, plans: () => '/plans', plan: () => `/plans/${at.plan}`, sources: () => '/sources',
    source: () => `/sources/${at.source}`, issues: () => '/issues', records: () => '/records?kind=verdict&verdict=abnormal', people: () => '/people', audit: () => '/people/audit', system: () => '/system', channels: () => '/system/channels', 'new-plan': () => '/plans/new',
}

/** Dialogs, opened where they belong. */
const opened: Record<string, [() => string, (page: Page, zh: boolean) => Promise<void>]> = {
    'dialog-sign': [() => `/rounds/${at.round}`, (page, zh) => page.getByRole('button', { name: zh ? '签核' : 'Sign off' }).click()],
    'dialog-areas': [() => `/rounds/${at.round}/shots/${at.shot}`, (page, zh) => page.getByRole('button', { name: zh ? '忽略区域…' : 'Areas left out…' }).click()],
    'dialog-keys': [() => `/rounds/${at.round}`, (page) => page.keyboard.press('?')],
    'dialog-abnormal': [() => `/rounds/${at.round}/shots/${at.shot}`, (page) => page.keyboard.press('a')],
    'dialog-bulk': [() => `/rounds/${at.round}`, (page, zh) => page.getByRole('button', { name: zh ? '无变化的判为正常…' : 'Mark unchanged as normal…' }).click()],
    'plan-windows': [() => `/plans/${at.plan}`, (page, zh) => page.getByRole('tab', { name: zh ? '时间窗' : 'Windows' }).click()],
    'plan-schedule': [() => `/plans/${at.plan}`, (page, zh) => page.getByRole('tab', { name: zh ? '时间表' : 'Schedule' }).click()],
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
    for (const [name, [path, open]] of Object.entries(opened)) {
        if (wanted && !wanted.includes(name)) continue
        await page.goto(stage.url + path())
        await page.waitForLoadState('networkidle', { timeout: 2500 }).catch(() => undefined)
        await open(page, language !== 'en')
        await page.waitForLoadState('networkidle', { timeout: 1000 }).catch(() => undefined)
        await page.screenshot({ path: join(folder, `${name}-${look}.png`) })
    }
    expect(stage.complaints).toEqual([])
    await page.context().close()
})
