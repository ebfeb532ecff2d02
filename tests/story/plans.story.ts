// Plans: entered, checked, changed together, tried before they run, carried in files.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Caller, Description, platform } from './lib/api.js';
import { Grafana, viewerToken } from './lib/grafana.js';
import { Rounds, run } from './lib/rounds.js';
import { good, sixHours } from './lib/round.js';

let rounds: Rounds, admin: Caller, grafana: Grafana, source: string, id: string;

const spec = (more: object = {}) => ({
  name: '核心早巡检', timezone: 'Asia/Shanghai',
  selections: [{ source, dashboard: 'demo', panels: 'all' }, { source, dashboard: 'host', panels: [1], variables: { host: { mode: 'list', values: ['web-01'] } } }],
  windows: [{ name: '六小时', kind: 'rolling', length: '6h' }, { name: '昨天上午', kind: 'calendar', unit: 'day', offset: -1, from: '09:00', to: '12:00' }],
  schedule: { cron: ['30 8 * * 1-5'], holidays: ['2026-10-01'] }, ...more,
});

beforeAll(async () => {
  grafana = await Grafana.start();
  rounds = await Rounds.start(platform);
  admin = await Caller.signIn(rounds, await Description.of(rounds));
  source = await admin.source(grafana.url, viewerToken);
  const made = await admin.post('/plans', { spec: spec() });
  expect(made.status).toBe(201);
  id = made.json.id;
});
afterAll(async () => { await rounds?.stop(); await grafana?.stop(); });

describe('a plan', () => {
  it('is kept with defaults filled in and its next run told', async () => {
    const plan = (await admin.get(`/plans/${id}`)).json;
    expect(plan).toMatchObject({ version: 1, name: '核心早巡检', paused: false, last_round: null, drift: [], updated_by: 'Administrator' });
    expect(plan.spec).toMatchObject({ overlap: 'skip', reference: 'previous', picture: { format: 'png' } });
    expect(plan.spec.selections[1].panels).toEqual([1]);
    expect(new Date(plan.next_run_at).toISOString()).toMatch(/T00:30:00/);
  });

  it('is refused with every fault named where it is', async () => {
    const bad = await admin.post('/plans', { spec: spec({
      name: 'bad', windows: [{ kind: 'rolling', length: '6x' }], schedule: { cron: ['61 8 * * *'] }, colour: 'red',
      selections: [{ source: 'nothing', dashboard: 'demo', panels: 'all' }],
    }) });
    expect(bad.status).toBe(422);
    const paths = bad.json.error.details.map((d: any) => d.path);
    expect(paths).toEqual(expect.arrayContaining(['windows[0].length', 'schedule.cron[0]', 'colour']));
    const zone = await admin.post('/plans', { spec: spec({ name: 'zone', timezone: 'Asia/Shanghia' }) });
    expect(zone.json.error.details[0].path).toBe('timezone');
    expect((await admin.post('/plans', { spec: spec() })).status, 'the name is taken').toBe(409);
    expect((await admin.post('/plans', {})).status).toBe(400);
    const ghost = await admin.post('/plans', { spec: spec({ name: 'ghost', selections: [{ source: 'nothing', dashboard: 'demo', panels: 'all' }] }) });
    expect(ghost.json.error.details[0].path).toBe('selections[0].source');
  });

  it('is changed by two people only one after the other; old versions stay', async () => {
    const two = await admin.put(`/plans/${id}`, { version: 1, spec: spec({ description: 'second' }), change: 'why not' });
    expect(two.json.version).toBe(2);
    const stale = await admin.put(`/plans/${id}`, { version: 1, spec: spec({ description: 'lost' }) });
    expect([stale.status, stale.json.error.code]).toEqual([409, 'conflict']);
    const versions = (await admin.get(`/plans/${id}/versions`)).json.items;
    expect(versions.map((v: any) => [v.version, v.change])).toEqual([[2, 'why not'], [1, '']]);
    expect((await admin.get(`/plans/${id}/versions/1`)).json.spec.description).toBe('');
    expect((await admin.get(`/plans/${id}/versions/9`)).status).toBe(404);
    expect((await admin.get(`/plans/${id}/versions/one`)).status).toBe(404);
  });

  it('is paused without a new version, and then has no next run', async () => {
    const paused = (await admin.post(`/plans/${id}/pause`, { paused: true })).json;
    expect(paused).toMatchObject({ paused: true, next_run_at: null, version: 2 });
    expect((await admin.post(`/plans/${id}/pause`, { paused: false })).json.next_run_at).not.toBeNull();
    expect((await admin.post(`/plans/${id}/pause`, {})).status).toBe(400);
  });

  it('is copied, paused, under a name of its own, and removed', async () => {
    const copy = await admin.post(`/plans/${id}/duplicate`);
    expect(copy.json).toMatchObject({ name: '核心早巡检 (2)', paused: true, version: 1 });
    expect((await admin.drop(`/plans/${copy.json.id}`)).status).toBe(204);
    expect((await admin.get(`/plans/${copy.json.id}`)).status).toBe(404);
    expect((await admin.get('/plans')).json.items.map((p: any) => p.id)).toEqual([id]);
  });
});

describe('a dry run', () => {
  it('tells every shot, what it costs, and what Grafana no longer has', async () => {
    const dry = (await admin.post('/plans/dry-run', { spec: spec({
      selections: [{ source, dashboard: 'demo', panels: [1, 2, 99] }, { source, dashboard: 'gone', panels: 'all' }],
    }) })).json;
    expect(dry.total).toBe(4);
    expect(dry.shots).toHaveLength(4);
    expect(dry.shots[0]).toMatchObject({ dashboard: '核心交易', dashboard_uid: 'demo', panel: '每秒交易量', window: '六小时' });
    const [first] = dry.shots.filter((s: any) => s.window === '昨天上午');
    expect(Date.parse(first.to) - Date.parse(first.from)).toBe(3 * 3600_000);
    expect(first.from).toMatch(/T01:00:00/);
    expect(dry.estimate.seconds).toBeGreaterThan(0);
    expect(dry.estimate.bytes_per_month).toBeGreaterThan(dry.estimate.bytes);
    expect(dry.missing.map((m: any) => m.path).sort()).toEqual(['selections[0].panels[2]', 'selections[1].dashboard']);
    expect(dry.missing[0].mend['zh-CN']).toBeTruthy();
  });

  it('asks a page for the values that only a browser knows, and tells which variable has none', async () => {
    const dry = (await admin.post('/plans/dry-run', { spec: spec({
      selections: [{ source, dashboard: 'chain', panels: [1, 2] }, { source, dashboard: 'chain', panels: [3], variables: { dc: { mode: 'each' } } }, { source, dashboard: 'legacy-host', panels: [2] }],
      windows: [sixHours],
    }) })).json;
    const titles = (uid: string) => dry.shots.filter((s: any) => s.dashboard_uid === uid).map((s: any) => JSON.stringify(s.variables));
    expect(titles('chain'), 'rack follows dc as it stands').toEqual(['{"rack":"上海-r1"}', '{"rack":"上海-r2"}', '{}', '{"dc":"北京"}', '{"dc":"上海"}']);
    expect(titles('legacy-host')).toEqual(['web-01', 'web-02', 'db-01', 'db-02'].map((host) => JSON.stringify({ host })));
    expect(dry.missing).toHaveLength(1);
    expect(dry.missing[0]).toMatchObject({ what: 'value', path: 'selections[0].variables.broken' });
    expect(dry.missing[0].mend.en).toContain('broken');
    const asked = async () => (await grafana.seen()).requests.filter((r) => r.path === '/d/chain/_').length;
    const before = await asked();
    expect(before).toBe(1);
    good(await admin.post('/plans/dry-run', { spec: spec({ selections: [{ source, dashboard: 'chain', panels: [1] }] }) }));
    expect(await asked(), 'a second dry run opens no page').toBe(before);
  });

  it('works for a plan as it is kept, and names a Grafana that does not answer', async () => {
    expect((await admin.post(`/plans/${id}/dry-run`)).json.total).toBe(21); // 10 panels and one, two windows; the text panel is the same in both
    const away = await admin.source('http://127.0.0.1:9', viewerToken, 'away');
    const dry = await admin.post('/plans/dry-run', { spec: spec({ selections: [{ source: away, dashboard: 'x', panels: 'all' }] }) });
    expect(dry.status).toBe(502);
    expect(dry.json.error.message).toContain('127.0.0.1:9');
  });

  it('previews a schedule in words', async () => {
    const ask = { cron: ['30 8 * * 1-5'], timezone: 'Asia/Shanghai', holidays: [] };
    const preview = (await admin.post('/schedule/preview', ask)).json;
    expect(preview.next).toHaveLength(5);
    expect(preview.words).toEqual({ 'zh-CN': '每周一至周五 08:30', en: 'at 08:30, Monday to Friday' });
    const bad = await admin.post('/schedule/preview', { ...ask, cron: ['30 8 * * 1-5', 'daily'] });
    expect(bad.json.error.details[0].path).toBe('cron[1]');
  });
});

describe('plans in files', () => {
  const yaml = async () => (await admin.get('/plans/export?format=yaml')).bytes.toString('utf8');
  const send = (text: string, dry = false) =>
    admin.call('POST', `/plans/import${dry ? '?dry_run=true' : ''}`, text, { 'Content-Type': 'application/yaml' });

  it('come back unchanged', async () => {
    const text = await yaml();
    expect(text).toContain('source: prod');
    expect((await send(text)).json).toEqual({ created: [], changed: [], unchanged: ['核心早巡检'] });
    const json = (await admin.get('/plans/export?format=json')).bytes.toString('utf8');
    expect((await send(json)).json.unchanged).toEqual(['核心早巡检']);
    expect((await admin.get(`/plans/export?id=${id}`)).bytes.toString('utf8')).toBe(text);
    expect((await admin.get('/plans/export?id=nothing')).status).toBe(404);
  });

  it('tell what would change before it does', async () => {
    const text = (await yaml()).replace('length: "6h"', 'length: "12h"');
    const before = (await admin.get(`/plans/${id}`)).json.version;
    const dry = (await send(text, true)).json;
    expect(dry.changed).toEqual([{ name: '核心早巡检', differences: ['windows[0].length: "6h" → "12h"'] }]);
    expect((await admin.get(`/plans/${id}`)).json.version).toBe(before);
    await send(text);
    expect((await admin.get(`/plans/${id}`)).json).toMatchObject({ version: before + 1, spec: { windows: [{ length: '12h' }, {}] } });
  });

  it('are refused as a whole for one fault, with line and reason; nothing is half-done', async () => {
    const good = (await yaml()).replaceAll('核心早巡检', 'brand new');
    const bad = good.replace('layout: solo', 'layout: solo').replace(/width: \d+/, 'width: wide');
    const line = bad.split('\n').findIndex((l) => l.includes('width: wide')) + 1;
    const both = `${good}${bad.replace('plans:\n', '').replaceAll('brand new', 'second')}`;
    const answer = await send(both);
    expect(answer.status).toBe(422);
    const detail = answer.json.error.details[0];
    expect(detail.path).toBe('plans[1].picture.width');
    expect(detail.line).toBe(good.split('\n').length - 1 + line - 1);
    expect((await admin.get('/plans')).json.items).toHaveLength(1);
    for (const text of ['', 'plans: [', '\tplans: x', 'plans: &a [*a]', 'plans: {', '- - -', 'plans:\n  - name: [1]\n'])
      expect((await send(text)).status, JSON.stringify(text)).toBeGreaterThanOrEqual(400);
    expect((await admin.get('/plans?limit=1')).json.items).toHaveLength(1);
  });

  it('travel by command line: export, diff, import', async () => {
    const data = `--data=${rounds.folder}/data`, file = join(rounds.folder, 'plans.yaml');
    expect((await run(['plan', 'export', '-o', file, data])).code).toBe(0);
    expect(await run(['plan', 'diff', file, data])).toMatchObject({ code: 0, text: expect.stringContaining('unchanged') });
    writeFileSync(file, readFileSync(file, 'utf8').replace('length: "12h"', 'length: "3h"'));
    const diff = await run(['plan', 'diff', file, data]);
    expect(diff.code).toBe(1);
    expect(diff.text).toContain('windows[0].length: "12h" → "3h"');
    expect((await run(['plan', 'import', file, data])).code).toBe(0);
    expect((await admin.get(`/plans/${id}`)).json.spec.windows[0].length).toBe('3h');
    writeFileSync(file, readFileSync(file, 'utf8').replace('length: "3h"', 'length: "3x"'));
    const bad = await run(['plan', 'import', file, data]);
    expect(bad.code).toBe(1);
    expect(bad.text).toMatch(/plans\.yaml:\d+:\d+: plans\[0\]\.windows\[0\]\.length/);
  });
});

describe('channels and the outbox', () => {
  it('keep a robot\'s address with its secret, and check what was entered', async () => {
    const robot = await admin.post('/channels', { name: '值班群', kind: 'dingtalk', language: 'zh-CN', events: ['overdue', 'round_finished'],
      settings: { url: 'https://oapi.dingtalk.com/robot/send?access_token=verysecret', at_all: false }, secret: 'SECverysecret' });
    expect(robot.status).toBe(201);
    expect(robot.json).toMatchObject({ settings: { at_all: false }, has_secret: true, language: 'zh-CN', events: ['round_finished', 'overdue'] });
    expect((await admin.get('/channels')).bytes.toString('utf8')).not.toContain('verysecret');
    const renamed = await admin.patch(`/channels/${robot.json.id}`, { name: '夜班群', events: [], version: robot.json.version });
    expect(renamed.json).toMatchObject({ name: '夜班群', events: [], has_secret: true });
    expect((await admin.patch(`/channels/${robot.json.id}`, { secret: 'SECanother' })).json.has_secret, 'a new key for the kept address').toBe(true);
    expect((await admin.post('/channels', { name: 'm', kind: 'email', settings: { to: ['nobody'] } })).status).toBe(422);
    expect((await admin.post('/channels', { name: 'm', kind: 'pigeon', settings: {} })).status).toBe(422);
    expect((await admin.post('/channels', { name: 'm', kind: 'slack', settings: {} })).status).toBe(422);
    expect((await admin.get('/outbox?state=failed')).json).toEqual({ items: [], next: null });
    expect((await admin.drop(`/channels/${robot.json.id}`)).status).toBe(204);
  });

  it('send no test message into the own network unless that is allowed', async () => {
    const hook = await admin.post('/channels', { name: 'inside', kind: 'webhook', settings: { url: `${grafana.url}/hook` } });
    const test = await admin.post(`/channels/${hook.json.id}/test`);
    expect(test.status).toBeGreaterThanOrEqual(400);
    expect((await grafana.seen()).requests.some((r) => r.path === '/hook')).toBe(false);
  });
});

describe('all of a folder', () => {
  it('is what is nested in it, too, and the dry run shows it', async () => {
    const dry = async (folder: string) => good(await admin.post('/plans/dry-run', { spec: spec({ selections: [{ source, folder, panels: 'all' }], windows: [{ kind: 'rolling', length: '6h' }] }) }));
    const uids = (answer: any) => new Set(answer.shots.map((s: any) => s.dashboard_uid));
    const core = await dry('core'), nested = await dry('trade-db'), hosts = await dry('infra');
    expect(uids(core).has('accounts'), 'three folders deep').toBe(true);
    expect([...uids(core)].length).toBeGreaterThan([...uids(nested)].length);
    for (const uid of uids(nested)) expect(uids(core).has(uid), String(uid)).toBe(true);
    expect(uids(hosts).has('host')).toBe(true);
    const none = await dry('no-such-folder');
    expect(none).toMatchObject({ total: 0, missing: [{ what: 'folder', path: 'selections[0].folder', name: 'no-such-folder' }] });
  });
});

describe('search', () => {
  it('finds plans and people by parts of their names, Chinese too', async () => {
    const hits = (await admin.get(`/search?q=${encodeURIComponent('早巡')}`)).json.items;
    expect(hits).toContainEqual(expect.objectContaining({ kind: 'plan', plan_id: id, text: '核心早巡检' }));
    expect((await admin.get('/search?q=Admin&kind=person')).json.items[0].kind).toBe('person');
    expect((await admin.get('/search?q=nothing-like-it')).json).toEqual({ items: [], next: null });
    expect((await admin.get('/search?kind=colour')).status).toBe(400);
  });
});
