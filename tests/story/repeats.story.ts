// Panels that repeat: each value is a shot, cut out of one page that shows them all where Grafana tells its repeats apart.
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Caller, Description, platform } from './lib/api.js';
import { Grafana, stampColour, viewerToken } from './lib/grafana.js';
import { Picture } from './lib/picture.js';
import { Rounds } from './lib/rounds.js';
import { good, makePlan, runRound, shotsOf, sixHours, yesterday } from './lib/round.js';

const hosts = ['web-01', 'web-02', 'db-01', 'db-02'], sites = ['北京', '上海', '深圳'];

for (const major of ['12', '11', '13']) describe(`repeats of Grafana ${major}`, () => {
  let rounds: Rounds, grafana: Grafana, admin: Caller, source: string, shots: any[], pages: string[];

  const pictureOf = async (s: any) => new Picture((await admin.get(`/shots/${s.id}/picture`)).bytes);
  const of = (uid: string, panel: string) => shots.filter((s) => s.dashboard.uid === uid && s.panel.key === panel);
  const expectStamp = async (s: any, seed: string) => {
    const picture = await pictureOf(s);
    expect(picture.count(stampColour(seed, Date.parse(s.window.from), Date.parse(s.window.to))), `${seed} ${s.window.name}`).toBeGreaterThan(50);
    return picture;
  };

  beforeAll(async () => {
    grafana = await Grafana.start('--grafana', `${major}.2.0`);
    rounds = await Rounds.start(platform);
    admin = await Caller.signIn(rounds, await Description.of(rounds));
    source = await admin.source(grafana.url, viewerToken);
    const plan = await makePlan(admin, source, ['host', 'fleet'], { windows: [sixHours, yesterday] });
    const round = await runRound(admin, plan, { moment: '2026-11-23T02:00:00Z' });
    shots = await shotsOf(admin, round.id);
    pages = (await grafana.seen()).requests.filter((r) => r.path.startsWith('/d/')).map((r) => `${r.path}?${r.query}`);
  });
  afterAll(async () => { await rounds?.stop(); await grafana?.stop(); });

  it('are all there, of each window, none failed', () => {
    expect(shots.filter((s) => s.outcome !== 'ok').map((s) => [s.panel.key, s.variables, s.message])).toEqual([]);
    expect(of('host', '2').map((s) => s.variables.host)).toEqual(hosts.flatMap((h) => [h, h]));
    expect(of('fleet', '1').map((s) => s.variables.site)).toEqual(sites.flatMap((x) => [x, x]));
  });

  it('show their own value, as they stand on the dashboard', async () => {
    for (const s of of('host', '2')) {
      const picture = await expectStamp(s, `host/2/${s.variables.host}`);
      expect(Math.abs(picture.width - 580), 'two in a row of 1200').toBeLessThan(20);
    }
  });

  it('of a row, too: its clones carry panels of the same keys', async () => {
    for (const s of [...of('fleet', '1'), ...of('fleet', '2')]) await expectStamp(s, `fleet/${s.panel.key}/${s.variables.site}`);
    const twins = await Promise.all(of('fleet', '1').filter((s) => s.window.name === '六小时').map(pictureOf));
    expect(new Set(twins.map((p) => p.width)).size).toBe(1);
  });

  it('have their own numbers behind them, word for word', async () => {
    for (const s of of('host', '2').filter((x) => x.window.name === '六小时')) {
      const data = good(await admin.get(`/shots/${s.id}/data`));
      expect(data.series.map((x: any) => x.name), s.variables.host).toEqual([s.variables.host]);
      expect(good(await admin.get(`/shots/${s.id}/frames`)).answers).toHaveLength(1);
    }
  });

  it('cost no page load each', () => {
    expect(pages.filter((p) => p.includes('var-')), 'no page of a single value').toEqual([]);
    expect(pages.length, pages.join('\n')).toBeLessThanOrEqual(6);
  });
});

describe('repeats of the older front end', () => {
  let rounds: Rounds, grafana: Grafana, admin: Caller;
  beforeAll(async () => {
    grafana = await Grafana.start();
    rounds = await Rounds.start(platform);
    admin = await Caller.signIn(rounds, await Description.of(rounds));
  });
  afterAll(async () => { await rounds?.stop(); await grafana?.stop(); });

  it('are taken out of a page of their own value', async () => {
    const source = await admin.source(grafana.url, viewerToken);
    const plan = await makePlan(admin, source, ['legacy-host'], { windows: [sixHours, yesterday], selections: [{ source, dashboard: 'legacy-host', panels: [1, 2] }] });
    const round = await runRound(admin, plan, { moment: '2026-11-23T02:00:00Z' });
    const shots = await shotsOf(admin, round.id);
    expect(shots.map((s) => s.outcome)).toEqual(Array(10).fill('ok'));
    for (const s of shots) {
      const seed = s.panel.key === '1' ? 'legacy-host/1' : `legacy-host/2/${s.variables.host}`;
      const picture = new Picture((await admin.get(`/shots/${s.id}/picture`)).bytes);
      expect(picture.count(stampColour(seed, Date.parse(s.window.from), Date.parse(s.window.to))), `${seed} ${s.window.name}`).toBeGreaterThan(50);
    }
    const zip = (await admin.get(`/rounds/${round.id}/report?format=zip&language=en`)).bytes;
    const read = 'import sys,io,zipfile; z=zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read())); sys.stdout.buffer.write(z.read([n for n in z.namelist() if n.endswith("manifest.json")][0]))';
    const manifest = JSON.parse(execFileSync('python3', ['-c', read], { input: zip, encoding: 'utf8', maxBuffer: 1 << 26 }));
    const repeated = manifest.shots.filter((s: any) => s.panel_key === '2');
    expect(repeated).toHaveLength(8);
    for (const s of repeated) expect(new URL(s.meta.url).searchParams.getAll('var-host'), 'the page that was used').toEqual([s.variables.host]);
  });
});
