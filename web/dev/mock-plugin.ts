/* Puts the mock API in front of `vite` and `vite preview`. Never part of the build. ROUNDS_API=http://host:port
   turns it off: then /api goes to a real server. The preview carries the product's Content-Security-Policy. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Connect, Plugin } from 'vite'
import { answer, type Answer } from './mock/routes'
import { users } from './mock/state'

export const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

async function read(req: IncomingMessage): Promise<string> {
    const parts: Buffer[] = []
    for await (const part of req) parts.push(part as Buffer)
    return Buffer.concat(parts).toString('utf8')
}

function write(res: ServerResponse, a: Answer): void {
    for (const [k, v] of Object.entries(a.headers ?? {})) res.setHeader(k, v)
    if (a.stream) {
        res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
        res.write(': open\n\n')
        const stop = a.stream((event, data) => res.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`))
        res.on('close', stop)
        return
    }
    res.statusCode = a.status
    res.setHeader('Content-Type', a.type ?? 'application/json')
    res.end(a.text ?? (a.json === undefined ? '' : JSON.stringify(a.json)))
}

function parse(text: string): Record<string, unknown> {
    try {
        return text ? (JSON.parse(text) as Record<string, unknown>) : {}
    } catch {
        return {}
    }
}

const handle: Connect.NextHandleFunction = (req, res, next) => {
    if (!req.url?.startsWith('/api/v1/')) return next()
    void (async () => {
        const at = new URL(req.url!, 'http://mock')
        const path = decodeURI(at.pathname.slice('/api/v1'.length))
        const text = await read(req)
        const body = parse(text)
        if (req.method === 'POST' && path === '/session') {
            const user = users.find((u) => u.name === body.user && u.password === body.password)
            if (!user) return write(res, { status: 401, json: { error: { code: 'unauthenticated', message: 'wrong name or password', op: 'mock' } } })
            res.setHeader('Set-Cookie', `rounds_session=${user.id}; Path=/; HttpOnly; SameSite=Strict`)
            return write(res, answer({ method: 'GET', path, query: at.searchParams, body, text, user }))
        }
        const id = /rounds_session=(\w+)/.exec(req.headers.cookie ?? '')?.[1]
        const user = users.find((u) => u.id === id) ?? null
        if (!user) return write(res, { status: 401, json: { error: { code: 'unauthenticated', message: 'sign in first', op: 'mock' } } })
        if (req.method === 'DELETE' && path === '/session') res.setHeader('Set-Cookie', 'rounds_session=; Path=/; Max-Age=0')
        write(res, answer({ method: req.method ?? 'GET', path, query: at.searchParams, body, text, user }))
    })().catch(next)
}

export function mockApi(): Plugin {
    const off = Boolean(process.env.ROUNDS_API) || Boolean(process.env.VITEST)
    return {
        name: 'rounds-mock-api',
        configureServer(server) {
            if (!off) server.middlewares.use(handle)
        },
        configurePreviewServer(server) {
            server.middlewares.use((_req, res, next) => {
                res.setHeader('Content-Security-Policy', policy)
                next()
            })
            if (!off) server.middlewares.use(handle)
        },
    }
}
