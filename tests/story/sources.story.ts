// Sources: entering a Grafana, testing it, looking into it, a panel as a plan would take it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Caller, Description, platform } from './lib/api.js';
import { adminToken, Grafana, stampColour, viewerToken } from './lib/grafana.js';
import { Picture } from './lib/picture.js';
import { Rounds } from './lib/rounds.js';

let rounds: Rounds, admin: Caller, grafana: Grafana, id: string;

beforeAll(async () => {
  grafana = await Grafana.start();
  rounds = await Rounds.start(platform);
  admin = await Caller.signIn(rounds, await Description.of(rounds));
  id = await admin.source(grafana.url, viewerToken);
});
afterAll(async () => { await rounds?.stop(); await grafana?.stop(); });

const hop = (test: any, name: string) => test.hops.find((h: any) => h.id === name);

describe('a source', () => {
  it('is kept without ever giving its credential back', async () => {
    for (const path of ['/sources', `/sources/${id}`]) {
      const answer = await admin.get(path);
      expect(answer.status).toBe(200);
      expect(answer.bytes.toString('utf8')).not.toContain(viewerToken);
    }
    expect((await admin.get(`/sources/${id}`)).json.credential).toMatchObject({ kind: 'token', has_secret: true });
  });

  it('names everything that is wrong with what was entered', async () => {
    const answer = await admin.post('/sources', { name: '', url: 'ftp://x', credential: { kind: 'basic' }, nmae: 'x' });
    expect(answer.status).toBe(422);
    expect(answer.json.error.details.map((d: any) => d.path).sort())
      .toEqual(['credential.secret', 'credential.user', 'name', 'nmae', 'url'].sort());
    const framing = await admin.post('/sources', { name: 'x', url: grafana.url, credential: { kind: 'jwt', secret: 'chunked', header: 'transfer-encoding' } });
    expect([framing.status, framing.json.error.details?.[0].path]).toEqual([422, 'credential.header']);
    expect((await admin.post('/sources', { name: 'prod', url: grafana.url, credential: { kind: 'none' } })).status).toBe(409);
  });

  it('keeps its secret through a change, but never sends it to a new address by itself', async () => {
    const kept = (await admin.get(`/sources/${id}`)).json;
    const changed = await admin.patch(`/sources/${id}`, { name: '生产', max_parallel: 3, version: kept.version });
    expect(changed.json).toMatchObject({ name: '生产', max_parallel: 3, credential: { has_secret: true } });
    expect((await admin.patch(`/sources/${id}`, { name: 'x', version: kept.version })).status).toBe(409);
    const moved = await admin.patch(`/sources/${id}`, { url: grafana.thief || 'http://127.0.0.1:9', version: changed.json.version });
    expect(moved.status).toBe(422);
    expect(moved.json.error.details[0].path).toBe('credential.secret');
    expect((await admin.post(`/sources/${id}/test`)).json.ok).toBe(true);
  });

  it('cannot be removed while a plan uses it; the plan is named', async () => {
    const other = await admin.source(grafana.url, viewerToken, 'used');
    const plan = await admin.post('/plans', { spec: {
      name: '用它的计划', timezone: 'UTC', selections: [{ source: other, dashboard: 'demo', panels: [1] }], windows: [{ kind: 'rolling', length: '1h' }],
    } });
    const refused = await admin.drop(`/sources/${other}`);
    expect(refused.status).toBe(409);
    expect(refused.json.error.message).toContain('用它的计划');
    expect((await admin.drop(`/plans/${plan.json.id}`)).status).toBe(204);
    expect((await admin.drop(`/sources/${other}`)).status).toBe(204);
    expect((await admin.get(`/sources/${other}`)).status).toBe(404);
  });
});

describe('the test', () => {
  it('walks the hops and remembers the result', async () => {
    const test = (await admin.post(`/sources/${id}/test`)).json;
    expect(test).toMatchObject({ ok: true, version: '13.1.1', rights: 'viewer' });
    expect(hop(test, 'login').title).toMatchObject({ 'zh-CN': expect.any(String), en: 'Login' });
    const kept = (await admin.get(`/sources/${id}`)).json;
    expect(kept.grafana_version).toBe('13.1.1');
    expect(kept.last_test.ok).toBe(true);
  });

  it('warns of a token that may do more than look', async () => {
    const test = (await admin.post('/sources/test', { name: 'x', url: grafana.url, credential: { kind: 'token', secret: adminToken } })).json;
    expect(test.rights).toBe('admin');
    expect(hop(test, 'rights').state).toBe('warn');
    expect(hop(test, 'rights').mend['zh-CN']).not.toBe('');
  });

  it('says which hop fails: no such machine, a wrong token', async () => {
    const wrong = (await admin.post('/sources/test', { name: 'x', url: grafana.url, credential: { kind: 'token', secret: 'glsa_wrong' } })).json;
    expect(wrong.ok).toBe(false);
    expect(hop(wrong, 'reach').state).toBe('ok');
    expect(hop(wrong, 'login').state).toBe('fail');
    const gone = (await admin.post('/sources/test', { name: 'x', url: 'http://127.0.0.1:9', credential: { kind: 'none' } })).json;
    expect(hop(gone, 'reach').state).toBe('fail');
    expect(hop(gone, 'reach').detail).toEqual({ en: '127.0.0.1:9: cannot connect: Connection refused', 'zh-CN': '127.0.0.1:9: 无法连接: 连接被拒绝' });
    expect(hop(wrong, 'login').detail['zh-CN']).toBe(`${grafana.url} 的 Grafana 不接受该凭据 (401): 请在其中新建服务账号令牌, 并填入本站点`);
    const nameless = (await admin.post('/sources/test', { name: 'x', url: 'http://no-such-host.invalid', credential: { kind: 'none' } })).json;
    expect(hop(nameless, 'reach').detail['zh-CN']).toContain('域名无法解析');
    const elsewhere = (await admin.post('/sources/test', { name: 'x', url: `${grafana.url}/nowhere`, credential: { kind: 'none' } })).json;
    for (const h of [...gone.hops, ...wrong.hops, ...nameless.hops, ...elsewhere.hops].filter((x: any) => x.detail.en))
      expect(h.detail['zh-CN'], h.id).not.toBe(h.detail.en);
    expect(JSON.stringify(wrong)).not.toContain('glsa_wrong');
  });

  it('tries a change before it is kept, with the secret that is kept', async () => {
    const test = (await admin.post(`/sources/${id}/test`, { org_id: 1, max_parallel: 1 })).json;
    expect(hop(test, 'login').state).toBe('ok');
  });
});

describe('looking into a Grafana', () => {
  it('lists folders and dashboards, page by page, by words, folder and tag', async () => {
    const folders = (await admin.get(`/sources/${id}/folders`)).json.items;
    expect(folders.find((f: any) => f.uid === 'infra-hosts')).toMatchObject({ title: '主机', parent_uid: 'infra' });
    const first = (await admin.get(`/sources/${id}/dashboards?limit=5`)).json;
    expect(first.items).toHaveLength(5);
    const all: string[] = [];
    for (let next: string | null = '1'; next;) {
      const page: any = (await admin.get(`/sources/${id}/dashboards?limit=5&page=${next}`)).json;
      all.push(...page.items.map((d: any) => d.uid));
      next = page.next;
    }
    expect(new Set(all).size).toBe(all.length);
    expect(all).toContain('demo');
    expect(all, 'what the credential may not see').not.toContain('secret');
    expect((await admin.get(`/sources/${id}/dashboards?folder=infra-hosts`)).json.items.map((d: any) => d.uid)).toContain('host');
    const tagged = (await admin.get(`/sources/${id}/dashboards?tag=round`)).json.items;
    expect(tagged.length).toBeGreaterThanOrEqual(10);
    expect(tagged.every((d: any) => d.tags.includes('round'))).toBe(true);
  });

  it('shows panels in rows, repeats and library panels, and variables', async () => {
    const rows = (await admin.get(`/sources/${id}/dashboards/rows`)).json;
    expect(rows.panels.filter((p: any) => p.collapsed).length).toBeGreaterThan(0);
    expect(rows.panels.some((p: any) => p.path.length > 0)).toBe(true);
    const host = (await admin.get(`/sources/${id}/dashboards/host`)).json;
    expect(host.variables[0]).toMatchObject({ name: 'host', multi: true, include_all: true });
    expect(host.panels.find((p: any) => p.id === 2).repeat).toBe('host');
    expect((await admin.get(`/sources/${id}/dashboards/timefrom`)).json.panels.find((p: any) => p.id === 2).ignores_range).toBe(true);
    expect((await admin.get(`/sources/${id}/dashboards/library`)).json.panels[0].library_uid).toBe('lib-load');
    expect((await admin.get(`/sources/${id}/dashboards/none-such`)).status).toBe(502);
    const climb = await fetch(`${rounds.url}/api/v1/sources/${id}/dashboards/..%2f..%2fapi`, { headers: { Cookie: admin.cookie } });
    expect(climb.status).toBe(400);
  });

  it('tells what variables can be set to now, as their page knows it', async () => {
    const { items } = (await admin.get(`/sources/${id}/dashboards/chain/variables`)).json;
    expect(items.map((v: any) => [v.name, v.multi, v.include_all, v.current, v.values.map((x: any) => x.value), v.known_from])).toEqual([
      ['dc', false, false, ['上海'], ['北京', '上海'], 'browser'],
      ['rack', true, true, ['$__all'], ['上海-r1', '上海-r2'], 'browser'],
      ['broken', true, true, ['$__all'], [], 'dashboard'],
    ]);
    expect(items[2].error).toBeTruthy();
    expect(items[0].error).toBeNull();
  });

  it('draws one panel over one window', async () => {
    const from = '2026-11-12T08:00:00.000Z', to = '2026-11-12T14:00:00.000Z';
    const answer = await admin.post(`/sources/${id}/preview`, {
      dashboard: 'demo', panel: 1, window: { kind: 'fixed', from, to }, picture: { width: 640, height: 320, scale: 1, theme: 'light' }, timezone: 'Asia/Shanghai',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect(answer.headers.get('x-rounds-status')).toBe('ok');
    const picture = new Picture(answer.bytes);
    expect([picture.width, picture.height]).toEqual([640, 320]);
    expect(picture.has(stampColour('demo/1', Date.parse(from), Date.parse(to)))).toBe(true);
    const bad = await admin.post(`/sources/${id}/preview`, { dashboard: 'demo', panel: 1, window: { kind: 'rolling', length: 'long' } });
    expect([bad.status, bad.json.error.details[0].path]).toEqual([422, 'window.length']);
  });

  it('says what to put into grafana.ini', async () => {
    const { snippet } = (await admin.get(`/sources/${id}/grafana-ini`)).json;
    expect(snippet).toContain('[rendering]');
    expect(snippet).toContain(`server_url = ${rounds.url}/render\n`);
    expect(snippet).toContain(`callback_url = ${grafana.url}/\n`);
    const own = await admin.post('/sources', { name: 'own', url: `${grafana.url}/sub`, org_id: 1, credential: { kind: 'own_issuer', subject: 'robot' } });
    expect((await admin.get(`/sources/${own.json.id}/grafana-ini`)).json.snippet).toContain(`expect_claims = {"iss": "rounds", "aud": "${grafana.url}"}\n`);
  });
});

describe('/render knows stored sources too', () => {
  it('a page of theirs is drawn by their credential', async () => {
    const from = 1763000000000, to = 1763021600000;
    const picture = await Picture.of(await rounds.render({ url: `${grafana.url}/d-solo/demo/x?orgId=1&panelId=2&from=${from}&to=${to}&timezone=utc`, width: 600, height: 300 }));
    expect(picture.has(stampColour('demo/2', from, to))).toBe(true);
  });
});

describe('the System page', () => {
  it('tells of browsers, storage and health, and proves that pictures can be drawn', async () => {
    const system = (await admin.get('/system')).json;
    expect(system.browser.version).toMatch(/^\d+\./);
    expect(system.browsers.length).toBeGreaterThan(0);
    expect(system.storage.database_bytes).toBeGreaterThan(0);
    expect(system.shots).toEqual({ waiting: 0, resting: 0, taking: 0, oldest_at: null });
    expect(system.storage.retention).toMatchObject({ due_count: 0, ahead_days: 30, ahead_count: 0 });
    expect(system.health.find((h: any) => h.name === 'database').ok).toBe(true);
    const picture = new Picture((await admin.post('/system/self-test')).bytes);
    expect([picture.width, picture.height]).toEqual([800, 360]);
    expect(picture.has('#e02f44')).toBe(true);
    const metrics = await (await fetch(`${rounds.url}/metrics`)).text();
    expect(metrics).toMatch(/^rounds_disk_free_bytes \d/m);
    expect(metrics).toMatch(/^rounds_round_workers\{state="idle"\} \d/m);
    expect((await admin.get('/retention/preview')).json).toEqual({ rounds: 0, bytes: 0 });
  });
});
