// Fills a fresh Rounds with something to look at: a source, a plan with two windows, one round. Used by tools/demo.sh.
// node tools/demo_seed.mjs ROUNDS_URL GRAFANA_URL ADMIN_PASSWORD GRAFANA_TOKEN; prints the round's address.
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
        selections: ['demo', 'gateway', 'heavy-01', 'heavy-02'].map((dashboard) => ({ source: source.id, dashboard, panels: 'all' })),
        windows: [
            { name: '最近 6 小时', kind: 'rolling', length: '6h', offset: '0h' },
            { name: '昨日 09:00–12:00', kind: 'calendar', unit: 'day', offset: -1, from: '09:00', to: '12:00' },
        ],
        picture: { layout: 'dashboard', width: 1600, height: 900, scale: 1, theme: 'light', format: 'png' },
        schedule: { cron: ['30 8 * * 1-5'], holidays: [], paused: false },
        review: { reviewers: [], due: '2h', escalate_to: [], second_person: false },
    },
});
const begun = Date.now();
const round = await call('POST', `/plans/${plan.id}/rounds`, {});
const end = await finished(round.id);
console.log(JSON.stringify({ round: round.id, state: end.state, total: end.total, done: end.done, failed: end.failed, seconds: (Date.now() - begun) / 1000 }));
if (end.state !== 'finished' || end.total === 0) process.exitCode = 1;
