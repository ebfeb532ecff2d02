/* Everything a story in the browser needs: the real program, the stand-in Grafana, and real Chromium. */
import { existsSync } from 'node:fs'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { Grafana, viewerToken } from '../../story/lib/grafana'
import { Rounds } from '../../story/lib/rounds'

export const password = 'a-long-password-2026'

/** Flags under which Chromium leaves the network alone; without a sandbox where root runs the tests. */
const flags = [
    '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
]

/** A whole browser rather than the headless shell, as people have; the named one where nothing is in the usual places. */
function browserPath(): string {
    const places = [process.env.ROUNDS_E2E_BROWSER, '/usr/bin/chromium', '/opt/google/chrome/chrome', process.env.ROUNDS_BROWSER_PATH, '/usr/bin/chromium-headless-shell']
    const found = places.find((path) => path && existsSync(path))
    if (!found) throw new Error('no browser for the end-to-end tests: install chromium or Google Chrome, or name one in ROUNDS_E2E_BROWSER')
    return found
}

export interface Who extends BrowserContextOptions {
    user?: string
    language?: 'en' | 'zh-CN'
}

export class Stage {
    private constructor(readonly grafana: Grafana, readonly rounds: Rounds, readonly browser: Browser, readonly once: string) {}

    /** What the pages wrote to the console as errors, and what the policy refused. */
    readonly complaints: string[] = []

    static async open(): Promise<Stage> {
        const grafana = await Grafana.start()
        const rounds = await Rounds.start({ renderOnly: false })
        const line = await rounds.child.line((l) => l.includes('one-time password'))
        const once = /one-time password (\S+)/.exec(line)![1]!
        const browser = await chromium.launch({ executablePath: browserPath(), args: flags })
        return new Stage(grafana, rounds, browser, once)
    }

    async close(): Promise<void> {
        await this.browser.close()
        await this.rounds.stop()
        await this.grafana.stop()
    }

    get url(): string {
        return this.rounds.url
    }

    /** A fresh browser profile; signed in if a user is named. */
    async page(who: Who = {}): Promise<Page> {
        const { user, language = 'en', ...rest } = who
        const context = await this.browser.newContext({ locale: language, timezoneId: 'Asia/Shanghai', viewport: { width: 1280, height: 800 }, ...rest })
        const page = await context.newPage()
        page.setDefaultTimeout(30_000)
        page.on('pageerror', (e) => this.complaints.push(e.message))
        page.on('console', (m) => { if (m.type() === 'error' && !/Failed to load resource/.test(m.text())) this.complaints.push(m.text()) })
        await page.goto(this.url)
        if (user) await this.signIn(page, user)
        return page
    }

    async signIn(page: Page, user: string, word = password): Promise<void> {
        await page.fill('input[name=user]', user)
        await page.fill('input[name=password]', word)
        await page.keyboard.press('Enter')
        await page.locator('#main').waitFor()
    }

    /* ---- The same things by the API, for stories that begin later ---- */

    private cookie = ''
    private csrf = ''

    async call<T = any>(method: string, path: string, body?: unknown): Promise<T> {
        const res = await fetch(`${this.url}/api/v1${path}`, {
            method, headers: { 'Content-Type': 'application/json', Cookie: this.cookie, 'X-CSRF-Token': this.csrf },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        const cookie = res.headers.get('set-cookie')
        if (cookie) this.cookie = cookie.split(';')[0]!
        const text = await res.text()
        if (!res.ok) throw new Error(`${method} ${path}: ${res.status} ${text}`)
        const json = text ? JSON.parse(text) : undefined
        if (json?.csrf_token) this.csrf = json.csrf_token
        return json as T
    }

    /** Something done by the API as somebody else; afterwards it is the admin again. */
    async as<T>(user: string, act: () => Promise<T>): Promise<T> {
        await this.call('POST', '/session', { user, password })
        try {
            return await act()
        } finally {
            await this.call('POST', '/session', { user: 'admin', password })
        }
    }

    /** A GET whose answer is no JSON. */
    raw(path: string): Promise<Response> {
        return fetch(`${this.url}/api/v1${path}`, { headers: { Cookie: this.cookie } })
    }

    /** The admin with a password of their own, and two more people. */
    async people(): Promise<void> {
        await this.call('POST', '/session', { user: 'admin', password: this.once })
        await this.call('PUT', '/session/password', { current: this.once, new: password })
        await this.call('POST', '/session', { user: 'admin', password })
        for (const [name, display_name, role] of [['li', 'Li', 'reviewer'], ['vera', 'Vera', 'viewer']] as const) {
            const first = 'first-password-2026'
            await this.call('POST', '/users', { name, display_name, role, password: first, source_ids: null })
            await this.call('POST', '/session', { user: name, password: first })
            await this.call('PUT', '/session/password', { current: first, new: password })
            await this.call('POST', '/session', { user: 'admin', password })
        }
    }

    async source(name = 'Stand-in'): Promise<string> {
        const source = await this.call('POST', '/sources', {
            name, url: this.grafana.url, org_id: 1, credential: { kind: 'token', secret: viewerToken }, ca_pem: null, extra_origins: [], max_parallel: 4,
        })
        return source.id as string
    }

    spec(source: string, name: string, dashboards: string[], panels: 'all' | number[] = 'all', windows = 2) {
        const all = [['Last hour', '1h', '0h'], ['A day ago', '1h', '24h'], ['Last 7 days', '7d', '0h']] as const
        return {
            name, description: '', timezone: 'Asia/Shanghai', selections: dashboards.map((dashboard) => ({ source, dashboard, panels, variables: {} })),
            windows: all.slice(0, windows).map(([n, length, offset]) => ({ name: n, kind: 'rolling', length, offset })),
            picture: { layout: 'dashboard', width: 1000, height: 500, scale: 1, theme: 'light', format: 'png' },
            schedule: { cron: ['30 8 * * 1-5'], holidays: [], paused: false }, review: { reviewers: [], due: '2h', escalate_to: [], second_person: false },
            retention: { days: 400, abnormal_days: 1200 }, reference: 'previous', rules: [], overlap: 'queue', load: { parallel: 2, quiet: [] }, notify: [],
        }
    }

    async plan(source: string, name: string, dashboards: string[], panels: 'all' | number[] = 'all', windows = 2): Promise<string> {
        return (await this.call('POST', '/plans', { spec: this.spec(source, name, dashboards, panels, windows) })).id as string
    }

    /** Runs a plan and waits for the round to end. */
    async round(plan: string, moment?: string): Promise<string> {
        const round = await this.call('POST', `/plans/${plan}/rounds`, moment ? { moment } : {})
        for (;;) {
            const now = await this.call('GET', `/rounds/${round.id}`)
            if (now.state === 'finished' || now.state === 'cancelled') return round.id as string
            await new Promise((done) => setTimeout(done, 300))
        }
    }

    async shots(round: string): Promise<any[]> {
        return (await this.call('GET', `/rounds/${round}/shots?limit=1000`)).items
    }
}
