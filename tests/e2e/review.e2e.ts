/* What may happen while people review: company, an expired session, a broken line, a phone, a link from a colleague. */
import { createHash } from 'node:crypto'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Stage } from './lib/stage'

let stage: Stage
let plan: string
let round: string
let shots: { id: string; panel: { title: string }; verdict: { value: string; comment: string } | null }[]

beforeAll(async () => {
    stage = await Stage.open()
    await stage.people()
    plan = await stage.plan(await stage.source(), 'Morning round', ['demo'], [1, 2, 3, 4, 5, 6])
    round = await stage.round(plan)
    shots = await stage.shots(round)
})
afterAll(() => stage?.close())

const focus = (i: number, query = '') => `${stage.url}/rounds/${round}/shots/${shots[i]!.id}${query}`
const openShot = async (page: Page, i: number, query = '') => {
    await page.goto(focus(i, query))
    await page.locator(`[data-shot="${shots[i]!.id}"]`).waitFor()
}
const verdictOf = async (i: number) => (await stage.call('GET', `/shots/${shots[i]!.id}`)).verdict as { value: string; comment: string; dwell_ms: number; how: string } | null
const away = (page: Page, i: number) => page.waitForFunction((id) => !location.pathname.endsWith(id), shots[i]!.id)

describe('two people at once', () => {
    it('see each other’s verdicts as they are given', async () => {
        const [a, b] = [await stage.page({ user: 'admin' }), await stage.page({ user: 'li' })]
        await openShot(a, 0)
        await openShot(b, 0)
        await b.keyboard.press('n')
        await away(b, 0)
        await a.getByText(/Normal by Li/).waitFor()
        await a.context().close()
        await b.context().close()
    })

    it('are asked when they disagree, and the last word counts', async () => {
        const [a, b] = [await stage.page({ user: 'admin' }), await stage.page({ user: 'li' })]
        await a.route(/\/api\/v1\/.*events$/, (r) => r.abort())
        await openShot(a, 1)
        await openShot(b, 1)
        await b.keyboard.press('a')
        await b.keyboard.type('looks wrong')
        await b.keyboard.press('Enter')
        await away(b, 1)
        await expect.poll(async () => (await verdictOf(1))?.value).toBe('abnormal')
        await a.keyboard.press('n')
        const dialog = a.getByRole('alertdialog')
        await dialog.getByText('looks wrong').waitFor()
        expect((await verdictOf(1))?.value).toBe('abnormal')
        await dialog.getByRole('button', { name: 'Give mine' }).click()
        await expect.poll(async () => (await verdictOf(1))?.value).toBe('normal')
        await a.context().close()
        await b.context().close()
    })
})

describe('a session that ends in the middle of a comment', () => {
    it('is renewed in place, and the comment arrives', async () => {
        const page = await stage.page({ user: 'li' })
        await openShot(page, 2)
        await page.keyboard.press('a')
        await page.keyboard.type('half a thought, ')
        await page.context().clearCookies()
        await page.keyboard.type('and the other half')
        await page.keyboard.press('Enter')
        const dialog = page.getByRole('dialog', { name: 'Your session has ended' })
        await dialog.getByLabel('Password').fill('a-long-password-2026')
        await page.keyboard.press('Enter')
        await dialog.waitFor({ state: 'detached' })
        await expect.poll(async () => (await verdictOf(2))?.comment).toBe('half a thought, and the other half')
        await page.context().close()
    })

    it('and a reload keep what was typed', async () => {
        const page = await stage.page({ user: 'li' })
        await openShot(page, 3)
        await page.keyboard.press('c')
        await page.keyboard.type('not sent yet')
        await page.reload()
        await page.locator('[data-shot]').waitFor()
        await page.keyboard.press('c')
        expect(await page.locator('textarea').inputValue()).toBe('not sent yet')
        await page.context().close()
    })
})

describe('a broken line', () => {
    it('loses no verdict: it waits, says so, and is sent when the line is back', async () => {
        const page = await stage.page({ user: 'admin' })
        await openShot(page, 4)
        await page.context().setOffline(true)
        await page.keyboard.press('x')
        await page.getByText('1 verdict not sent yet').waitFor()
        expect(await verdictOf(4)).toBeNull()
        await page.context().setOffline(false)
        await expect.poll(async () => (await verdictOf(4))?.value, { timeout: 20_000 }).toBe('not_applicable')
        await page.context().close()
    })
})

describe('a link from a colleague', () => {
    it('opens at the same picture, in the same mode; back and forward go where they should', async () => {
        const page = await stage.page({ user: 'vera' })
        await openShot(page, 5, '?filter=changed&mode=side')
        expect(await page.locator('[data-shot]').getAttribute('data-shot')).toBe(shots[5]!.id)
        await page.keyboard.press('g')
        await page.waitForURL(new RegExp(`/rounds/${round}\\?filter=changed`))
        await page.goBack()
        await page.locator(`[data-shot="${shots[5]!.id}"]`).waitFor()
        await page.goForward()
        await page.getByRole('searchbox').waitFor()
        await page.context().close()
    })

    it('shows a viewer everything and lets them judge nothing', async () => {
        const page = await stage.page({ user: 'vera' })
        await openShot(page, 5)
        await page.getByText('Read-only: judging needs the role “Reviewer”.').waitFor()
        await page.keyboard.press('n')
        expect(page.url()).toContain(shots[5]!.id)
        expect(await page.getByRole('button', { name: 'Normal' }).count()).toBe(0)
        await page.goto(`${stage.url}/people`)
        await page.getByText('No permission').waitFor()
        await page.context().close()
    })
})

describe('on a phone', () => {
    it('a swipe to the right is normal, and the record says that it was a phone', async () => {
        const page = await stage.page({ user: 'li', viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true })
        await openShot(page, 6)
        const box = (await page.locator('[data-shot]').boundingBox())!
        const session = await page.context().newCDPSession(page)
        const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x: number) =>
            session.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y: box.y + box.height / 2 }] })
        await touch('touchStart', 120)
        for (const x of [150, 190, 240, 290]) await touch('touchMove', x)
        await touch('touchEnd', 290)
        await away(page, 6)
        await expect.poll(async () => (await verdictOf(6))?.how).toBe('phone')
        await page.context().close()
    })

    it('every verdict and the way back from it are within the screen, in both languages', async () => {
        for (const language of ['en', 'zh-CN'] as const) {
            const page = await stage.page({ user: 'li', language, viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true })
            await openShot(page, 9)
            expect((await page.locator('[data-shot]').boundingBox())!.height, 'the picture has the room').toBeGreaterThan(300)
            const names = language === 'en' ? ['Normal', 'Abnormal…', 'Not applicable', 'Undo'] : ['正常', '异常…', '不适用', '撤销']
            for (const name of names) {
                const button = page.getByRole('button', { name: new RegExp(`^${name}`) })
                const [box, isCut] = [(await button.boundingBox())!, await button.evaluate((b) => b.scrollWidth > b.clientWidth)]
                expect([name, box.x >= 0 && box.x + box.width <= 360, isCut]).toEqual([name, true, false])
            }
            await page.context().close()
        }
    })
})

describe('many at once', () => {
    it('shows what a bulk verdict covers, and gives exactly that', async () => {
        const page = await stage.page({ user: 'admin' })
        await page.goto(`${stage.url}/rounds/${round}?q=${encodeURIComponent(shots[8]!.panel.title)}`)
        const cells = page.getByRole('gridcell').locator('a')
        await cells.first().focus()
        await page.keyboard.press('Shift+ArrowRight')
        await page.getByText('2 selected').waitFor()
        await page.keyboard.press('n')
        const dialog = page.getByRole('dialog')
        await dialog.getByRole('button', { name: 'Judge these 2 “Normal”' }).click()
        await page.getByText('2 shots judged').waitFor()
        const now = await stage.shots(round)
        expect(now.filter((s) => s.verdict?.how === 'bulk').map((s) => s.panel.title)).toEqual([shots[8]!.panel.title, shots[8]!.panel.title])
        await page.context().close()
    })
})

it('what can be done stays in sight, however much there is to say beside the picture', async () => {
    const page = await stage.page({ user: 'admin', viewport: { width: 1280, height: 560 } })
    await openShot(page, 9)
    await page.getByText('About this shot').waitFor()
    await page.getByRole('columnheader', { name: 'Mean' }).waitFor()
    const bar = (await page.getByRole('button', { name: /^Normal/ }).boundingBox())!
    expect(bar.y + bar.height).toBeLessThanOrEqual(560)
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThanOrEqual(560)
    await page.context().close()
})

it('when everything is judged the last picture stays, and signing is a click away', async () => {
    const own = await stage.round(plan)
    const list = await stage.shots(own)
    for (const x of list.slice(1)) await stage.call('POST', `/shots/${x.id}/verdict`, { value: 'normal' })
    const page = await stage.page({ user: 'admin' })
    await page.goto(`${stage.url}/rounds/${own}/shots/${list[0]!.id}`)
    await page.locator(`[data-shot="${list[0]!.id}"]`).waitFor()
    await page.keyboard.press('n')
    await page.getByText('Everything is judged').waitFor()
    expect((await page.locator('[data-shot] img').first().boundingBox())!.height).toBeGreaterThan(150)
    await page.getByRole('button', { name: 'Sign off' }).click()
    await page.getByRole('dialog').waitFor()
    await page.context().close()
})

it('dwell time counts looking, and nothing else', async () => {
    const page = await stage.page({ user: 'admin' })
    await openShot(page, 10)
    await page.evaluate(() => {
        Object.defineProperty(document, 'hasFocus', { value: () => false })
        dispatchEvent(new Event('blur'))
    })
    const started = Date.now()
    await page.waitForFunction((t) => Date.now() - t > 1500, started)
    await page.keyboard.press('n')
    await away(page, 10)
    await expect.poll(async () => (await verdictOf(10))?.value).toBe('normal')
    expect((await verdictOf(10))!.dwell_ms).toBeLessThan(1400)
    await page.context().close()
})

it('a shot that was taken again keeps its earlier picture within reach', async () => {
    const page = await stage.page({ user: 'li', language: 'zh-CN' })
    const before = await stage.call('GET', `/shots/${shots[11]!.id}`)
    await stage.call('POST', `/shots/${shots[11]!.id}/reshoot`, {})
    await expect.poll(async () => (await stage.call('GET', `/shots/${shots[11]!.id}`)).state, { timeout: 20_000 }).toBe('done')
    await openShot(page, 11)
    await page.getByText('重拍之前的截图').waitFor()
    const link = page.getByRole('listitem').getByRole('link', { name: '↗' })
    expect(await link.getAttribute('href')).toContain('take=1')
    const answer = await page.request.get(new URL((await link.getAttribute('href'))!, page.url()).href)
    expect([answer.status(), createHash('sha256').update(await answer.body()).digest('hex')]).toEqual([200, before.picture.sha256])
    await page.context().close()
})

it('nothing complained', () => expect(stage.complaints).toEqual([]))
