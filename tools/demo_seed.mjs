// Fills a fresh Rounds with something to look at: a source, a plan with two windows, two earlier rounds on which all was
// well, and today's, on which three things are not. Used by tools/demo.sh.
// node tools/demo_seed.mjs ROUNDS_URL GRAFANA_URL ADMIN_PASSWORD GRAFANA_TOKEN; prints today's round.
import { setDefaultResultOrder } from 'node:dns';

/* The stand-in listens on 127.0.0.1; Node 18 tries only the first address of "localhost", which is often ::1. */
setDefaultResultOrder('ipv4first');

const [rounds, grafana, password, token] = process.argv.slice(2);
const api = `${rounds}/api/v1`;
let cookie = '', csrf = '';

async function call(method, path, body) {
    const answer = await fetch(api + path, {
        method,
        headers: { cookie, 'X-CSRF-Token': csrf, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
        body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    cookie = answer.headers.get('set-cookie')?.split(';')[0] || cookie;
    return text ? JSON.parse(text) : null;
}

/** The round's end, told by its events; no polling. */
async function finished(id) {
    const answer = await fetch(`${api}/rounds/${id}/events`, { headers: { cookie } });
    const decoder = new TextDecoder();
    let text = '';
    for await (const piece of answer.body) {
        text += decoder.decode(piece, { stream: true });
        const events = text.split('\n\n');
        text = events.pop();
        for (const event of events) {
            const data = /^event: round\ndata: (.*)$/m.exec(event);
            const card = data && JSON.parse(data[1]);
            if (!card) continue;
            process.stderr.write(`\r  ${card.done + card.failed} of ${card.total} pictures `);
            if (!['waiting', 'running'].includes(card.state)) {
                process.stderr.write('\n');
                return card;
            }
        }
    }
    throw new Error('the events ended before the round did');
}

csrf = (await call('POST', '/session', { user: 'admin', password })).csrf_token;
const source = await call('POST', '/sources', {
    name: '生产 Grafana', url: grafana, org_id: 1, credential: { kind: 'token', secret: token },
});
const test = await call('POST', `/sources/${source.id}/test`);
if (!test.ok) throw new Error(`the source does not work: ${JSON.stringify(test.hops)}`);
const plan = await call('POST', '/plans', {
    spec: {
        name: '核心交易 · 早巡检',
        description: 'Core trading, every morning before the market opens.',
        timezone: 'Asia/Shanghai',
        selections: ['pay', 'edge', 'accounts'].map((dashboard) => ({ source: source.id, dashboard, panels: 'all' })),
        windows: [
            { name: '最近 6 小时', kind: 'rolling', length: '6h', offset: '0h' },
            { name: '昨日 09:00–12:00', kind: 'calendar', unit: 'day', offset: -1, from: '09:00', to: '12:00' },
        ],
        picture: { layout: 'dashboard', width: 1600, height: 900, scale: 1, theme: 'light', format: 'png' },
        schedule: { cron: ['30 8 * * 1-5'], holidays: [], paused: false },
        review: { reviewers: [], due: '2h', escalate_to: [], second_person: false },
    },
});

async function run(daysAgo) {
    const moment = daysAgo ? { moment: new Date(Date.now() - daysAgo * 86_400_000).toISOString() } : {};
    const round = await call('POST', `/plans/${plan.id}/rounds`, moment);
    const end = await finished(round.id);
    if (end.state !== 'finished' || end.total === 0) throw new Error(`the round ended as ${end.state}`);
    if (end.failed) process.stderr.write(`  ${end.failed} of them could not be made; the round says why\n`);
    return end;
}

/** A morning on which all was well: judged in bulk, and signed. */
async function calmMorning(daysAgo) {
    const round = await run(daysAgo);
    const shots = (await call('GET', `/rounds/${round.id}/shots?limit=1000`)).items.map((shot) => shot.id);
    await call('POST', `/rounds/${round.id}/verdicts`, { value: 'normal', comment: '', category: '', links: [], shots, expected_count: shots.length });
    await call('POST', `/rounds/${round.id}/sign`, { summary: '无异常', reasons: [], expected_undecided: 0 });
}

const begun = Date.now();
await calmMorning(2);
await calmMorning(1);
/* Today three things are wrong, and the round finds them: a queue that grows, a query that fails, a panel without data. */
await fetch(`${grafana}/__test/faults`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ panels: { 'pay/6': { surge: 15 }, 'edge/6': { error: '连接超时: prometheus-2:9090' }, 'accounts/2': { noData: true } } }),
});
const end = await run(0);
console.log(JSON.stringify({ round: end.id, state: end.state, total: end.total, done: end.done, failed: end.failed, seconds: (Date.now() - begun) / 1000 }));
