import { expect, it } from 'vitest'
import { foldVerdict, mergeShot } from '../src/api/events'
import type { Verdict } from '../src/api/types'
import { someShots } from './shots'

const verdict = (value: Verdict['value']): Verdict =>
    ({ seq: 1, value, comment: '', category: '', links: [], by: { id: 'u', display_name: 'U' }, at: '', how: 'single', dwell_ms: 0 })
const shot = someShots()[0]!

it('takes a newer verdict from elsewhere, and a taken-back one, but no older one', () => {
    const judged = { ...shot, verdict: verdict('normal'), verdict_version: 2 }
    expect(foldVerdict(judged, verdict('abnormal'), 3).verdict?.value).toBe('abnormal')
    expect(foldVerdict(judged, null, 3).verdict).toBeNull()
    expect(foldVerdict(judged, verdict('abnormal'), 2).verdict?.value).toBe('normal')
})

it('keeps a verdict that is still on its way when news of the picture come', () => {
    const mine = { ...shot, verdict: verdict('normal'), verdict_version: 0 }
    const news = { ...shot, attempts: 2, verdict: null, verdict_version: 0 }
    expect(mergeShot(mine, news, true)).toMatchObject({ attempts: 2, verdict: { value: 'normal' } })
    expect(mergeShot(mine, { ...news, verdict_version: 1 }, false).verdict).toBeNull()
})
