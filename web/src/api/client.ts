/* One door to the server: JSON in and out, the CSRF token, one error type, and the wait for a new sign-in.
   When the session has ended a call does not fail: it waits until the person has signed in again (in place, see
   parts/Relogin) and is then sent once more, so nothing that was typed or decided gets lost. */

export interface ErrorDetail {
    path?: string
    message?: string
    [key: string]: unknown
}

export class ApiError extends Error {
    readonly status: number
    readonly code: string
    readonly op: string | null
    readonly details: ErrorDetail[]

    constructor(status: number, code: string, message: string, op: string | null = null, details: ErrorDetail[] = []) {
        super(message)
        this.name = 'ApiError'
        this.status = status
        this.code = code
        this.op = op
        this.details = details
    }

    /** The request never got an answer: the line is down, or the service is. */
    get isOffline(): boolean {
        return this.status === 0
    }
}

export const base = '/api/v1'

let csrf = ''
let expired: Promise<void> | null = null
let revive: (() => void) | null = null
const watchers = new Set<(is: boolean) => void>()

export function setCsrf(token: string): void {
    csrf = token
}

/** Tells the re-login dialogue when to show itself. */
export function watchExpiry(fn: (is: boolean) => void): () => void {
    watchers.add(fn)
    fn(expired !== null)
    return () => watchers.delete(fn)
}

export function sessionRevived(): void {
    const wake = revive
    expired = null
    revive = null
    watchers.forEach((fn) => fn(false))
    wake?.()
}

function sessionExpired(): Promise<void> {
    if (!expired) {
        expired = new Promise((resolve) => {
            revive = resolve
        })
        watchers.forEach((fn) => fn(true))
    }
    return expired
}

type Query = Record<string, string | number | boolean | null | undefined>

export function url(path: string, query?: Query): string {
    const params = new URLSearchParams()
    for (const [key, value] of Object.entries(query ?? {})) {
        if (value !== undefined && value !== null && value !== '') params.set(key, String(value))
    }
    const text = params.toString()
    return base + path + (text ? `?${text}` : '')
}

async function fault(res: Response): Promise<ApiError> {
    try {
        const body = (await res.json()) as {
            error?: { code?: string; message?: string; op?: string; details?: ErrorDetail[] | ErrorDetail }
        }
        const e = body.error ?? {}
        const details = Array.isArray(e.details) ? e.details : e.details ? [e.details] : []
        return new ApiError(res.status, e.code ?? 'internal', e.message ?? res.statusText, e.op ?? null, details)
    } catch {
        return new ApiError(res.status, res.status === 401 ? 'unauthenticated' : 'internal', res.statusText)
    }
}

interface Options {
    query?: Query
    body?: unknown
    text?: string
    signal?: AbortSignal
    /** Calls about the session itself must not wait for the session. */
    own?: boolean
}

/** What boot.ts asked for before this script ran; each answer serves once. One that was refused serves nobody. */
async function early(address: string): Promise<Response | null> {
    const asked = (globalThis as { roundsEarly?: Record<string, Promise<Response>> }).roundsEarly
    const answer = asked?.[address]
    if (!asked || !answer) return null
    delete asked[address]
    try {
        const res = await answer
        return res.ok ? res : null
    } catch {
        return null
    }
}

/** Early answers are good for the page's first moments only. */
const earlyMs = 5000

export async function send(method: string, path: string, opts: Options = {}): Promise<Response> {
    if (method === 'GET' && performance.now() < earlyMs) {
        const res = await early(url(path, opts.query))
        if (res) return res
    }
    for (;;) {
        const headers: Record<string, string> = { Accept: 'application/json' }
        if (method !== 'GET') headers['X-CSRF-Token'] = csrf
        let body: string | undefined
        if (opts.text !== undefined) {
            body = opts.text
            headers['Content-Type'] = 'application/yaml'
        } else if (opts.body !== undefined) {
            body = JSON.stringify(opts.body)
            headers['Content-Type'] = 'application/json'
        }
        let res: Response
        try {
            res = await fetch(url(path, opts.query), {
                method, headers, body: body ?? null, signal: opts.signal ?? null, credentials: 'same-origin',
            })
        } catch (e) {
            if (e instanceof DOMException && e.name === 'AbortError') throw e
            throw new ApiError(0, 'offline', e instanceof Error ? e.message : 'no answer')
        }
        if (res.ok) return res
        if (res.status === 401 && !opts.own) {
            await sessionExpired()
            continue
        }
        throw await fault(res)
    }
}

async function json<T>(method: string, path: string, opts?: Options): Promise<T> {
    const res = await send(method, path, opts)
    if (res.status === 204) return undefined as T
    const text = await res.text()
    return (text ? JSON.parse(text) : undefined) as T
}

export const api = {
    get: <T>(path: string, query?: Query, signal?: AbortSignal) =>
        json<T>('GET', path, { query: query ?? {}, ...(signal ? { signal } : {}) }),
    post: <T>(path: string, body?: unknown, query?: Query) => json<T>('POST', path, { body: body ?? {}, query: query ?? {} }),
    put: <T>(path: string, body?: unknown) => json<T>('PUT', path, { body: body ?? {} }),
    patch: <T>(path: string, body: unknown) => json<T>('PATCH', path, { body }),
    drop: <T = void>(path: string, body?: unknown) => json<T>('DELETE', path, body === undefined ? {} : { body }),
    text: <T>(method: string, path: string, text: string, query?: Query) => json<T>(method, path, { text, query: query ?? {} }),
    /** Session calls: a 401 is an answer here, not an expired session. */
    own: <T>(method: string, path: string, body?: unknown) =>
        json<T>(method, path, body === undefined ? { own: true } : { own: true, body }),
}

/** Everything of a list, page by page; a round has at most some thousands of shots. */
export async function all<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T[]> {
    const items: T[] = []
    let cursor: string | null = null
    do {
        const page: { items: T[]; next: string | null } = await api.get(path, { limit: 1000, ...query, cursor }, signal)
        items.push(...page.items)
        cursor = page.next
    } while (cursor)
    return items
}
