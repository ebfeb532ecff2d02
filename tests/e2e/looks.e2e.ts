/* How the rooms look: compared with kept pictures (lib/looks.ts says how, and how they are made anew). Data, moment and the page's clock are fixed;
   what the service's own clock or version writes is covered. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { look } from './lib/looks'
import { makeScene, type Scene } from './lib/scene'
import { Stage } from './lib/stage'

const moment = Date.parse('2026-03-04T00:30:00Z')
let stage: Stage
let scene: Scene
let workbench: Page

beforeAll(async () => {
    stage = await Stage.open()
    await stage.people()
    scene = await makeScene(stage, { moment, mornings: 2, issues: false })
    workbench = await (await stage.browser.newContext()).newPage()
}, 300_000)
afterAll(() => stage?.close())

const hot = () => `/rounds/${scene.round}/shots/${scene.hot.id}`
const rooms: [string, () => string][] = [
    ['review-grid', () => `/rounds/${scene.round}`], ['review-changed', () => `/rounds/${scene.round}?order=change`], ['focus', hot], ['focus-side', () => `${hot()}?mode=side`],
    ['focus-difference', () => `${hot()}?mode=difference`], ['history', () => `/history?panel=${encodeURIComponent(scene.hot.panel_key)}`],
    ['plan', () => `/plans/${scene.plan}`], ['source', () => `/sources/${scene.source}`], ['records', () => '/records'], ['issues', () => '/issues'], ['today', () => '/'],
]
const looks = [['1280', 'zh-CN', 'light'], ['1280', 'en', 'dark'], ['360', 'zh-CN', 'dark']] as const

/** Times, addresses and versions differ from run to run: each is covered by a bar of its own size. */
async function cover(page: Page): Promise<void> {
    await page.evaluate(() => {
        const volatile = /\d{1,2}:\d{2}|\d{4}[/-]\d|\d{1,2}\/\d{1,2}\/\d{2}|127\.0\.0\.1|localhost|\bv?\d+\.\d+\.\d+|\d+(\.\d+)? ?(ms|毫秒|秒|sec|kB|MB|min)\b|GMT|逾期|overdue|前|ago/i
        const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
        const found: HTMLElement[] = []
        while (walk.nextNode()) if (volatile.test(walk.currentNode.nodeValue ?? '') && walk.currentNode.parentElement) found.push(walk.currentNode.parentElement)
        for (const el of found) {
            el.style.color = 'transparent'
            el.style.background = '#8888'
        }
        document.querySelectorAll('input').forEach((x) => { if (volatile.test(x.value)) { x.style.color = 'transparent'; x.style.background = '#8888' } })
    })
}

async function settled(page: Page): Promise<void> {
    await page.locator('#main, main').first().waitFor()
    await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => undefined) // the stream of events never ends
    await page.waitForFunction(() => !document.querySelector('[role=status][aria-label="Loading"], [role=status][aria-label="正在加载"]')
        && [...document.images].filter((i) => i.getBoundingClientRect().top < innerHeight).every((i) => i.complete))
    await page.evaluate(() => Promise.all([...document.images].filter((i) => i.getBoundingClientRect().top < innerHeight).map((i) => i.decode().catch(() => undefined))))
    await page.evaluate(() => document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))))
}

describe.each(looks)('%s px, %s, %s', (width, language, colorScheme) => {
    let page: Page
    beforeAll(async () => {
        const isSmall = Number(width) < 500
        page = await stage.page({ user: 'admin', language, colorScheme, reducedMotion: 'reduce', viewport: { width: Number(width), height: isSmall ? 740 : 800 }, ...(isSmall ? { hasTouch: true, isMobile: true } : {}) })
        await page.clock.setFixedTime(moment + 3_600_000)
    })
    afterAll(() => page?.context().close())

    it.each(rooms)('%s', async (name, path) => {
        await page.goto(stage.url + path())
        await settled(page)
        await cover(page)
        const seen = await look(page, workbench, `${name}-${width}-${language}-${colorScheme}`)
        expect(seen, `${name} looks different; kept, now and the difference: ${seen.left}`).toMatchObject({ left: null })
    })
})

it.skipIf(process.env.UPDATE_LOOKS)('a button that is missing, a wrong colour and a shifted line are each seen', async () => {
    const page = await stage.page({ user: 'admin', language: 'zh-CN', colorScheme: 'light', reducedMotion: 'reduce' })
    await page.clock.setFixedTime(moment + 3_600_000)
    const spoil: Record<string, () => void> = {
        button: () => { [...document.querySelectorAll('button')].filter((b) => b.innerText.includes('签核')).forEach((b) => { b.style.visibility = 'hidden' }) },
        colour: () => document.documentElement.style.setProperty('--surface', '#ffd9d9'),
        line: () => document.querySelector('main')!.animate([{ transform: 'translateY(20px)' }], { fill: 'forwards', duration: 1 }).finish(),
    }
    for (const [what, act] of Object.entries(spoil)) {
        await page.goto(`${stage.url}/rounds/${scene.round}`)
        await settled(page)
        await page.evaluate(act)
        await cover(page)
        const seen = await look(page, workbench, 'review-grid-1280-zh-CN-light')
        expect([what, seen.left !== null]).toEqual([what, true])
    }
    await page.context().close()
})

it('nothing complained', () => expect(stage.complaints).toEqual([]))
