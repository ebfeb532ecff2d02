/* What people set besides the ordinary: quiet hours, what a token may do, values that only a browser knows; acts and evidence where they are looked for. */
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { violations } from './lib/axe'
import { Stage } from './lib/stage'

let stage: Stage
let source: string
let plan: string
let round: string

beforeAll(async () => {
    stage = await Stage.open()
    await stage.people()
    source = await stage.source()
    plan = await stage.plan(source, 'Morning round', ['demo'], [1, 2], 1)
    await stage.round(plan, new Date(Date.now() - 86_400_000).toISOString())
    round = await stage.round(plan)
})
afterAll(() => stage?.close())

const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }

describe('quiet hours of a source', () => {
    it('are added, kept, told while they last, and taken away', async () => {
        const page = await stage.page({ user: 'admin', language: 'zh-CN', colorScheme: 'dark' })
        const hours = async () => (await stage.call('GET', `/sources/${source}`)).quiet_hours
        await page.goto(`${stage.url}/sources/${source}`)
        await page.getByRole('button', { name: '添加时段' }).click()
        const span = page.getByRole('group', { name: '22:00 至 06:00', exact: true })
        await span.getByRole('group', { name: '从' }).getByRole('spinbutton').first().click()
        await page.keyboard.type('0000') // the hour, then the minute
        await page.getByRole('group', { name: /^00:00 至/ }).getByRole('group', { name: '到' }).getByRole('spinbutton').first().click()
        await page.keyboard.type('0000')
        await page.getByRole('textbox', { name: '时区' }).fill('Asia/Shanghai')
        expect(await violations(page)).toEqual([])
        await page.getByRole('button', { name: '保存' }).click()
        await page.getByText(/现在处于静默时段/).waitFor()
        expect(await hours()).toEqual({ timezone: 'Asia/Shanghai', hours: [{ from: '00:00', to: '24:00' }] })
        await page.goto(`${stage.url}/sources`)
        await page.getByText(/静默到/).waitFor()
        expect(await violations(page)).toEqual([])
        await page.goto(`${stage.url}/sources/${source}`)
        await page.getByRole('button', { name: '删除 00:00 至 24:00' }).click()
        await page.getByRole('button', { name: '保存' }).click()
        await page.getByText(/现在处于静默时段/).waitFor({ state: 'detached' })
        expect(await hours()).toBeNull()
        await page.context().close()
    })

    it('fit a phone, and a zone that does not exist is named where it was typed', async () => {
        const page = await stage.page({ user: 'admin', ...phone })
        await page.goto(`${stage.url}/sources/${source}`)
        await page.getByRole('button', { name: 'Add hours' }).click()
        await page.getByRole('textbox', { name: 'Time zone' }).fill('Asia/Shanghia')
        await page.getByRole('button', { name: 'Save' }).click()
        await page.locator('[slot=errorMessage]', { hasText: /Shanghia/ }).waitFor()
        expect(await overflow(page)).toBe(0)
        await page.context().close()
    })
})

describe('where somebody is signed in', () => {
    it('is seen and ended from the account menu, and by an admin', async () => {
        const elsewhere = await stage.page({ user: 'li' })
        await elsewhere.goto(`${stage.url}/plans`)
        const page = await stage.page({ user: 'li', language: 'zh-CN', ...phone })
        await page.goto(stage.url)
        await page.getByRole('button', { name: /^账户/ }).click()
        await page.getByRole('menuitem', { name: '登录会话' }).click()
        const rows = page.getByRole('dialog').getByRole('row')
        await rows.getByText('当前').waitFor()
        expect(await rows.getByRole('button', { name: '结束' }).count()).toBeGreaterThan(0)
        expect(await violations(page)).toEqual([])
        expect(await overflow(page)).toBe(0)
        await page.getByRole('button', { name: '结束其余会话' }).click()
        await rows.nth(2).waitFor({ state: 'detached' }) // the head and this session are left
        await elsewhere.goto(`${stage.url}/plans`)
        await elsewhere.getByLabel(/Password|密码/).waitFor()

        const admin = await stage.page({ user: 'admin', language: 'zh-CN' })
        await admin.goto(`${stage.url}/people`)
        await admin.getByRole('row', { name: /\bli\b/ }).getByRole('button').click()
        await admin.getByRole('menuitem', { name: '登录会话' }).click()
        await admin.getByRole('button', { name: '结束全部会话' }).click()
        await admin.getByText('没有登录会话').waitFor()
        await page.goto(stage.url)
        await page.getByLabel('密码').waitFor()
        for (const p of [elsewhere, page, admin]) await p.context().close()
    })
})

describe('what the service refuses', () => {
    it('is said in the reader’s language, with what was filled in', async () => {
        const page = await stage.page({ user: 'admin', language: 'zh-CN' })
        await page.goto(`${stage.url}/people`)
        await page.getByRole('button', { name: '添加用户' }).click()
        await page.getByRole('textbox', { name: '用户名' }).fill('LI')
        await page.getByRole('button', { name: '保存' }).click()
        await page.getByText('用户名“LI”已被使用').waitFor()
        await page.context().close()
    })
})

describe('an API token', () => {
    it('is given a scope in plain words; the list says which', async () => {
        const page = await stage.page({ user: 'admin' })
        await page.goto(`${stage.url}/people/tokens`)
        for (const [name, scope] of [['pipeline', 'Read and run rounds'], ['script', null]] as const) {
            await page.getByRole('button', { name: 'New token' }).click()
            await page.getByRole('textbox', { name: 'What it is for' }).fill(name)
            if (scope) await page.getByText(scope, { exact: true }).click()
            await page.getByRole('button', { name: 'Make it' }).click()
            await page.getByText('Copy it now').waitFor()
            await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
        }
        await page.getByRole('row', { name: /pipeline.*Read and run rounds/ }).waitFor()
        await page.getByRole('row', { name: /script.*All that its role may/ }).waitFor()
        const { items } = await stage.call('GET', '/tokens')
        expect(Object.fromEntries(items.map((x: any) => [x.name, x.scopes]))).toEqual({ pipeline: ['rounds'], script: [] })
        await page.context().close()
    })
})

describe('values that only a browser knows', () => {
    const mode = (page: Page, name: string) => page.getByRole('radiogroup', { name: `How to use ${name}` })
    const open = async (page: Page) => {
        const id = await stage.plan(source, `Chained ${Math.random()}`, ['chain'])
        await page.goto(`${stage.url}/plans/${id}`)
        await page.getByRole('button', { name: 'Open 机柜', exact: true }).click()
        await mode(page, '机柜').waitFor()
        return id
    }

    it('are asked of the page when they are wanted, and chosen from a list', async () => {
        const page = await stage.page({ user: 'admin', colorScheme: 'dark' })
        let asked = 0
        let release = () => {}
        const gate = new Promise<void>((done) => { release = done })
        await page.route('**/dashboards/chain/variables', async (r) => { asked++; await gate; await r.continue() })
        const chained = await open(page)
        expect(asked).toBe(0)
        await mode(page, '机柜').getByText('One shot each').click()
        await page.getByText(/some seconds/).waitFor()
        expect(await violations(page)).toEqual([])
        release()
        await page.getByRole('checkbox', { name: 'Every value that there is when the round begins' }).waitFor()
        await page.getByText('Every value that there is when the round begins').click()
        await page.getByText('上海-r1', { exact: true }).click()
        await mode(page, '机房').getByText('One value').click()
        await page.getByRole('button', { name: /Values of 机房/ }).click()
        await page.getByRole('option', { name: '北京' }).click()
        expect(await violations(page)).toEqual([])
        await page.getByRole('button', { name: 'Save' }).click()
        await page.getByText('The plan is saved').waitFor()
        expect((await stage.call('GET', `/plans/${chained}`)).spec.selections[0].variables).toEqual({ rack: { mode: 'each', values: ['上海-r2'] }, dc: { mode: 'value', values: ['北京'] } })
        expect(asked).toBe(1)
        await page.context().close()
    })

    it('can be typed where Grafana has none: its words are shown, on a phone too', async () => {
        const page = await stage.page({ user: 'admin', ...phone })
        const id = await open(page)
        await mode(page, '故障').getByText('Several in one').click()
        await page.getByText(/The values could not be had; type them/).waitFor()
        await page.getByRole('textbox', { name: 'Values of 故障' }).fill('a, b')
        expect(await overflow(page)).toBe(0)
        await page.evaluate(() => scrollTo(0, 0)) // what is half below the bar counts as too small
        expect(await violations(page)).toEqual([])
        await page.getByRole('button', { name: 'Save' }).click()
        await page.getByText('The plan is saved').waitFor()
        expect((await stage.call('GET', `/plans/${id}`)).spec.selections[0].variables).toEqual({ broken: { mode: 'list', values: ['a', 'b'] } })
        await page.context().close()
    })

    it('and when its page does not open, that is said and asked again on a word', async () => {
        const page = await stage.page({ user: 'admin' })
        await page.route('**/dashboards/chain/variables', (r) => r.fulfill({ status: 502, json: { error: { code: 'target', message: 'the page did not open within 30 s' } } }), { times: 1 })
        await open(page)
        await mode(page, '机房').getByText('One value').click()
        await page.getByText(/did not open within 30 s/).waitFor()
        await page.getByRole('button', { name: 'Try again' }).click()
        await page.getByRole('button', { name: /Values of 机房/ }).waitFor()
        await page.context().close()
    })
})

describe('where a newcomer looks', () => {
    it('the grid’s head has the act for all that is unchanged, and a search whose words are all to be read', async () => {
        for (const language of ['en', 'zh-CN'] as const) {
            const page = await stage.page({ user: 'li', language })
            await page.goto(`${stage.url}/rounds/${round}`)
            await page.getByRole('button', { name: language === 'en' ? 'Mark unchanged as normal…' : '无变化的判为正常…' }).click()
            await page.getByRole('dialog').waitFor()
            await page.keyboard.press('Escape')
            const cut = await page.locator('input[type=search]').evaluate((x: HTMLInputElement) => {
                const style = getComputedStyle(x)
                const g = document.createElement('canvas').getContext('2d')!
                g.font = style.font
                return g.measureText(x.placeholder).width - (x.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight))
            })
            expect(cut).toBeLessThanOrEqual(0)
            await page.context().close()
        }
    })

    it('the numbers can be taken away as CSV, and as Grafana answered', async () => {
        const page = await stage.page({ user: 'vera' })
        const [shot] = await stage.shots(round)
        await page.goto(`${stage.url}/rounds/${round}/shots/${shot.id}`)
        const take = async (act: () => Promise<void>) => {
            const [file] = await Promise.all([page.waitForEvent('download'), act()])
            return [file.suggestedFilename(), readFileSync((await file.path())!, 'utf8')] as const
        }
        const [, table] = await take(() => page.getByRole('link', { name: 'CSV' }).click())
        expect(table.split('\n').length).toBeGreaterThan(2)
        const [name, text] = await take(() => page.getByRole('button', { name: 'Raw answers' }).click())
        expect(name).toBe(`answers-${shot.id}.json`)
        const raw = JSON.parse(text)
        expect([raw.format, raw.answers.length > 0, raw.answers[0].status]).toEqual(['grafana-frames-1', true, 200])
        await page.route('**/frames', (r) => r.fulfill({ status: 404, json: { error: { code: 'not_found', message: 'nothing is kept' } } }))
        await page.getByRole('button', { name: 'Raw answers' }).click()
        await page.getByText(/are not kept/).waitFor()
        await page.context().close()
    })

    it('the state of the service is told in the chosen language; times of day too, whatever the browser speaks', async () => {
        const page = await stage.page({ user: 'admin', language: 'zh-CN' })
        await page.goto(`${stage.url}/system`)
        const health = page.getByRole('listitem').filter({ hasText: '数据库' }).locator('..')
        await health.waitFor()
        expect(await health.innerText()).not.toMatch(/[A-Za-z]{3,}/)
        await page.context().close()
        const abroad = await stage.page({ user: 'admin', language: 'en' })
        await abroad.evaluate(() => localStorage.setItem('rounds.language', 'zh-CN'))
        await abroad.goto(`${stage.url}/plans/${plan}`)
        await abroad.getByRole('tab', { name: '时间表' }).click()
        expect(await abroad.locator('input[type=time], input[type=date]').count()).toBe(0)
        expect((await abroad.getByRole('group', { name: '时间', exact: true }).innerText()).replace(/[^\d:]/g, '')).toBe('08:30')
        await abroad.context().close()
    })
})

it('nothing complained', () => expect(stage.complaints).toEqual([]))
