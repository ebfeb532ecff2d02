/* A round that two people must sign, and what they meet when both are at it. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Stage } from './lib/stage'

let stage: Stage
let round: string
let li: Page
let admin: Page

beforeAll(async () => {
    stage = await Stage.open()
    await stage.people()
    const plan = await stage.plan(await stage.source(), 'Closing round', ['pay'], [1, 3], 1)
    const kept = await stage.call('GET', `/plans/${plan}`)
    await stage.call('PUT', `/plans/${plan}`, { version: kept.version, spec: { ...kept.spec, review: { ...kept.spec.review, second_person: true } } })
    round = await stage.round(plan)
    li = await stage.page({ user: 'li' })
    admin = await stage.page({ user: 'admin', language: 'zh-CN' })
})
afterAll(() => stage?.close())

const state = async () => (await stage.call('GET', `/rounds/${round}`)).state as string
const open = async (page: Page) => {
    await page.goto(`${stage.url}/rounds/${round}`)
    await page.getByRole('gridcell').first().waitFor()
}

it('what is undecided needs a reason; the reason outlives a reload', async () => {
    await open(li)
    await li.keyboard.press('n')
    await li.getByText('1 / 2 judged').waitFor()
    await li.getByRole('button', { name: 'Sign off' }).click()
    const act = li.getByRole('dialog').getByRole('button', { name: 'Sign off', exact: true })
    expect(await act.isDisabled()).toBe(true)
    await li.getByLabel(/^Reason: /).fill('probe is being moved')
    await li.reload()
    await li.getByRole('button', { name: 'Sign off' }).click()
    expect(await li.getByLabel(/^Reason: /).inputValue()).toBe('probe is being moved')
    expect(await act.isDisabled()).toBe(false)
})

it('a verdict that somebody gives in the meantime is seen before the signature counts', async () => {
    await li.route(/events$/, (r) => r.abort()) // a line that is slow to tell
    await li.reload()
    await li.getByRole('button', { name: 'Sign off' }).click()
    await li.getByLabel('Summary').fill('First look.')
    await open(admin)
    await admin.keyboard.press('j')
    await admin.keyboard.press('n')
    await expect.poll(async () => (await stage.call('GET', `/rounds/${round}`)).undecided).toBe(0)
    await li.getByRole('dialog').getByRole('button', { name: 'Sign off', exact: true }).click()
    await li.getByText(/check the figures and sign again/).waitFor()
    expect(await state()).toBe('finished')
    await li.getByText('2 of 2 judged').waitFor()
    await li.unroute(/events$/)
})

it('the first signature does not close the round, and the same person cannot give the second', async () => {
    await li.getByRole('dialog').getByRole('button', { name: 'Sign off', exact: true }).click()
    await li.getByText('A second person must sign off too before the round is closed.').waitFor()
    expect(await state()).toBe('finished')
    expect(await li.getByRole('button', { name: 'Sign off' }).isDisabled()).toBe(true)
    await expect(stage.as('li', () => stage.call('POST', `/rounds/${round}/sign`, { summary: 'again', reasons: [], expected_undecided: 0 }))).rejects.toThrow(/4\d\d/)
})

it('the second person reads the first one’s words, signs, and everybody sees the round closed', async () => {
    await li.reload()
    await li.getByRole('gridcell').first().waitFor()
    await admin.getByText('还需要第二人复核签核。').waitFor()
    await admin.getByRole('button', { name: '复核签核' }).click()
    await admin.getByRole('dialog').getByText('First look.').waitFor()
    await admin.getByRole('dialog').getByLabel('小结').fill('复核无误')
    await admin.getByRole('dialog').getByRole('button', { name: /签核/ }).last().click()
    await admin.getByText(/复核无误/).waitFor()
    expect(await state()).toBe('signed')
    await li.getByText(/复核无误/).waitFor() // told by the stream, without a reload
    await li.keyboard.press('x')
    expect((await stage.shots(round)).some((s) => s.verdict?.value === 'not_applicable')).toBe(false)
    const signed = await stage.call('GET', `/rounds/${round}`)
    expect(signed.signoffs.map((x: { by: { display_name: string }; final: boolean }) => [x.by.display_name, x.final])).toEqual([['Li', false], ['Administrator', true]])
})

it('nothing complained', () => expect(stage.complaints).toEqual([]))
