/* The whole morning, by hand and keyboard, from an empty service to a signed and verified round. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { viewerToken } from '../story/lib/grafana'
import { password, Stage } from './lib/stage'

let stage: Stage
let page: Page

beforeAll(async () => {
    stage = await Stage.open()
    page = await stage.page()
})
afterAll(() => stage?.close())

const shown = (text: string | RegExp) => page.getByText(text).first().waitFor()
const shotInUrl = () => /shots\/([^?]+)/.exec(page.url())?.[1]

describe('a morning', () => {
    it('begins with a password of one’s own', async () => {
        await page.fill('input[name=user]', 'admin')
        await page.fill('input[name=password]', stage.once)
        await page.keyboard.press('Enter')
        await page.getByLabel('Current password').fill(stage.once)
        await page.getByLabel('New password', { exact: true }).fill(password)
        await page.getByLabel('New password again').fill(password)
        await page.getByRole('button', { name: 'Set password' }).click()
        await shown('Your first round in three steps')
    })

    it('connects a Grafana: the test names what is wrong, then every hop passes', async () => {
        await page.getByRole('link', { name: 'Add a source' }).click()
        await page.getByRole('textbox', { name: 'Name' }).fill('Stand-in')
        await page.getByRole('textbox', { name: 'URL', exact: true }).fill(stage.grafana.url)
        await page.getByRole('textbox', { name: 'Token' }).fill('glsa_wrong')
        await page.getByRole('button', { name: 'Test', exact: true }).click()
        await shown('A hop failed; its mend is below.')
        await page.getByRole('textbox', { name: 'Token' }).fill(viewerToken)
        await page.getByRole('button', { name: 'Test', exact: true }).click()
        await shown('Every hop is passable.')
        await page.getByRole('button', { name: 'Save' }).click()
        await shown('grafana.ini')
        expect(page.url()).toMatch(/\/sources\/(?!new)/)
    })

    it('makes a plan by ticking, sees what it costs, and tries a panel live', async () => {
        await page.goto(`${stage.url}/plans/new`)
        await page.getByRole('textbox', { name: 'Name' }).fill('Morning round')
        await page.getByPlaceholder('Search dashboards').fill('核心交易')
        await page.getByText('核心交易', { exact: true }).first().waitFor()
        await page.getByRole('checkbox', { name: '核心交易', exact: true }).click({ force: true })
        await page.getByRole('button', { name: /^Try / }).first().click()
        await page.getByRole('img', { name: /trial picture/ }).waitFor()
        await page.getByRole('tab', { name: 'Windows' }).click()
        await page.getByRole('button', { name: 'Add a window' }).click()
        await page.getByRole('menuitem', { name: 'Last 1 hour' }).click()
        /* ten panels in two windows; the text panel, which shows no time, is taken once */
        await page.locator('strong', { hasText: /^19$/ }).waitFor()
        await page.getByRole('button', { name: 'Save' }).click()
        await shown('The plan is saved')
    })

    it('runs it and watches the pictures come', async () => {
        await page.getByRole('button', { name: 'Run now' }).click()
        await page.waitForURL(/\/rounds\//)
        await page.getByRole('gridcell').first().waitFor()
        await page.waitForFunction(() => !document.querySelector('progress') && document.querySelectorAll('[role=gridcell] img').length >= 18, null, { timeout: 100_000 })
    })

    it('judges by keyboard: n moves on, u takes back, a asks for a word', async () => {
        await page.goto(`${page.url().split('?')[0]}?filter=todo`)
        await page.getByRole('gridcell').first().waitFor()
        await page.keyboard.press('g')
        await page.waitForURL(/\/shots\//)
        const first = shotInUrl()
        await page.keyboard.press('n')
        await page.waitForFunction((id) => !location.pathname.endsWith(id!), first)
        const second = shotInUrl()
        await page.keyboard.press('u')
        await page.waitForFunction((id) => location.pathname.endsWith(id!), first)
        await page.keyboard.press('n')
        await page.waitForFunction((id) => location.pathname.endsWith(id!), second)
        await page.keyboard.press('a')
        await page.getByLabel('What is wrong?').waitFor()
        await page.keyboard.type('too hot')
        await page.keyboard.press('Enter')
        await page.waitForFunction((id) => !location.pathname.endsWith(id!), second)
        for (;;) {
            const at = shotInUrl()
            await page.keyboard.press('n')
            const over = await Promise.race([
                page.waitForFunction((id) => !location.pathname.endsWith(id!), at).then(() => false),
                page.getByText('Everything is judged').waitFor().then(() => true),
            ])
            if (over) break
        }
    })

    it('compares: every mode shows two pictures of one panel', async () => {
        await page.keyboard.press('d')
        await page.waitForURL(/mode=side|shots/)
        for (const mode of ['side', 'slider', 'blink', 'difference']) {
            if (!page.url().includes(`mode=${mode}`)) await page.keyboard.press('d')
            await page.waitForURL(new RegExp(`mode=${mode}`))
        }
    })

    it('signs off, and the round is read-only from then on', async () => {
        await page.getByRole('button', { name: 'Sign off' }).click()
        await page.getByLabel('Summary').fill('One hot panel, known.')
        await page.getByRole('button', { name: 'Sign off and close the round' }).click()
        await page.getByText('Signed off: read-only').first().waitFor()
    })

    it('has reports to take away, and a record that verifies', async () => {
        const round = /rounds\/([^/]+)/.exec(page.url())![1]
        await page.goto(`${stage.url}/rounds/${round}`)
        await page.getByRole('button', { name: 'Reports' }).click()
        for (const name of ['HTML', 'PDF', 'XLSX', 'ZIP']) {
            const href = await page.getByRole('menuitem', { name }).getAttribute('href')
            const answer = await page.request.get(stage.url + href)
            expect([name, answer.status(), (await answer.body()).length > 1000]).toEqual([name, 200, true])
        }
        await page.keyboard.press('Escape')
        await page.getByRole('button', { name: 'More' }).click()
        await page.getByRole('menuitem', { name: /Verify/ }).click()
        await page.getByRole('button', { name: 'Verify', exact: true }).click()
        await shown(/Nothing was altered/)
    })

    it('left no error in the console and broke no rule of the policy', () => {
        expect(stage.complaints).toEqual([])
    })
})
