import { afterEach, expect, it, vi } from 'vitest'
import { all, ApiError, api, sessionRevived, setCsrf, watchExpiry } from '../src/api/client'

afterEach(() => vi.unstubAllGlobals())
const answer = (status: number, body?: unknown) => new Response(body === undefined ? null : JSON.stringify(body), { status })

it('waits for a new sign-in when the session has ended, and then sends the same again with the new token', async () => {
    const seen: (string | null)[] = []
    let isIn = false
    vi.stubGlobal('fetch', async (_a: string, init: RequestInit) => {
        seen.push(new Headers(init.headers).get('X-CSRF-Token'))
        return isIn ? answer(200, { ok: true }) : answer(401, { error: { code: 'unauthenticated', message: 'sign in' } })
    })
    setCsrf('old')
    const states: boolean[] = []
    const stop = watchExpiry((is) => states.push(is))
    const sent = api.post('/rounds/1/sign', { summary: 'typed by hand' })
    await vi.waitFor(() => expect(states.at(-1)).toBe(true))
    isIn = true
    setCsrf('new')
    sessionRevived()
    await expect(sent).resolves.toEqual({ ok: true })
    expect(seen).toEqual(['old', 'new'])
    expect(states.at(-1)).toBe(false)
    stop()
})

it('tells a broken line from a refusal', async () => {
    vi.stubGlobal('fetch', async () => { throw new TypeError('failed') })
    await expect(api.get('/today')).rejects.toMatchObject({ isOffline: true })
    vi.stubGlobal('fetch', async () => answer(422, { error: { code: 'unprocessable', message: 'no', op: 'abc', details: [{ path: 'windows[1].from', message: 'later than to' }] } }))
    const e = await api.get('/today').catch((x: unknown) => x)
    expect(e).toBeInstanceOf(ApiError)
    expect(e).toMatchObject({ isOffline: false, status: 422, op: 'abc', details: [{ path: 'windows[1].from' }] })
})

it('reads a list to its end', async () => {
    vi.stubGlobal('fetch', async (a: string) => (a.includes('cursor=2') ? answer(200, { items: [3], next: null }) : answer(200, { items: [1, 2], next: '2' })))
    await expect(all('/rounds/1/shots')).resolves.toEqual([1, 2, 3])
})
