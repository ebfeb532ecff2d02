/* What goes with a panel from round to round: areas left out of comparisons, known issues; and every key of the review room. */
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Stage } from './lib/stage'

let stage: Stage
let plan: string
let round: string
let shots: any[]

beforeAll(async () => {
    stage = await Stage.open()
    await stage.people()
    plan = await stage.plan(await stage.source(), 'Morning round', ['pay'], [1, 2, 3, 4, 5, 6])
    await stage.round(plan, new Date(Date.now() - 86_400_000).toISOString())
    round = await stage.round(plan)
    shots = await stage.shots(round)
})
afterAll(() => stage?.close())

const openShot = async (page: Page, i: number, query = '') => {
    await page.goto(`${stage.url}/rounds/${round}/shots/${shots[i]!.id}${query}`)
    await page.locator(`[data-shot="${shots[i]!.id}"]`).waitFor()
}
const masksOf = async (i: number) => (await stage.call('GET', `/panels/${encodeURIComponent(shots[i]!.panel_key)}/masks`)).masks as { x: number; y: number; w: number; h: number }[]
const at = async (board: Locator, x: number, y: number): Promise<[number, number]> => {
    const box = (await board.boundingBox())!
    return [box.x + box.width * x, box.y + box.height * y]
}
const near = (is: number, wanted: number) => expect(Math.abs(is - wanted)).toBeLessThan(0.02)

describe('areas left out of comparisons', () => {
    it('are drawn, moved and resized with the mouse, and kept', async () => {
        const page = await stage.page({ user: 'li' })
        await openShot(page, 0)
        await page.getByRole('button', { name: 'Areas left out…' }).click()
        const board = page.locator('[data-board]')
        await board.waitFor()
        await page.mouse.move(...await at(board, 0.1, 0.2))
        await page.mouse.down()
        await page.mouse.move(...await at(board, 0.3, 0.4))
        await page.mouse.move(...await at(board, 0.5, 0.6))
        await page.mouse.up()
        await page.getByRole('button', { name: /^Area 1: 40% × 40%/ }).first().waitFor()
        await page.mouse.move(...await at(board, 0.3, 0.4))
        await page.mouse.down()
        await page.mouse.move(...await at(board, 0.4, 0.4))
        await page.mouse.up()
        await page.mouse.move(...await at(board, 0.6, 0.6)) // its lower right corner
        await page.mouse.down()
        await page.mouse.move(...await at(board, 0.8, 0.7))
        await page.mouse.up()
        await page.getByRole('button', { name: 'Save' }).click()
        await page.getByRole('button', { name: '1 area left out…' }).waitFor()
        const [mask] = await masksOf(0)
        near(mask!.x, 0.2); near(mask!.y, 0.2); near(mask!.w, 0.6); near(mask!.h, 0.5)
        await page.context().close()
    })

    it('are made by keyboard alone; a reload keeps what was not saved yet', async () => {
        const page = await stage.page({ user: 'li', language: 'zh-CN' })
        await openShot(page, 2)
        await page.getByRole('button', { name: '忽略区域…' }).focus()
        await page.keyboard.press('Enter')
        await page.getByRole('button', { name: '添加区域' }).focus()
        await page.keyboard.press('Enter')
        const area = page.locator('[data-board] button')
        await page.waitForFunction(() => document.activeElement?.id === 'mask-0')
        for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight')
        for (let i = 0; i < 10; i++) await page.keyboard.press('Shift+ArrowDown')
        await page.getByRole('button', { name: '区域 1：30% × 30%，距左 40%，距上 35%' }).first().waitFor()
        await page.reload()
        await page.getByRole('button', { name: '忽略区域…' }).click()
        await page.getByText('已恢复上次没有保存的修改。').waitFor()
        await area.first().focus()
        await page.getByRole('button', { name: '保存' }).click()
        await expect.poll(() => masksOf(2)).toEqual([{ x: 0.4, y: 0.35, w: 0.3, h: 0.3 }])
        await page.getByRole('button', { name: '1 个忽略区域…' }).click()
        await area.first().focus()
        await page.keyboard.press('Delete')
        await page.getByText('还没有忽略任何区域。').waitFor()
        await page.getByRole('button', { name: '保存' }).click()
        await expect.poll(() => masksOf(2)).toEqual([])
        await page.context().close()
    })

    it('are drawn with a finger on a phone, from the panel’s history', async () => {
        const page = await stage.page({ user: 'li', viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true })
        await page.goto(`${stage.url}/history?panel=${encodeURIComponent(shots[4]!.panel_key)}`)
        await page.getByRole('button', { name: 'Areas left out…' }).tap()
        const board = page.locator('[data-board]')
        await board.waitFor()
        const session = await page.context().newCDPSession(page)
        const touch = async (type: 'touchStart' | 'touchMove' | 'touchEnd', x: number, y: number) => {
            const [px, py] = await at(board, x, y)
            await session.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x: px, y: py }] })
        }
        await touch('touchStart', 0.2, 0.2)
        for (const v of [0.3, 0.5, 0.7]) await touch('touchMove', v, v)
        await touch('touchEnd', 0.7, 0.7)
        await page.getByRole('button', { name: 'Save' }).tap()
        await expect.poll(async () => (await masksOf(4)).length).toBe(1)
        near((await masksOf(4))[0]!.w, 0.5)
        await page.context().close()
    })

    it('are reached from the plan, and a viewer sees them without changing them', async () => {
        const page = await stage.page({ user: 'admin' })
        await page.goto(`${stage.url}/plans/${plan}`)
        await page.getByRole('button', { name: 'Open 支付交易' }).click()
        await page.getByRole('button', { name: 'Try 每秒交易量' }).click()
        await page.getByRole('img', { name: /trial picture/ }).waitFor()
        await page.getByRole('button', { name: '1 area left out…' }).click()
        await page.getByRole('button', { name: /^Area 1/ }).first().waitFor()
        await page.context().close()
        const viewer = await stage.page({ user: 'vera' })
        await openShot(viewer, 0)
        await viewer.getByRole('button', { name: '1 area left out…' }).click()
        await viewer.getByRole('listitem').filter({ hasText: 'Area 1' }).waitFor()
        expect(await viewer.getByRole('button', { name: 'Save' }).count()).toBe(0)
        await viewer.context().close()
    })

    it('count for nothing in the difference', async () => {
        const whole = [{ x: 0, y: 0, w: 1, h: 1 }]
        const share = async () => {
            const res = await stage.raw(`/shots/${shots[0]!.id}/difference/${shots[2]!.id}`)
            return Number(res.headers.get('x-rounds-changed-share'))
        }
        await stage.call('PUT', `/panels/${encodeURIComponent(shots[0]!.panel_key)}/masks`, { masks: [] })
        expect(await share()).toBeGreaterThan(0)
        await stage.call('PUT', `/panels/${encodeURIComponent(shots[0]!.panel_key)}/masks`, { masks: whole })
        expect(await share()).toBe(0)
    })
})

describe('known issues', () => {
    const day = 86_400_000
    beforeAll(async () => {
        for (const [i, comment, days] of [[0, 'OPS-131 disk is replaced', 20], [2, 'OPS-140 noisy', 2], [4, 'OPS-150 migration', 9]] as const) {
            await stage.call('POST', '/known-issues', { panel_key: shots[i]!.panel_key, comment, link: `https://tracker.example/${comment.slice(0, 7)}`, expires_at: new Date(Date.now() + days * day).toISOString() })
        }
        const all = (await stage.call('GET', '/known-issues')).items as { id: string; comment: string }[]
        await stage.call('DELETE', `/known-issues/${all.find((x) => x.comment.startsWith('OPS-150'))!.id}`)
    })

    it('are listed across panels, the first to run out first; filters and words narrow the list', async () => {
        const page = await stage.page({ user: 'li' })
        await page.getByRole('link', { name: 'Known issues' }).click()
        const items = page.getByRole('list', { name: 'Known issues' }).getByRole('listitem')
        await items.first().waitFor()
        expect((await items.allInnerTexts()).map((x) => /OPS-\d+/.exec(x)![0])).toEqual(['OPS-140', 'OPS-131'])
        await page.getByRole('button', { name: /^Expiring/ }).click()
        await page.getByText('OPS-131').waitFor({ state: 'detached' })
        expect(page.url()).toContain('state=expiring')
        await page.getByRole('button', { name: /^Expired/ }).click()
        await page.getByText('OPS-150 migration').waitFor()
        await page.getByRole('button', { name: /^Expired/ }).click()
        await page.getByRole('searchbox').fill('每秒交易量')
        await page.getByText('OPS-140 noisy').waitFor({ state: 'detached' })
        expect(await items.count()).toBe(1)
        await page.context().close()
    })

    it('are prolonged, ended and renewed; each is one line, however often it was changed', async () => {
        const page = await stage.page({ user: 'li' })
        await page.goto(`${stage.url}/issues`)
        await page.getByRole('button', { name: `Edit: ${shots[2].panel.title}` }).click()
        await page.getByLabel('What is known').fill('OPS-140 quiet soon')
        await page.getByRole('spinbutton', { name: /^year/ }).focus()
        await page.keyboard.type(String(new Date().getFullYear() + 1))
        await page.getByRole('button', { name: 'Save' }).click()
        await page.getByText('OPS-140 quiet soon').waitFor()
        await page.getByText(`until `).filter({ hasText: String(new Date().getFullYear() + 1) }).first().waitFor()
        expect(await page.getByText(/OPS-140/).count()).toBe(2) // its words and its link
        await page.getByRole('button', { name: 'Edit: 每秒交易量' }).click()
        await page.getByRole('button', { name: 'It is solved' }).click()
        await page.getByRole('button', { name: 'Edit: 每秒交易量' }).waitFor({ state: 'detached' })
        await page.getByRole('button', { name: /^Expired/ }).click()
        await page.getByRole('button', { name: 'Renew: 每秒交易量' }).click()
        await page.getByRole('button', { name: 'Save' }).click()
        await page.getByRole('button', { name: /^Expired/ }).click()
        await page.getByRole('button', { name: 'Edit: 每秒交易量' }).waitFor()
        await page.context().close()
    })

    it('lead to the newest shot of the panel, which shows them', async () => {
        const page = await stage.page({ user: 'vera' })
        await page.goto(`${stage.url}/issues?q=OPS-140`)
        expect(await page.getByRole('button', { name: /^Edit/ }).count()).toBe(0)
        await page.getByRole('link', { name: 'Newest shot' }).click()
        await page.locator('[data-shot]').waitFor()
        await page.getByText('OPS-140 quiet soon').waitFor()
        await page.context().close()
    })
})

describe('every key', () => {
    let page: Page
    let order: string[]
    beforeAll(async () => { page = await stage.page({ user: 'admin' }) })
    afterAll(() => page?.context().close())
    const here = (i: number) => page.waitForFunction((id) => location.pathname.endsWith(id), order[i]!)
    const inGrid = (i: number) => page.waitForFunction((id) => document.activeElement?.id === `shot-${id}`, order[i]!)
    const value = async (i: number) => (await stage.call('GET', `/shots/${order[i]}`)).verdict?.value ?? null
    const grid = async () => {
        await page.goto(`${stage.url}/rounds/${round}`)
        await page.getByRole('gridcell').first().waitFor()
        order = await page.locator('[role=gridcell] a').evaluateAll((list) => list.map((a) => a.id.slice(5)))
    }
    const focus = async (i: number, query = '') => {
        await page.goto(`${stage.url}/rounds/${round}/shots/${order[i]}${query}`)
        await page.locator(`[data-shot="${order[i]}"]`).waitFor()
    }
    const table: [string, string, () => Promise<unknown>, string[], () => Promise<unknown>][] = [
        ['grid', 'j goes on', grid, ['j'], () => inGrid(1)],
        ['grid', 'k goes back', grid, ['j', 'j', 'k'], () => inGrid(1)],
        ['grid', 'the arrows go over rows and columns', grid, ['ArrowDown', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'ArrowLeft'], () => inGrid(2)],
        ['grid', '2 goes to the second window', grid, ['j', 'k', '2'], () => inGrid(1)],
        ['grid', 'Enter opens what has the focus', grid, ['j', 'Enter'], () => here(1)],
        ['grid', 'Enter opens the first one when nothing has it', grid, ['Enter'], () => here(0)],
        ['grid', 'g opens it', grid, ['j', 'g'], () => here(1)],
        ['grid', '/ searches', grid, ['/'], () => page.waitForFunction(() => (document.activeElement as HTMLInputElement)?.type === 'search')],
        ['grid', '? lists the keys', grid, ['?'], () => page.getByRole('dialog', { name: 'Keys' }).waitFor()],
        ['grid', 's selects, Escape clears', grid, ['s', 'Escape', 's'], () => page.getByText('1 selected').waitFor()],
        ['grid', 'n judges and u takes back', grid, ['n', 'u'], async () => { await expect.poll(() => value(0)).toBe(null) }],
        ['grid', 'x judges not applicable', grid, ['x'], async () => { await expect.poll(() => value(0)).toBe('not_applicable') }],
        ['grid', 'a asks for a word, Enter saves it', grid, ['j', 'a', 'h', 'o', 't', 'Enter'], async () => { await expect.poll(() => value(1)).toBe('abnormal') }],
        ['grid', 'c opens the comment', grid, ['c'], () => page.getByLabel('Comment').locator('textarea').or(page.locator('textarea')).first().waitFor()],
        ['focus', 'j goes on', () => focus(4), ['j'], () => here(5)],
        ['focus', 'k goes back', () => focus(4), ['k'], () => here(3)],
        ['focus', 'right and down go on', () => focus(4), ['ArrowRight', 'ArrowDown'], () => here(6)],
        ['focus', 'left and up go back', () => focus(4), ['ArrowLeft', 'ArrowUp'], () => here(2)],
        ['focus', 'n judges and goes to the next undecided', () => focus(4), ['n'], async () => { await here(5); await expect.poll(() => value(4)).toBe('normal') }],
        ['focus', 'u takes it back and returns', () => focus(5), ['n', 'u'], async () => { await here(5); await expect.poll(() => value(5)).toBe(null) }],
        ['focus', 'x is not applicable', () => focus(6), ['x'], async () => { await here(7); await expect.poll(() => value(6)).toBe('not_applicable') }],
        ['focus', 'a opens the box, Enter saves and moves on', () => focus(7), ['a', 'b', 'a', 'd', 'Enter'], async () => { await here(8); await expect.poll(() => value(7)).toBe('abnormal') }],
        ['focus', 'c writes a comment', () => focus(8), ['c', 'h', 'm', 'Enter'], async () => { await expect.poll(async () => (await stage.call('GET', `/shots/${order[8]}/verdicts`)).items?.length ?? 0).toBeGreaterThan(0) }],
        ['focus', 'd shows the next way to compare', () => focus(8), ['d', 'd'], () => page.waitForURL(/mode=slider/)],
        ['focus', 'r chooses the reference', () => focus(8), ['r'], () => page.getByRole('menuitem', { name: /Last judged normal/ }).waitFor()],
        ['focus', '2 is the second window of the panel', () => focus(8), ['2'], () => here(9)],
        ['focus', '1 is the first', () => focus(9), ['1'], () => here(8)],
        ['focus', 'g goes to the grid, at the same picture', () => focus(9), ['g'], () => inGrid(9)],
        ['focus', '/ searches in the grid', () => focus(9), ['/'], () => page.waitForFunction(() => (document.activeElement as HTMLInputElement)?.type === 'search')],
        ['focus', '? lists the keys', () => focus(9), ['?'], () => page.getByRole('dialog', { name: 'Keys' }).waitFor()],
        ['focus', '+ zooms, 0 fits', () => focus(9), ['+'], () => page.locator('[data-shot][data-zoomed=yes]').waitFor()],
        ['focus', 'Escape goes back', () => focus(9), ['Escape'], () => inGrid(9)],
    ]
    it.each(table)('%s: %s', async (_where, _what, start, pressed, seen) => {
        if (!order) await grid()
        await start()
        for (const key of pressed) {
            await page.keyboard.press(key)
            if (key === 'a' || key === 'c') await page.locator('textarea').waitFor({ timeout: 1500 }).catch(() => undefined)
        }
        await seen()
    })
})

describe('a plan’s moments', () => {
    it('are told in the plan’s zone everywhere, and say so where the reader’s clock differs', async () => {
        const moment = (await stage.call('GET', `/rounds/${round}`)).moment_at as string
        const clock = new Intl.DateTimeFormat('en', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(Date.parse(moment))
        const away = await stage.page({ user: 'vera', timezoneId: 'America/New_York' })
        for (const path of ['/', `/rounds/${round}`, `/rounds/${round}/shots/${shots[0]!.id}`, '/plans']) {
            await away.goto(stage.url + path)
            await away.getByText(new RegExp(`${clock} GMT\\+8`)).first().waitFor()
        }
        await away.context().close()
        const there = await stage.page({ user: 'vera' })
        await there.getByText(clock).first().waitFor()
        expect(await there.locator('body').innerText()).not.toContain('GMT+8')
        await there.context().close()
    })
})

it('nothing complained', () => expect(stage.complaints).toEqual([]))
