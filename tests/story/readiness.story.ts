// The picture is taken when the page is ready, not before and not much later; else the answer names what was missing.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Grafana, stampColour, viewerToken } from './lib/grafana.js';
import { Picture } from './lib/picture.js';
import { grafanaSettings, Rounds } from './lib/rounds.js';
import { Site } from './lib/site.js';

const from = 1763000000000, to = 1763021600000;
let grafana: Grafana, rounds: Rounds;

beforeAll(async () => {
  grafana = await Grafana.start();
  rounds = await Rounds.start({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken } });
});
afterEach(async () => { await grafana.reset(); });
afterAll(async () => { await rounds?.stop(); await grafana?.stop(); });

const page = (uid: string, panel?: number | string, at = from, more = '', base = grafana.url) =>
  `${base}/${panel === undefined ? 'd' : 'd-solo'}/${uid}/x?orgId=1${panel === undefined ? '' : `&panelId=${panel}`}&from=${at}&to=${to}&timezone=utc${more}`;
const status = (answer: Response) => answer.headers.get('x-rounds-status') ?? '';

describe('data', () => {
  it('of a slow query are waited for, cold and again in the loaded page', async () => {
    await grafana.faults({ queryDelay: { fixedMs: 1500 } });
    for (const at of [from, from + 3600000, from + 7200000]) {
      const picture = await Picture.of(await rounds.render({ url: page('gateway', 1, at), timeout: 30 }));
      expect(picture.has(stampColour('gateway/1', at, to)), `from ${at}`).toBe(true);
    }
  });

  it('of every panel of a dashboard, each as slow as it likes', async () => {
    await grafana.faults({ queryDelay: { minMs: 0, maxMs: 1500, seed: 7 } });
    const picture = await Picture.of(await rounds.render({ url: page('gateway', undefined, from, '&kiosk'), width: 1400, height: -1, timeout: 40 }));
    for (let panel = 1; panel <= 6; panel++) expect(picture.has(stampColour(`gateway/${panel}`, from, to)), `panel ${panel}`).toBe(true);
  });

  it('of a stream are shown as far as they have come', async () => {
    const answer = await rounds.render({ url: page('faults', 5), timeout: 20 });
    expect(answer.status, await answer.clone().text()).toBe(200);
  });

  it('text panels need none', async () => {
    for (const url of [page('text', 1), page('faults', 8), page('legacy-faults', 8)]) {
      const answer = await rounds.render({ url, timeout: 20 });
      expect([url, answer.status]).toEqual([url, 200]);
      expect((await Picture.of(answer)).colours()).toBeGreaterThan(5);
    }
  });

  it('panels of an error are ready, too', async () => {
    expect(status(await rounds.render({ url: page('faults', 1), timeout: 20 }))).toMatch(/^query_error/);
  });

  it('a panel that crashes while drawing ends before the deadline', async () => {
    expect((await rounds.render({ url: page('faults', 9), timeout: 20 })).status).not.toBe(408);
  });

  it('are those of the panel\'s own range, where it has one', async () => {
    for (const panel of [2, 3]) expect((await rounds.render({ url: page('timefrom', panel), timeout: 20 })).status).toBe(200);
  });
});

describe('what comes late', () => {
  it('repeats that appear after the first silence', async () => {
    await grafana.faults({ lateRepeatsMs: 1500 });
    const picture = await Picture.of(await rounds.render({ url: page('host', undefined, from, '&kiosk&var-host=web-01&var-host=db-02'), width: 1400, height: -1, timeout: 30 }));
    for (const host of ['web-01', 'db-02']) expect(picture.has(stampColour(`host/2/${host}`, from, to)), host).toBe(true);
  });

  it('panels below the first screen, on every kind of front end', async () => {
    for (const version of ['11.6.0', '12.3.0', '13.1.1', '9.4.7']) {
      const other = await Grafana.start('--grafana', version);
      const service = await Rounds.start({ settings: grafanaSettings(other.url), env: { TEST_GRAFANA_TOKEN: viewerToken } });
      try {
        const answer = await service.render({ url: page('demo', undefined, from, '&kiosk', other.url), width: 1000, height: -1, timeout: 40 });
        const picture = await Picture.of(answer);
        expect(picture.height).toBeGreaterThan(700);
        for (const panel of [1, 2, 9]) expect(picture.has(stampColour(`demo/${panel}`, from, to)), `${version}: panel ${panel}; ${status(answer)}`).toBe(true);
      } finally { await service.stop(); await other.stop(); }
    }
  });

  it('the older front end', async () => {
    for (const at of [from, from + 3600000]) {
      const picture = await Picture.of(await rounds.render({ url: page('legacy-demo', 1, at), timeout: 30 }));
      expect(picture.has(stampColour('legacy-demo/1', at, to))).toBe(true);
    }
  });

  it('scripts and styles that are slow to load', async () => {
    await grafana.faults({ slowAssetsMs: 400 });
    const other = await Rounds.start({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken } });
    try {
      expect((await Picture.of(await other.render({ url: page('demo', 1), timeout: 40 }))).has(stampColour('demo/1', from, to))).toBe(true);
    } finally { await other.stop(); }
  });

  it('a running-query counter that never comes back to zero holds nobody up', async () => {
    await grafana.faults({ leakRunningCount: true, queryDelay: { fixedMs: 300 } });
    for (const at of [from, from + 60000, from + 120000]) {
      expect((await Picture.of(await rounds.render({ url: page('demo', 2, at), timeout: 20 }))).has(stampColour('demo/2', at, to))).toBe(true);
    }
  });
});

describe('in a browser that has never been there', () => {
  const fresh = async (faults: object, what: (own: Rounds) => Promise<void>) => {
    const own = await Rounds.start({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken } });
    try { await grafana.faults(faults); await what(own); } finally { await own.stop(); }
  };

  it('a panel\'s own icons are on its first picture', async () => {
    let whole: Picture, first: Picture;
    const shot = async (own: Rounds) => Picture.of(await own.render({ url: page('faults', 1), width: 600, height: 300, timeout: 30 }));
    await fresh({}, async (own) => { await shot(own); whole = await shot(own); });
    await fresh({ paths: [{ path: '/public/build/img/icons', delayMs: 1000 }] }, async (own) => { first = await shot(own); });
    expect(first!.different(whole!)).toBe(0);
  });

  it('an icon that never comes does not hold the picture up', async () => {
    await fresh({ paths: [{ path: '/public/build/img/icons', hang: true }] }, async (own) => {
      expect((await own.render({ url: page('faults', 1), width: 600, height: 300, timeout: 30 })).status).toBe(200);
    });
  });

  it('a web font alone holds the picture back, and is named at the deadline', async () => {
    await fresh({ paths: [{ path: '/public/fonts', hang: true }] }, async (own) => {
      const answer = await own.render({ url: page('demo', 1), timeout: 6 });
      expect([answer.status, /missing=(\w+)/.exec(status(answer))?.[1]]).toEqual([408, 'fonts']);
      expect((await grafana.seen()).requests.filter((r) => r.status === 200 && r.path.endsWith('/api/ds/query')).length).toBeGreaterThan(0);
    });
    await grafana.reset();
    await fresh({ paths: [{ path: '/public/fonts', delayMs: 1500 }] }, async (own) => {
      expect((await own.render({ url: page('demo', 1), timeout: 30 })).status).toBe(200);
      const fonts = (await grafana.seen()).requests.filter((r) => r.path.startsWith('/public/fonts'));
      expect(fonts.length).toBeGreaterThan(0);
      expect(fonts.every((r) => r.status === 200), 'all had come').toBe(true);
    });
  });
});

describe('a page that is no dashboard', () => {
  it('is waited for until it is quiet: web fonts, late pictures, scripts that add to it', async () => {
    const site = await Site.start({
      '/': '<!doctype html><body style="margin:0;background:#fff"><img id=i width=50 height=50><script>setTimeout(()=>{i.src="/late.svg"},200)</script>',
      '/late.svg': (_req, res) => setTimeout(() => res.writeHead(200, { 'content-type': 'image/svg+xml' })
        .end('<svg xmlns="http://www.w3.org/2000/svg" width="50" height="50"><rect width="50" height="50" fill="#cc0011"/></svg>'), 700),
    });
    try {
      const picture = await Picture.of(await rounds.render({ url: `${site.url}/`, width: 100, height: 100 }));
      expect(picture.at(20, 20)).toBe('#cc0011');
    } finally { await site.stop(); }
  });

  it('is not waited for for ever when it never is', async () => {
    const site = await Site.start({ '/': '<!doctype html><body><div id=d>x</div><script>let n=0;setInterval(()=>{d.textContent=n++;fetch("/beat").catch(()=>0)},50)</script>', '/beat': 'x' });
    try {
      const answer = await rounds.render({ url: `${site.url}/`, width: 100, height: 100, timeout: 3 });
      expect(answer.status).toBe(408);
      expect(status(answer)).toMatch(/missing=(quiet|network)/);
    } finally { await site.stop(); }
  });
});

describe('at the deadline', () => {
  const expired = async (url: string, faults: object) => {
    await grafana.faults(faults);
    const answer = await rounds.render({ url, timeout: 2 });
    return [answer.status, /missing=(\w+)/.exec(status(answer))?.[1], await answer.text()] as const;
  };

  it.each([
    ['a query', () => page('gateway', 2, from + 1000), { panels: { 'gateway/2': { hang: true } } }, 'queries'],
    ['the document', () => page('demo', 1), { hangPages: true }, 'document'],
    ['the application', () => page('demo', 1, from, '&fresh=1'), { boot: 'hang' }, 'application'],
  ] as [string, () => string, object, string][])('%s that never comes is named', async (_what, url, faults, missing) => {
    const [code, name, text] = await expired(url(), faults);
    expect([code, name]).toEqual([408, missing]);
    expect(text).toContain(missing);
    expect(await (await fetch(`${rounds.url}/metrics`)).text()).toContain(`rounds_render_missing_total{what="${missing}"}`);
  });

  it('a page whose script never ends does not take the browser with it', async () => {
    expect((await rounds.render({ url: page('spin'), timeout: 3 })).status).toBeGreaterThanOrEqual(200);
    expect((await Picture.of(await rounds.render({ url: page('demo', 1) }))).has(stampColour('demo/1', from, to))).toBe(true);
  });

  it('the picture as it stands, where the setting wants it', async () => {
    const other = await Rounds.start({ settings: grafanaSettings(grafana.url, undefined, 'render: {on_timeout: picture}\n'), env: { TEST_GRAFANA_TOKEN: viewerToken } });
    try {
      await Picture.of(await other.render({ url: page('demo', 1, from + 1000), timeout: 40 })); // it has started, and knows the application
      await grafana.faults({ panels: { 'demo/2': { hang: true } } });
      const answer = await other.render({ url: page('demo', undefined, from, '&kiosk'), timeout: 8, width: 1200, height: 900 });
      expect(status(answer)).toMatch(/^loading;.*missing=queries/);
      expect((await Picture.of(answer)).has(stampColour('demo/1', from, to))).toBe(true);
    } finally { await other.stop(); }
  });
});
