// Many callers, few browsers: nobody is lost who can be served, nobody waits in vain, nothing is drawn twice at once.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Grafana, stampColour, viewerToken } from './lib/grafana.js';
import { Picture } from './lib/picture.js';
import { authToken, grafanaSettings, Rounds } from './lib/rounds.js';

const from = 1763000000000, to = 1763021600000;
let grafana: Grafana, rounds: Rounds;

beforeAll(async () => {
  grafana = await Grafana.start();
  rounds = await Rounds.start({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken }, args: ['--browser.max=2'] });
});
afterEach(async () => { await grafana.reset(); });
afterAll(async () => { await rounds?.stop(); await grafana?.stop(); });

const page = (panel: number, at = from, uid = 'demo') => `${grafana.url}/d-solo/${uid}/x?orgId=1&panelId=${panel}&from=${at}&to=${to}&timezone=utc`;
const queries = async () => (await grafana.seen()).requests.filter((r) => r.path.endsWith('/api/ds/query')).length;
/** Resolves when Grafana has been asked for data once more than before. */
const asked = async (more = 1) => { while (await queries() < more) await new Promise((r) => setImmediate(r)); };
const metric = async (name: string) => Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (\\S+)$`, 'm').exec(await (await fetch(`${rounds.url}/metrics`)).text())?.[1] ?? 0);

it('200 renders at once on two browsers: each gets its own picture within the deadline', async () => {
  const wanted = Array.from({ length: 200 }, (_, i) => ({ panel: [1, 2, 9][i % 3], at: from + i * 1000 }));
  const pictures = await Promise.all(wanted.map(async ({ panel, at }) => Picture.of(await rounds.render({ url: page(panel, at), width: 300, height: 200, timeout: 60 }))));
  pictures.forEach((picture, i) => expect(picture.has(stampColour(`demo/${wanted[i].panel}`, wanted[i].at, to)), `render ${i}`).toBe(true));
  expect(rounds.browsers().length).toBeLessThanOrEqual(2);
}, 90_000);

it('health and metrics answer while all browsers are busy', async () => {
  await grafana.faults({ queryDelay: { fixedMs: 1500 } });
  const busy = Promise.all([1, 2, 3, 4, 5, 6].map((i) => rounds.render({ url: page(1, from + i), width: 200, height: 100 })));
  await asked();
  expect((await fetch(`${rounds.url}/healthz`)).status).toBe(200);
  let isOver = false, most = 0;
  void busy.finally(() => { isOver = true; });
  while (!isOver && most < 2) most = Math.max(most, await metric('rounds_browsers{state="leased"}')); // the second may be a moment later
  expect(most).toBe(2);
  await busy;
});

describe('identical renders in flight', () => {
  it('are one: the data are asked once, all get the picture', async () => {
    await grafana.faults({ queryDelay: { fixedMs: 1000 } });
    const url = page(2, from + 500_000);
    const answers = await Promise.all(Array.from({ length: 10 }, () => rounds.render({ url, width: 400, height: 200 })));
    const bodies = await Promise.all(answers.map(async (a) => Buffer.from(await a.arrayBuffer())));
    expect(new Set(bodies.map((b) => b.toString('base64'))).size).toBe(1);
    expect(new Picture(bodies[0]).has(stampColour('demo/2', from + 500_000, to))).toBe(true);
    expect(await queries()).toBe(1);
    expect(answers.every((a) => a.headers.get('x-rounds-status') === 'ok')).toBe(true);
  });

  it('are not one when their looks or identities differ', async () => {
    await grafana.faults({ queryDelay: { fixedMs: 500 } });
    const url = page(2, from + 600_000);
    const [key1, key2] = [await grafana.renderKey({ userId: 1 }), await grafana.renderKey({ userId: 2 })];
    const answers = await Promise.all([
      rounds.render({ url, width: 400, height: 200 }), rounds.render({ url, width: 500, height: 200 }),
      rounds.render({ url, width: 400, height: 200, renderKey: key1, domain: '127.0.0.1' }),
      rounds.render({ url, width: 400, height: 200, renderKey: key2, domain: '127.0.0.1' }),
    ]);
    const widths = await Promise.all(answers.map(async (a) => (await Picture.of(a)).width));
    expect(widths).toEqual([400, 500, 400, 400]);
    expect(await queries()).toBeGreaterThanOrEqual(4);
  });

  it('survive the one who came first and hung up', async () => {
    await grafana.faults({ queryDelay: { fixedMs: 1500 } });
    const url = page(9, from + 700_000);
    const leader = new AbortController();
    const first = fetch(`${rounds.url}/render?url=${encodeURIComponent(url)}`, { headers: { 'X-Auth-Token': authToken }, signal: leader.signal }).catch(() => 'gone');
    await asked();
    const others = [1, 2, 3].map(() => rounds.render({ url }));
    leader.abort();
    expect(await first).toBe('gone');
    for (const other of others) expect((await Picture.of(await other)).has(stampColour('demo/9', from + 700_000, to))).toBe(true);
  });

  it('share a failure, too', async () => {
    await grafana.faults({ dashboards: { gateway: { status: 500, delayMs: 500 } } });
    const answers = await Promise.all([1, 2, 3].map(() => rounds.render({ url: page(1, from, 'gateway') })));
    expect(answers.map((a) => a.status)).toEqual([502, 502, 502]);
  });
});

it('a deadline that cannot be met is refused at once, with the time to come back', async () => {
  const single = await Rounds.start({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken }, args: ['--browser.max=1', '--listen.workers=60'] });
  try {
    await grafana.faults({ queryDelay: { fixedMs: 500 } });
    for (let i = 0; i < 12; i++) await Picture.of(await single.render({ url: page(1, from + i), width: 100, height: 100 })); // it learns how long one takes
    const crowd = Array.from({ length: 12 }, (_, i) => single.render({ url: page(2, from + i), width: 100, height: 100, timeout: 60 }));
    let waiting = 0;
    while (waiting < 8) waiting = ((await (await fetch(`${single.url}/healthz?verbose`)).json()) as any).browsers.waiting;
    const late = await single.render({ url: page(9), width: 100, height: 100, timeout: 2 });
    expect([late.status, late.headers.get('retry-after'), await late.text()]).toEqual([429, '5', 'server is too busy, try again later\n']);
    const patient = single.render({ url: page(9), width: 100, height: 100, timeout: 60 });
    for (const answer of [...crowd, patient]) expect((await answer).status).toBe(200);
  } finally { await single.stop(); }
}, 90_000);

it('a client that hangs up frees its browser at once', async () => {
  const single = await Rounds.start({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken }, args: ['--browser.max=1'] });
  try {
    await Picture.of(await single.render({ url: page(1) }));
    await grafana.faults({ panels: { 'demo/2': { hang: true } } });
    const before = await queries();
    const gone = new AbortController();
    const hanging = fetch(`${single.url}/render?timeout=60&url=${encodeURIComponent(page(2))}`, { headers: { 'X-Auth-Token': authToken }, signal: gone.signal }).catch(() => null);
    await asked(before + 1);
    const next = single.render({ url: page(1, from + 9000), timeout: 20 }); // would wait a minute behind it
    gone.abort();
    await hanging;
    expect((await Picture.of(await next)).has(stampColour('demo/1', from + 9000, to))).toBe(true);
    expect(await single.child.line((l) => l.includes('outcome=cancelled'))).toContain('path=/d-solo/demo/x');
  } finally { await single.stop(); }
});
