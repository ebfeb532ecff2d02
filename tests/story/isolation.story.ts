// What two callers share, and what they never do. Grafana's own calls bring a new key each time; they may share
// a warm tab, washed in between. Nothing of the one may be had by the other.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Grafana, stampColour, viewerToken } from './lib/grafana.js';
import { Picture } from './lib/picture.js';
import { grafanaSettings, Rounds } from './lib/rounds.js';

const from = 1763000000000, to = from + 21600000;
let grafana: Grafana;
beforeAll(async () => { grafana = await Grafana.start('--traces', '--grafana', '12.3.0', '--render-auth', 'cache'); });
afterAll(async () => { await grafana?.stop(); });

const solo = (uid: string, panel = 1, org = 1) =>
  `${grafana.url}/d-solo/${uid}/x?orgId=${org}&panelId=${panel}&from=${from}&to=${to}&timezone=utc`;
async function renderAs(rounds: Rounds, who: object, url: string) {
  return rounds.render({ url, width: 800, height: 400, renderKey: await grafana.renderKey(who), domain: '127.0.0.1' });
}
const traces = async () => (await (await fetch(`${grafana.url}/__test/traces`)).json()).traces as { mine: string; found: unknown[] }[];

for (const isolation of ['wash', 'context', 'process']) {
  describe(`isolation = ${isolation}`, () => {
    it('leaves nothing of one key to the next', async () => {
      await grafana.reset();
      const rounds = await Rounds.start({ args: [`--render.isolation=${isolation}`, '--browser.max=1', '--browser.min=1'] });
      try {
        for (const who of [{ orgId: 1, userId: 1, role: 'Admin' }, { orgId: 2, userId: 2, role: 'Viewer' }, { orgId: 1, userId: 2, role: 'Viewer' }]) {
          const uid = who.orgId === 2 ? 'branch' : 'demo';
          const picture = await Picture.of(await renderAs(rounds, who, solo(uid, 1, who.orgId)));
          expect(picture.has(stampColour(`${uid}/1`, from, to)), JSON.stringify(who)).toBe(true);
        }
        const seen = await traces();
        expect(seen.length).toBeGreaterThanOrEqual(3);
        expect(new Set(seen.map((trace) => trace.mine)).size).toBe(3);
        for (const trace of seen) expect(trace.found, `what ${trace.mine} found`).toEqual([]);
      } finally { await rounds.stop(); }
    });
  });
}

describe('isolation = wash', () => {
  it('does not show the former caller\'s dashboards to one who may not see them', async () => {
    await grafana.reset();
    const rounds = await Rounds.start({ args: ['--browser.max=1', '--render.strict_drop_in=true'] });
    try {
      expect((await renderAs(rounds, { orgId: 1, userId: 1, role: 'Admin' }, solo('secret'))).status).toBe(200);
      const refused = await renderAs(rounds, { orgId: 1, userId: 2, role: 'Viewer' }, solo('secret'));
      expect(refused.headers.get('x-rounds-status')).toMatch(/^dashboard_missing/);
      expect(refused.status).toBe(502);
      expect((await renderAs(rounds, { orgId: 1, userId: 2, role: 'Viewer' }, solo('demo'))).status).toBe(200);
    } finally { await rounds.stop(); }
  });

  it('keeps scripts warm: the second key is served from a washed tab', async () => {
    const rounds = await Rounds.start({ args: ['--browser.max=1'] });
    try {
      for (const userId of [1, 2]) await renderAs(rounds, { orgId: 1, userId, role: 'Viewer' }, solo('demo'));
      expect(await (await rounds.get('/metrics')).text()).toMatch(/rounds_browser_leases_total\{tab="washed"\} 1/);
    } finally { await rounds.stop(); }
  });
});

describe('our own credential', () => {
  it('never shares a tab with Grafana\'s keys', async () => {
    await grafana.reset();
    const rounds = await Rounds.start({
      settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken }, args: ['--browser.max=1'],
    });
    try {
      await Picture.of(await rounds.render({ url: solo('demo'), width: 800, height: 400 }));
      await Picture.of(await renderAs(rounds, { orgId: 1, userId: 1, role: 'Admin' }, solo('demo')));
      await Picture.of(await rounds.render({ url: solo('demo', 2), width: 800, height: 400 }));
      for (const trace of await traces()) expect(trace.found, `what ${trace.mine} found`).toEqual([]);
      const metrics = await (await rounds.get('/metrics')).text();
      expect(metrics).toMatch(/rounds_browser_leases_total\{tab="washed"\} 0/);
    } finally { await rounds.stop(); }
  });
});
