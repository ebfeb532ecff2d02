// Many pictures out of one page: POST /render/batch. Whatever the way, each picture shows its own panel's
// data of its own window; the square that the stand-in draws from the answered data proves it.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Caller, Description, platform } from './lib/api.js';
import { Grafana, stampColour, viewerToken } from './lib/grafana.js';
import { Picture } from './lib/picture.js';
import { grafanaSettings, Rounds } from './lib/rounds.js';
import { Site } from './lib/site.js';

interface Landed {
  index: number; id?: string; status: string; outcome: string; message: string; how: string; body?: string; missing: string | null;
}
interface Line { id?: string; url: string; panel?: string; [name: string]: unknown }

const start = 1763000000000, hours = 3600000;
let grafana: Grafana, rounds: Rounds;

beforeAll(async () => {
  grafana = await Grafana.start();
  rounds = await Rounds.start({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken } });
});
afterAll(async () => { await rounds?.stop(); await grafana?.stop(); });
afterEach(async () => { await grafana.faults({ queryDelay: { fixedMs: 0 }, panels: {}, dashboards: {}, leakRunningCount: false, cancelFirstQuery: false }); });

const window = (n: number) => ({ from: start + n * hours, to: start + (n + 6) * hours });
const cutLine = (uid: string, panel: string, n: number): Line => ({
  id: `${uid}/${panel}/${n}`, panel, width: 1600,
  url: `${grafana.url}/d/${uid}/x?orgId=1&kiosk&timezone=utc&from=${window(n).from}&to=${window(n).to}`,
});
const soloLine = (uid: string, panel: string, n: number): Line => ({
  id: `${uid}/${panel}/${n}`, width: 800, height: 400,
  url: `${grafana.url}/d-solo/${uid}/x?orgId=1&panelId=${panel}&timezone=utc&from=${window(n).from}&to=${window(n).to}`,
});
const lines = (make: typeof cutLine, uid: string, panels: string[], windows: number[]) =>
  windows.flatMap((n) => panels.map((panel) => make(uid, panel, n)));

async function batch(asks: Line[], to = rounds): Promise<Landed[]> {
  const answer = await fetch(`${to.url}/render/batch?timeout=120`, {
    method: 'POST', headers: { 'X-Auth-Token': 'a-token-of-the-tests-0123456789' },
    body: asks.map((ask) => JSON.stringify(ask)).join('\n'),
  });
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  return text.trim().split('\n').map((line) => JSON.parse(line));
}

const picture = (landed: Landed) => new Picture(Buffer.from(landed.body!, 'base64'));
function expectRight(landed: Landed[]) {
  for (const one of landed) {
    const [uid, panel, n] = one.id!.split('/');
    expect(one.status, `${one.id}: ${one.message}`).toBe('ok');
    const { from, to } = window(+n);
    expect(picture(one).count(stampColour(`${uid}/${panel}`, from, to)), `${one.id} by ${one.how}`).toBeGreaterThan(40);
  }
}
const ways = (landed: Landed[]) => [...new Set(landed.map((one) => one.how))];

describe('as on the dashboard', () => {
  it('cuts every panel of every window out of one loaded page', async () => {
    const asks = lines(cutLine, 'heavy-01', ['1', '2', '3', '4', '5', '6', '7', '8'], [0, 1, 2]);
    const landed = await batch(asks);
    expect(landed.map((one) => one.id)).toEqual(asks.map((ask) => ask.id));
    expectRight(landed);
    expect(ways(landed.slice(8))).toEqual(['in-app']);
  });

  it('sees panels that are far below the fold, in the second window too', async () => {
    expectRight(await batch(lines(cutLine, 'heavy', ['1', '16', '25', '40'], [0, 3])));
  });

  it('opens collapsed rows', async () => {
    expectRight(await batch(lines(cutLine, 'rows', ['1', '3', '4'], [0, 1])));
  });

  it('cuts at the device scale factor', async () => {
    const [one, two] = await batch([cutLine('demo', '1', 0), { ...cutLine('demo', '1', 0), deviceScaleFactor: 2 }]);
    expect(picture(two).width).toBe(picture(one).width * 2);
    expect(picture(two).height).toBe(picture(one).height * 2);
  });

  it('is the same picture, pixel by pixel, as a fresh load gives', async () => {
    const panels = ['1', '3', '4', '5', '6'];
    const fast = (await batch(lines(cutLine, 'demo', panels, [0, 1]))).slice(panels.length);
    const other = await Rounds.start({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken } });
    try {
      const fresh = await batch(lines(cutLine, 'demo', panels, [1]), other);
      expect(ways(fast)).toEqual(['in-app']);
      expect(ways(fresh)).toEqual(['cold']);
      for (const [i, one] of fast.entries()) expect(picture(one).different(picture(fresh[i])), one.id).toBeLessThanOrEqual(16); // edges of shapes, drawn in parts
    } finally { await other.stop(); }
  });
});

describe('solo', () => {
  it('goes between panels and windows inside the application', async () => {
    const landed = await batch(lines(soloLine, 'heavy-02', ['1', '2', '3', '4'], [0, 1]));
    expectRight(landed);
    expect(ways(landed.slice(1))).toEqual(['in-app']);
    expect([picture(landed[0]).width, picture(landed[0]).height]).toEqual([800, 400]);
  });
});

describe('the older front end', () => {
  it('is loaded anew for other values of its variables: nothing in its data would tell whose they are', async () => {
    const line = (host: string, n: number): Line => {
      const one = cutLine('legacy-host', '3', n);
      return { ...one, id: `${host}/${n}`, url: `${one.url}&var-host=${host}` };
    };
    const landed = await batch([line('web-01', 0), line('web-01', 1), line('db-02', 1), line('db-02', 0)]);
    expect(landed.map((one) => [one.status, one.how])).toEqual([['ok', expect.any(String)], ['ok', 'in-app'], ['ok', 'warm'], ['ok', 'in-app']]);
    for (const one of landed) {
      const [host, n] = one.id!.split('/');
      expect(picture(one).count(stampColour(`legacy-host/3/${host}`, window(+n).from, window(+n).to)), one.id).toBeGreaterThan(40);
    }
  });

  it('is cut in-application, and its solo pages are loaded anew', async () => {
    const cuts = await batch(lines(cutLine, 'legacy-demo', ['1', '2'], [0, 1]));
    expectRight(cuts);
    const solos = await batch(lines(soloLine, 'legacy-demo', ['1', '2'], [0, 1]));
    expectRight(solos);
    expect(ways(solos)).not.toContain('in-app');
  });
});

describe('traps', () => {
  it('answers that take any time: never the former window, never a neighbour', async () => {
    await grafana.faults({ queryDelay: { minMs: 0, maxMs: 800, seed: 7 } });
    expectRight(await batch(lines(cutLine, 'heavy-03', ['1', '2', '4', '6', '8', '10'], [0, 1, 2])));
    expectRight(await batch(lines(soloLine, 'heavy-03', ['1', '2', '4'], [0, 1, 2])));
  });

  it('several at once, of one identity on one browser: each has its own size and panel', async () => {
    const sizes = [[400, 300], [900, 200], [640, 480], [500, 500]];
    const ask = async ([width, height]: number[], i: number, n: number) => {
      const panel = 1 + i, { from, to } = window(n + i);
      const url = `${grafana.url}/d-solo/heavy-01/x?orgId=1&panelId=${panel}&timezone=utc&from=${from}&to=${to}`;
      const got = await Picture.of(await rounds.render({ url, width, height, timeout: 60 }));
      expect([got.width, got.height]).toEqual([width, height]);
      expect(got.count(stampColour(`heavy-01/${panel}`, from, to)), `${width} x ${height}`).toBeGreaterThan(40);
    };
    for (const n of [0, 10, 20]) await Promise.all(sizes.map((size, i) => ask(size, i, n)));
  });

  it('pages that overflow show no scroll bars and have the full width', async () => {
    const tall = '<div style="height:3000px;width:4000px;background:#cc0011"></div>';
    const site = await Site.start({
      '/window': `<!doctype html><body style="margin:0">${tall}`,
      '/inside': `<!doctype html><body style="margin:0"><div style="height:100vh;overflow:scroll">${tall}</div>`,
    });
    try {
      for (const path of ['/window', '/inside']) {
        const got = await Picture.of(await rounds.render({ url: `${site.url}${path}`, width: 500, height: 300 }));
        expect([got.width, got.height, got.count('#cc0011')], path).toEqual([500, 300, 500 * 300]);
      }
    } finally { await site.stop(); }
  });

  it('a leaking counter of running queries does not keep a picture waiting', async () => {
    await grafana.faults({ leakRunningCount: true });
    const begun = Date.now();
    expectRight(await batch(lines(soloLine, 'heavy-04', ['1', '2'], [0, 1])));
    expect(Date.now() - begun, 'far from the deadline of a minute each').toBeLessThan(30_000);
  });

  it('going back to a window asks again, and shows it', async () => {
    expectRight(await batch(lines(cutLine, 'heavy-05', ['1', '2'], [0, 1, 0, 1])));
  });

  it('going from dashboard to dashboard and back', async () => {
    expectRight(await batch(['heavy-06', 'heavy-07', 'heavy-06'].flatMap((uid) => lines(cutLine, uid, ['1', '2'], [0, 1]))));
  });

  it('a page whose scripts have grown beyond the setting is loaded anew', async () => {
    const frugal = await Rounds.start({
      settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken, ROUNDS_BROWSER_DOCUMENT_HEAP: '1MiB' },
    });
    try {
      const landed = await batch(lines(soloLine, 'heavy-08', ['1', '2'], [0]), frugal);
      expectRight(landed);
      expect(ways(landed)).not.toContain('in-app');
    } finally { await frugal.stop(); }
  });

  it('a failed ask does not end the visit, and says why', async () => {
    const landed = await batch([
      cutLine('faults', '6', 0), cutLine('faults', '1', 0), cutLine('faults', '2', 0), cutLine('faults', '99', 0),
      cutLine('gone', '1', 0), cutLine('demo', '1', 0), soloLine('demo', '77', 0), soloLine('demo', '2', 0),
    ]);
    expect(landed.map((one) => one.outcome)).toEqual(
      ['ok', 'query_error', 'no_data', 'panel_missing', 'dashboard_missing', 'ok', 'panel_missing', 'ok']);
    expect(landed[1].message).toContain('connection to database refused');
    expect(landed[3].status).toBe('target_missing');
    expectRight([landed[5], landed[7]]);
  });
});

describe('traps inside the application', () => {
  /* One that has not met the older front end at this address, whose solo pages do not follow. */
  let young: Rounds;
  const asked = (asks: Line[]) => batch(asks, young);
  beforeAll(async () => { young = await Rounds.start({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken } }); });
  afterAll(async () => { await young?.stop(); });

  it('a query that the application begins and gives up at once: its second one counts', async () => {
    await grafana.faults({ cancelFirstQuery: true });
    expectRight(await asked(lines(soloLine, 'heavy-09', ['1'], [0]))); // from here on the application is loaded
    await grafana.hook('requests/clear');
    // The answer is far enough away that reading the dashboard comes first on any machine.
    await grafana.faults({ queryDelay: { fixedMs: 2500 }, dashboards: { 'heavy-09': { delayMs: 300 } } });
    const landed = await asked(lines(soloLine, 'heavy-09', ['1'], [1, 2]));
    expectRight(landed);
    expect(ways(landed)).toEqual(['in-app']);
    const queries = (await grafana.seen()).requests.filter((r) => r.path === '/api/ds/query');
    expect(queries.filter((r) => r.status === 0).length, 'cut off before an answer').toBeGreaterThan(0);
  });

  it('the same once more is asked for anew, with its data', async () => {
    for (const make of [soloLine, cutLine]) {
      expectRight(await asked([make('heavy-04', '1', 5)]));
      await grafana.hook('requests/clear');
      expectRight(await asked([make('heavy-04', '1', 5)]));
      expect((await grafana.seen()).requests.filter((r) => r.path === '/api/ds/query').length).toBeGreaterThan(0);
    }
  });

  it('the range in any form, milliseconds or ISO times; a relative one is never taken from what the page has', async () => {
    const iso = (n: number, ask: Line): Line => ({ ...ask, url: ask.url.replace(String(window(n).from), new Date(window(n).from).toISOString()).replace(String(window(n).to), new Date(window(n).to).toISOString()) });
    for (const make of [soloLine, cutLine]) {
      expectRight(await asked([make('heavy-10', '1', 0)]));
      const landed = await asked([make('heavy-10', '1', 1), iso(2, make('heavy-10', '1', 2)), make('heavy-10', '1', 3), iso(4, make('heavy-10', '1', 4))]);
      expectRight(landed);
      expect(ways(landed)).toEqual(['in-app']);

      await grafana.hook('requests/clear');
      const relative = { ...make('heavy-10', '1', 0), url: make('heavy-10', '1', 0).url.replace(/from=\d+&to=\d+/, 'from=now-6h&to=now') };
      const now = [...await asked([relative]), ...await asked([relative])];
      expect(now.map((one) => one.status)).toEqual(['ok', 'ok']);
      const queries = (await grafana.seen()).requests.filter((r) => r.path === '/api/ds/query' && r.status === 200);
      expect(queries.length, 'each asks the data source itself').toBeGreaterThanOrEqual(2);
      if (make === soloLine) expect(picture(now[0]).different(picture(now[1])), 'the time has moved on').toBeGreaterThan(0);
    }
  });
});

describe('paranoia', () => {
  it('compares fast pictures with fresh loads and finds none that differs', async () => {
    const careful = await Rounds.start({
      settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken }, args: ['--rounds.paranoia=1'],
    });
    try {
      expectRight(await batch(lines(cutLine, 'heavy-08', ['1', '2', '3', '4', '5', '6'], [0, 1, 2]), careful));
      const metrics = await (await careful.get('/metrics')).text();
      expect(metrics).toMatch(/rounds_fidelity_checks_total\{outcome="same"\} 12/);
      expect(metrics).not.toContain('rounds_fidelity_checks_total{outcome="different"}');
    } finally { await careful.stop(); }
  });

  it('is counted on the System page, those that differ too; the fresh picture is the one that is kept', async () => {
    const careful = await Rounds.start({ ...platform, settings: grafanaSettings(grafana.url), env: { ...platform.env, TEST_GRAFANA_TOKEN: viewerToken }, args: ['--rounds.paranoia=1'] });
    const said = async () => (await admin.get('/system')).json.fidelity;
    const admin = await Caller.signIn(careful, await Description.of(careful));
    try {
      expect(await said()).toEqual({ checked: 0, different: 0 });
      await batch([cutLine('heavy-08', '1', 0)], careful); // a document of its own is not checked
      expectRight(await batch([cutLine('heavy-08', '1', 1)], careful));
      expect(await said()).toEqual({ checked: 1, different: 0 });

      await grafana.faults({ panels: { 'heavy-08/1': { noData: true, times: 1 } } }); // the fresh load will have some
      const landed = await batch([cutLine('heavy-08', '1', 2)], careful);
      expectRight(landed);
      expect(landed[0].outcome).toBe('ok');
      expect(await said()).toEqual({ checked: 2, different: 1 });
      expect(await (await careful.get('/metrics')).text()).toMatch(/rounds_fidelity_checks_total\{outcome="different"\} 1/);
    } finally { await careful.stop(); }
  });
});

describe('the answer', () => {
  it('is multipart for those who ask for it', async () => {
    const answer = await fetch(`${rounds.url}/render/batch`, {
      method: 'POST', headers: { 'X-Auth-Token': 'a-token-of-the-tests-0123456789', Accept: 'multipart/mixed' },
      body: JSON.stringify(soloLine('demo', '1', 0)),
    });
    const boundary = /boundary=(.*)$/.exec(answer.headers.get('content-type')!)![1];
    const body = Buffer.from(await answer.arrayBuffer()).toString('latin1');
    expect(body.startsWith(`--${boundary}\r\nContent-Type: image/png\r\n`)).toBe(true);
    expect(body.endsWith(`--${boundary}--\r\n`)).toBe(true);
  });

  it('names the line that is wrong, and nothing is rendered', async () => {
    const ask = async (body: string) => {
      const answer = await fetch(`${rounds.url}/render/batch`, { method: 'POST', body, headers: { 'X-Auth-Token': 'a-token-of-the-tests-0123456789' } });
      return [answer.status, await answer.text()];
    };
    expect(await ask('')).toEqual([400, 'the body has no lines\n']);
    expect(await ask(`${JSON.stringify(soloLine('demo', '1', 0))}\n{oops`)).toEqual([400, 'line 2 is not a JSON object\n']);
    expect((await ask(JSON.stringify({ ...soloLine('demo', '1', 0), width: 'wide' })))[1]).toContain("line 1: invalid 'width'");
    expect((await ask(JSON.stringify({ ...soloLine('demo', '1', 0), panel: '2' })))[1]).toContain('/d/');
  });
});
