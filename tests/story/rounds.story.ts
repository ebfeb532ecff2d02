// Rounds: the ten commands that the documentation promises, what a picture shows, what cannot be taken, who starts and stops one.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminPassword, Caller, Description, platform } from './lib/api.js';
import { Grafana, stampColour, viewerToken } from './lib/grafana.js';
import { Live } from './lib/live.js';
import { Picture } from './lib/picture.js';
import { Rounds, run } from './lib/rounds.js';
import { finished, good, isOver, makePlan, runRound, shotsOf, sixHours, yesterday } from './lib/round.js';

let rounds: Rounds, grafana: Grafana, admin: Caller, source: string;

beforeAll(async () => {
  grafana = await Grafana.start();
  rounds = await Rounds.start(platform);
  admin = await Caller.signIn(rounds, await Description.of(rounds));
  source = await admin.source(grafana.url, viewerToken);
});
afterAll(async () => { await rounds?.stop(); await grafana?.stop(); });

describe('the ten commands of the documentation', () => {
  it('go from nothing to a signed round', async () => {
    const text = readFileSync(fileURLToPath(new URL('../../docs/ten-commands.md', import.meta.url)), 'utf8');
    const blocks = [...text.matchAll(/^( *)```sh\n([\s\S]*?)^\1```$/gm)].map((m) => m[2]!.replaceAll(new RegExp(`^${m[1]}`, 'gm'), ''));
    const [serve, setup, ...commands] = blocks;
    expect(serve).toContain('rounds serve');
    expect(commands).toHaveLength(10);
    expect(commands.every((c) => c.includes('curl '))).toBe(true);
    const folder = mkdtempSync(join(tmpdir(), 'rounds-curl-'));
    try {
      const ours = `api=${rounds.url}/api/v1\npassword='${adminPassword}'\ngrafana=${grafana.url}\nservice_account_token=${viewerToken}\n`;
      const script = `set -eu\n${setup}\n${ours}\n${commands.map((c, i) => `echo "command ${i + 1}"\n${c}`).join('\n')}\necho; echo "round=$round"\n`;
      writeFileSync(join(folder, 'ten.sh'), script);
      const { stdout } = await promisify(execFile)('bash', ['ten.sh'], { cwd: folder });
      expect(stdout).toContain('command 10');
      const id = /^round=(.*)$/m.exec(stdout)![1]!;
      const round = good(await admin.get(`/rounds/${id}`));
      expect(round).toMatchObject({ state: 'signed', plan_name: 'Morning round', trigger: 'api', undecided: 0, failed: 0 });
      expect(round.total).toBe(round.normal);
      expect(round.signoffs).toHaveLength(1);
      expect(readFileSync(join(folder, 'round.zip')).subarray(0, 2).toString()).toBe('PK');
      expect(readFileSync(join(folder, 'sheet.jpg')).subarray(0, 3).toString('hex')).toBe('ffd8ff');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a round', () => {
  let round: any, shots: any[];
  beforeAll(async () => {
    round = await runRound(admin, await makePlan(admin, source, ['demo', 'gateway'], { windows: [sixHours, yesterday] }), { moment: '2026-11-23T02:00:00Z' });
    shots = await shotsOf(admin, round.id);
  });

  it('takes every panel in every window, at the moment asked for', async () => {
    expect(round).toMatchObject({ state: 'finished', failed: 0, timezone: 'Asia/Shanghai', started_by: 'Administrator', trigger: 'hand', moment_at: '2026-11-23T02:00:00.000Z' });
    expect(round.windows.map((w: any) => [w.name, w.from, w.to])).toEqual([
      ['六小时', '2026-11-22T20:00:00.000Z', '2026-11-23T02:00:00.000Z'],
      ['昨天上午', '2026-11-22T01:00:00.000Z', '2026-11-22T04:00:00.000Z'],
    ]);
    expect(shots.every((s) => s.state === 'done' && s.outcome === 'ok'), JSON.stringify(shots.filter((s) => s.outcome !== 'ok'))).toBe(true);
    expect(new Set(shots.map((s) => `${s.dashboard.uid}/${s.panel.key}/${s.window.name}/${s.order}`)).size).toBe(shots.length);
    const timeSeries = shots.filter((s) => s.dashboard.uid === 'demo' && s.panel.key === '1');
    expect(timeSeries.map((s) => s.window.name)).toEqual(['六小时', '昨天上午']);
  });

  it('has pictures that show this panel\'s data of this window, and nothing else', async () => {
    for (const s of shots.filter((x) => x.has_data)) {
      const picture = await Picture.of(await fetch(`${rounds.url}/api/v1/shots/${s.id}/picture`, { headers: { Cookie: admin.cookie } }));
      const colour = stampColour(`${s.dashboard.uid}/${s.panel.key}`, Date.parse(s.window.from), Date.parse(s.window.to));
      expect(picture.count(colour), `${s.dashboard.uid}/${s.panel.key} ${s.window.name}`).toBeGreaterThan(50);
      expect([picture.width, picture.height]).toEqual([s.picture.width, s.picture.height]);
    }
    expect(shots.filter((s) => s.has_data).length).toBeGreaterThan(20);
  });

  it('keeps how each picture came about', async () => {
    for (const listed of shots.filter((x) => x.picture)) {
      const { record, window, dashboard } = good(await admin.get(`/shots/${listed.id}`));
      expect(record).toMatchObject({ timezone: 'Asia/Shanghai', grafana_version: '13.1.1', dashboard_version: 1, how: expect.stringMatching(/^(cold|warm|in-app)$/), missing: '' });
      expect(record.browser_version).toMatch(/^[A-Za-z]+\/\d+\./);
      const page = new URL(record.url);
      expect([page.origin, page.pathname.includes(dashboard.uid), +page.searchParams.get('from')!, +page.searchParams.get('to')!])
        .toEqual([grafana.url, true, Date.parse(window.from), Date.parse(window.to)]);
    }
  });

  it('keeps the numbers behind a picture', async () => {
    const s = shots.find((x) => x.dashboard.uid === 'demo' && x.panel.key === '1');
    const data = good(await admin.get(`/shots/${s.id}/data`));
    expect(data.note).toBe('complete');
    const [line] = data.series;
    expect(line.points).toHaveLength(121);
    expect(line.points[0][0]).toBe(Date.parse(s.window.from));
    expect(line.max).toBe(Math.max(...line.points.map((p: any) => p[1])));
    const csv = (await admin.get(`/shots/${s.id}/data.csv`)).bytes.toString('utf8').trim().split('\n');
    expect(csv).toHaveLength(122);
    expect(csv[1]!.split(',')[1]).toBe(String(line.points[0][1]));
  });

  it('keeps what Grafana answered, word for word, and sends it packed', async () => {
    const s = shots.find((x) => x.dashboard.uid === 'demo' && x.panel.key === '1');
    const { json, headers } = await admin.get(`/shots/${s.id}/frames`);
    expect(headers.get('content-encoding')).toBe('gzip');
    expect(json).toMatchObject({ format: 'grafana-frames-1', note: 'complete', answers: [{ panel: '1', status: 200 }] });
    const [frame] = json.answers[0].answer.results.A.frames;
    const [times, values] = frame.data.values;
    const { series: [line] } = good(await admin.get(`/shots/${s.id}/data`));
    expect(times.map((t: number, i: number) => [t, values[i]]), 'the series are made of it').toEqual(line.points);
    const plain = await admin.call('GET', `/shots/${s.id}/frames`, undefined, { 'Accept-Encoding': 'identity' });
    expect([plain.headers.get('content-encoding'), plain.json]).toEqual([null, json]);
    const text = shots.find((x) => x.panel.type === 'text');
    expect((await admin.get(`/shots/${text.id}/frames`)).status).toBe(404);
  });

  it('serves a picture by its hash for ever, and asks again without it', async () => {
    const [s] = shots;
    const named = await admin.get(`/shots/${s.id}/picture?v=${s.picture.sha256.slice(0, 16)}`);
    expect(named.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
    expect(named.headers.get('etag')).toBe(`"${s.picture.sha256}"`);
    expect((await admin.get(`/shots/${s.id}/picture`)).headers.get('cache-control')).toBe('private, no-cache');
    expect((await admin.get(`/shots/${s.id}/picture?v=0000000000000000`)).headers.get('cache-control')).toBe('private, no-cache');
    const again = await fetch(`${rounds.url}/api/v1/shots/${s.id}/picture`, { headers: { Cookie: admin.cookie, 'If-None-Match': `"${s.picture.sha256}"` } });
    expect(again.status).toBe(304);
    const small = new Picture((await admin.get(`/shots/${s.id}/thumbnail`)).bytes);
    expect(small.width).toBe(Math.min(400, s.picture.width));
  });

  it('is on the page of today and in the list', async () => {
    const today = good(await admin.get('/today'));
    const mine = today.plans.find((p: any) => p.plan.id === round.plan_id);
    expect(mine.last).toMatchObject({ id: round.id, state: 'finished' });
    expect(today.awaiting_sign_off).toBeGreaterThan(0);
    expect(good(await admin.get(`/rounds?plan=${round.plan_id}&state=finished`)).items.map((r: any) => r.id)).toEqual([round.id]);
    expect(good(await admin.get(`/rounds?plan=${round.plan_id}&state=running`)).items).toEqual([]);
    expect(good(await admin.get(`/rounds?plan=${round.plan_id}&from=2026-11-24T00:00:00Z`)).items).toEqual([]);
  });
});

describe('the rounds after the first', () => {
  it('keep no numbers of the dashboard that the page showed before', async () => {
    const plan = await makePlan(admin, source, ['pay', 'edge', 'accounts'], { name: '同号面板', windows: [sixHours, yesterday] });
    const known = new Map<string, string>();
    for (const day of ['21', '22', '23']) {
      const { id } = await runRound(admin, plan, { moment: `2026-11-${day}T02:00:00Z` });
      for (const s of (await shotsOf(admin, id)).filter((x) => x.has_data)) {
        const panel = `${s.dashboard.uid}/${s.panel.key}`;
        const names = good(await admin.get(`/shots/${s.id}/data`)).series.map((x: any) => x.name).join();
        expect(names, `${panel} ${s.window.name} of the ${day}th`).toBe(known.get(panel) ?? names);
        known.set(panel, names);
      }
    }
    expect(known.size).toBeGreaterThan(8);
  });
});

describe('searching by time alone', () => {
  it('finds the rounds of that time and the verdicts given in it, with comments and without', async () => {
    const plan = await makePlan(admin, source, ['library'], { name: '晚间巡检' });
    const round = await runRound(admin, plan, { moment: '2025-03-04T05:06:07Z' });
    const [first] = await shotsOf(admin, round.id);
    const before = new Date(Date.now() - 5).toISOString();
    good(await admin.post(`/shots/${first.id}/verdict`, { value: 'normal' }));
    const after = new Date(Date.now() + 5).toISOString();
    const of = async (query: string) => good(await admin.get(`/search?${query}`)).items;
    expect(await of('from=2025-03-04T00:00:00Z&to=2025-03-05T00:00:00Z')).toMatchObject([{ kind: 'round', text: '晚间巡检', round_id: round.id, plan_id: plan, at: round.moment_at }]);
    expect(await of('from=2025-03-05T00:00:00Z&to=2025-03-06T00:00:00Z')).toEqual([]);
    expect(await of(`from=${before}&to=${after}`)).toMatchObject([{ kind: 'verdict', shot_id: first.id, round_id: round.id }]);
    expect((await of(`plan=${plan}`)).map((h: any) => h.kind)).toEqual(['round', 'verdict']);
    expect((await of(`kind=round&from=2025-01-01T00:00:00Z&to=2026-01-01T00:00:00Z`)).map((h: any) => h.round_id)).toEqual([round.id]);
    expect(await of(`q=${encodeURIComponent('巡检')}&from=2025-03-04T00:00:00Z&to=2025-03-05T00:00:00Z`), 'rounds have no words').toEqual([]);
    expect((await of(`q=${encodeURIComponent('间巡')}`)).map((h: any) => [h.kind, h.plan_id])).toEqual([['plan', plan]]);
    const pages: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: any = good(await admin.get(`/search?plan=${plan}&limit=1${next && `&cursor=${encodeURIComponent(next)}`}`));
      pages.push(...page.items.map((h: any) => h.kind));
      next = page.next;
    }
    expect(pages).toEqual(['round', 'verdict']);
  });
});

describe('what goes wrong', () => {
  it('is told shot by shot, and does not stop the rest', async () => {
    const plan = await makePlan(admin, source, ['faults'], { selections: [{ source, dashboard: 'faults', panels: [1, 2, 4, 6] }] });
    const round = await runRound(admin, plan);
    const shots = await shotsOf(admin, round.id);
    const outcome = Object.fromEntries(shots.map((s) => [s.panel.key, s.outcome]));
    expect(outcome).toMatchObject({ 1: 'query_error', 2: 'no_data', 4: 'plugin_missing', 6: 'ok' });
    const kinds = (key: string) => shots.find((s) => s.panel.key === key).findings.map((f: any) => f.kind);
    expect(kinds('1')).toContain('query_error');
    expect(kinds('2')).toContain('no_data');
    for (const finding of shots.flatMap((s) => s.findings)) expect([finding.text.en, finding.text['zh-CN']].every((t) => t.length > 1)).toBe(true);
  });

  it('a panel that Grafana no longer has is reported with the plan', async () => {
    const plan = await makePlan(admin, source, ['gone'], { name: 'gone', selections: [{ source, dashboard: 'gateway', panels: [1, 99] }] });
    const round = await runRound(admin, plan);
    expect(round.total).toBe(1);
    expect(good(await admin.get(`/plans/${plan}`)).drift[0]).toMatchObject({ what: 'panel' });
  });

  it('half of the panels gone after the round began: each is final at once and says so, the others are taken', async () => {
    const plan = await makePlan(admin, source, ['demo'], { name: 'half gone', selections: [{ source, dashboard: 'demo', panels: [1, 2, 3, 4] }] });
    const { id } = await runRound(admin, plan);
    await grafana.faults({ dashboards: { demo: { without: [2, 4], version: 7 } } });
    for (const s of await shotsOf(admin, id)) good(await admin.post(`/shots/${s.id}/reshoot`), 202);
    await finished(admin, id);
    const seen = (await shotsOf(admin, id)).map((s) => [s.panel.key, s.state, s.outcome, s.attempts]);
    const next = await runRound(admin, plan);
    const drift = good(await admin.get(`/plans/${plan}`)).drift;
    await grafana.faults({ dashboards: { demo: null } });
    expect(seen).toEqual([['1', 'done', 'ok', 1], ['2', 'failed', 'panel_missing', 1], ['3', 'done', 'ok', 1], ['4', 'failed', 'panel_missing', 1]]);
    expect([next.state, next.total, next.failed], 'the next round has what is left').toEqual(['finished', 2, 0]);
    expect(drift.map((d: any) => [d.what, d.path, d.name])).toEqual([['panel', 'selections[0].panels[1]', '2'], ['panel', 'selections[0].panels[3]', '4']]);
  });

  it('what belongs to a tag is found anew by each round', async () => {
    const plan = await makePlan(admin, source, [], { name: 'by tag', selections: [{ source, tag: '网关', panels: 'all' }, { source, tag: '主机', panels: 'all' }] });
    const dashboards = async () => [...new Set((await shotsOf(admin, (await runRound(admin, plan)).id)).map((s) => s.dashboard.uid))].sort();
    expect(await dashboards()).toEqual(['gateway', 'host']);
    await grafana.faults({ dashboards: { gateway: { deleted: true } } });
    const without = await dashboards();
    await grafana.faults({ dashboards: { gateway: null } });
    expect(without).toEqual(['host']);
    expect(await dashboards()).toEqual(['gateway', 'host']);
  });

  it('a plan of which nothing is left fails, and says so', async () => {
    const plan = await makePlan(admin, source, ['no-such-dashboard'], { name: 'nothing left' });
    const round = await runRound(admin, plan);
    expect(round.state).toBe('failed');
    expect(round.error).toContain('no-such-dashboard');
  });
});

describe('starting and stopping', () => {
  it('a second round waits for nobody to overlap it, unless the plan says so', async () => {
    await grafana.faults({ queryDelay: { fixedMs: 1500 } });
    const skip = await makePlan(admin, source, ['gateway'], { name: 'skip', overlap: 'skip' });
    const first = good(await admin.post(`/plans/${skip}/rounds`), 202);
    expect((await admin.post(`/plans/${skip}/rounds`)).status).toBe(409);
    const cancelled = good(await admin.post(`/rounds/${first.id}/cancel`), 202);
    expect(cancelled.state).toBe('cancelled');
    expect((await admin.post(`/rounds/${first.id}/cancel`)).status).toBe(409);
    expect((await admin.post(`/rounds/${first.id}/sign`, { summary: 'x' })).status).toBe(409);
    await grafana.faults({ queryDelay: null });
    const instead = await makePlan(admin, source, ['gateway'], { name: 'instead', overlap: 'cancel_old' });
    const old = good(await admin.post(`/plans/${instead}/rounds`), 202);
    const live = await Live.open(admin, `/rounds/${old.id}/events`);
    const next = await runRound(admin, instead);
    expect(next.state).toBe('finished');
    expect(isOver((await live.until((e) => e.name === 'round' && isOver(e.data))).data)).toBe(true);
    live.close();
  });

  it('is open to the command line, beside the running service', async () => {
    const plan = await makePlan(admin, source, ['gateway'], { name: 'by command' });
    const live = await Live.open(admin, '/events');
    const said = await run(['round', 'start', 'by command', `--data=${join(rounds.folder, 'data')}`]);
    expect(said.code, said.text).toBe(0);
    const id = said.text.trim();
    const end = await live.until((e) => e.name === 'round' && e.data.id === id && isOver(e.data));
    live.close();
    expect(end.data).toMatchObject({ plan_id: plan, state: 'finished' });
    expect((await run(['round', 'start', 'no such plan', `--data=${join(rounds.folder, 'data')}`])).code).toBe(1);
  });
});

describe('a very large plan', () => {
  it('of ten thousand shots is foreseen, started, listed page by page, and stopped', async () => {
    const windows = Array.from({ length: 20 }, (_, i) => ({ name: `${i + 1} h`, kind: 'rolling', length: `${i + 1}h` }));
    const values = Array.from({ length: 125 }, () => ['web-01', 'web-02', 'db-01', 'db-02']).flat().map((v, i) => `${v}-${i}`);
    const host = { source, dashboard: 'host', panels: [1], variables: { host: { mode: 'each', values } } };
    const plan = await makePlan(admin, source, [], { name: 'ten thousand', windows, selections: [host] });
    const dry = good(await admin.post(`/plans/${plan}/dry-run`));
    expect(dry.total).toBeGreaterThanOrEqual(10_000);
    expect(dry.shots).toHaveLength(500);
    expect(dry.estimate.bytes).toBeGreaterThan(100_000_000);
    const { id } = good(await admin.post(`/plans/${plan}/rounds`), 202);
    const live = await Live.open(admin, `/rounds/${id}/events`);
    await live.until((e) => e.name === 'round' && e.data.state === 'running');
    expect(good(await admin.get(`/rounds/${id}`)).total).toBe(dry.total);
    const seen = new Set<string>();
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: any = good(await admin.get(`/rounds/${id}/shots?limit=1000&cursor=${cursor}`));
      for (const s of page.items) seen.add(s.id);
      cursor = page.next;
    }
    expect(seen.size).toBe(dry.total);
    good(await admin.post(`/rounds/${id}/cancel`), 202);
    await live.until((e) => e.name === 'round' && e.data.state === 'cancelled');
    live.close();
    expect((await admin.get('/today')).status).toBe(200);
  });
});
