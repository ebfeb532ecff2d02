/* Every room, in both themes and languages: axe finds nothing, nothing runs out of a phone's screen, no key is left untranslated. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { violations } from './lib/axe'
import { Stage } from './lib/stage'

let stage: Stage
const rooms: [string, () => string][] = []
let at: Record<string, string> = {}

beforeAll(async () => {
    stage = await Stage.open()
    await stage.people()
    const source = await stage.source()
    const plan = await stage.plan(source, 'Morning round', ['demo'], [1, 2, 3])
    await stage.round(plan, new Date(Date.now() - 86_400_000).toISOString())
    const round = await stage.round(plan)
    const [shot] = await stage.shots(round)
    await stage.call('POST', `/shots/${shot.id}/verdict`, { value: 'abnormal', comment: 'hot', category: 'fault', links: [], dwell_ms: 10, how: 'single', expected_version: shot.verdict_version })
    await stage.call('POST', '/known-issues', { panel_key: shot.panel_key, comment: 'it is known', link: 'https://tracker.example/1', expires_at: new Date(Date.now() + 2 * 86_400_000).toISOString() })
    at = { source, plan, round, shot: shot.id, panel: encodeURIComponent(shot.panel_key) }
})
afterAll(() => stage?.close())

rooms.push(
    ['today', () => '/'], ['review grid', () => `/rounds/${at.round}`], ['focus view', () => `/rounds/${at.round}/shots/${at.shot}`],
    ['focus view, slider', () => `/rounds/${at.round}/shots/${at.shot}?mode=slider`],
    ['history', () => `/history?panel=${at.panel}&window=Last%20hour`], ['plans', () => '/plans'], ['plan', () => `/plans/${at.plan}`], ['new plan', () => '/plans/new'],
    ['sources', () => '/sources'], ['source', () => `/sources/${at.source}`], ['known issues', () => '/issues'], ['records', () => '/records?q=hot'], ['people', () => '/people'],
    ['tokens', () => '/people/tokens'], ['audit', () => '/people/audit'], ['system', () => '/system'], ['channels', () => '/system/channels'], ['outbox', () => '/system/outbox'],
    ['no such page', () => '/nothing/here'],
)

async function settled(page: Page): Promise<void> {
    await page.locator('#main, main').first().waitFor()
    await page.waitForFunction(() => document.querySelectorAll('[role=status][aria-label="Loading"], [role=status][aria-label="正在加载"]').length === 0)
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}

for (const [colorScheme, language] of [['light', 'en'], ['dark', 'zh-CN']] as const) {
    describe(`${colorScheme}, ${language}`, () => {
        let page: Page
        beforeAll(async () => { page = await stage.page({ user: 'admin', language, colorScheme }) })
        afterAll(() => page?.context().close())

        it.each(rooms)('%s', async (name, path) => {
            await page.goto(stage.url + path())
            await settled(page)
            expect(await violations(page)).toEqual([])
            expect(await page.locator('html').getAttribute('lang')).toBe(language)
            expect(await page.locator('html').getAttribute('data-theme')).toBe(colorScheme)
            if (name === 'audit') return // its actions look like keys
            const text = await page.locator('body').innerText()
            expect(text.match(/\b(common|session|today|review|history|plans|sources|issues|records|people|system)\.[a-z][A-Za-z]+(\.[a-z]\w*)*\b/)).toBeNull()
        })
    })
}

describe('360 pixels wide', () => {
    let page: Page
    beforeAll(async () => { page = await stage.page({ user: 'admin', viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }) })
    afterAll(() => page?.context().close())

    it.each(rooms)('%s fits', async (_name, path) => {
        await page.goto(stage.url + path())
        await settled(page)
        expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
    })
})

describe('dialogs', () => {
    it.each([['light', 'en'], ['dark', 'zh-CN']] as const)('are clean in %s, %s', async (colorScheme, language) => {
        const page = await stage.page({ user: 'admin', language, colorScheme })
        const zh = language === 'zh-CN'
        const open: [string, () => string, () => Promise<unknown>][] = [
            ['areas left out', () => `/rounds/${at.round}/shots/${at.shot}`, async () => {
                await page.getByRole('button', { name: zh ? '忽略区域…' : 'Areas left out…' }).click()
                await page.getByRole('button', { name: zh ? '添加区域' : 'Add an area' }).click()
            }],
            ['known issue', () => '/issues', () => page.getByRole('button', { name: zh ? /^编辑/ : /^Edit/ }).click()],
            ['a token', () => '/people/tokens', () => page.getByRole('button', { name: zh ? '新建令牌' : 'New token' }).click()],
            ['sign-off', () => `/rounds/${at.round}`, () => page.getByRole('button', { name: zh ? '签核' : 'Sign off' }).click()],
            ['keys', () => `/rounds/${at.round}`, () => page.keyboard.press('?')],
        ]
        for (const [name, path, act] of open) {
            await page.goto(stage.url + path())
            await settled(page)
            await page.getByRole('main').getByRole('button').first().waitFor()
            await act()
            await page.getByRole('dialog').waitFor()
            await page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished)))
            expect([name, await violations(page)]).toEqual([name, []])
        }
        await page.context().close()
    })
})

describe('the door', () => {
    it('is clean, says what was wrong, and never flashes the wrong theme or language', async () => {
        const page = await stage.page({ language: 'zh-CN', colorScheme: 'dark' })
        await page.locator('input[name=user]').waitFor()
        expect(await violations(page)).toEqual([])
        await page.fill('input[name=user]', 'nobody')
        await page.fill('input[name=password]', 'wrong')
        await page.keyboard.press('Enter')
        await page.getByText('用户名或密码不对').waitFor()
        // Even before the application's own script has run:
        await page.route('**/assets/index-*.js', (r) => r.abort())
        await page.reload({ waitUntil: 'domcontentloaded' })
        expect(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.theme])).toEqual(['zh-CN', 'dark'])
        await page.context().close()
    })

    it('sends a policy without inline scripts or styles, and keeps hashed files for ever', async () => {
        const page = await fetch(stage.url)
        expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self'; style-src 'self'/)
        const script = /src="(\/assets\/[^"]+)"/.exec(await page.text())![1]
        expect((await fetch(stage.url + script)).headers.get('cache-control')).toMatch(/immutable/)
    })
})

it('nothing complained', () => expect(stage.complaints.filter((c) => !/ERR_FAILED/.test(c))).toEqual([]))
