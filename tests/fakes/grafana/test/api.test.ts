import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stampColor } from '../server/data/hash.js';
import { seriesOf, valueOf } from '../server/data/series.js';
import type { Running } from '../server/start.js';
import { admin, get, post, startServer, viewer } from './harness.js';

let grafana: Running;
beforeAll(async () => void (grafana = await startServer()));
afterAll(() => grafana.stop());
beforeEach(async () => void (await post(`${grafana.url}/__test/reset`, {})));

const ask = (seed: string, shape: string, more: Record<string, unknown> = {}) => ({
  queries: [{ refId: 'A', seed, shape, ...more }],
  from: '1700000000000',
  to: '1700021600000',
});
const query = (body: unknown, headers: Record<string, string> = {}) => post(`${grafana.url}/api/ds/query`, body, { ...viewer, ...headers });

describe('search', () => {
  const search = (text: string) => get(`${grafana.url}/api/search?${text}`, viewer);

  it('finds by words, tags, kind and folder', async () => {
    expect((await search('query=核心交易')).body.map((h: any) => h.uid)).toContain('demo');
    expect((await search('tag=round&type=dash-db')).body).toHaveLength(10);
    expect((await search('type=dash-folder')).body.every((h: any) => h.type === 'dash-folder')).toBe(true);
    expect((await search('folderUIDs=infra-hosts')).body.map((h: any) => h.uid)).toEqual(['host']);
  });

  it('pages, and refuses more than 5000 at once', async () => {
    const all = (await search('type=dash-db')).body;
    const first = (await search('type=dash-db&limit=7&page=1')).body;
    const second = (await search('type=dash-db&limit=7&page=2')).body;
    expect([...first, ...second]).toEqual(all.slice(0, 14));
    expect((await search('limit=5001')).status).toBe(422);
  });

  it('hides what one may not see', async () => {
    expect((await search('')).body.map((h: any) => h.uid)).not.toContain('secret');
    expect((await get(`${grafana.url}/api/search`, admin)).body.map((h: any) => h.uid)).toContain('secret');
  });
});

describe('dashboards', () => {
  it('come with their meta, and are never cached', async () => {
    const answer = await get(`${grafana.url}/api/dashboards/uid/demo`, viewer);
    expect(answer.body.dashboard.title).toBe('核心交易');
    expect(answer.body.dashboard.panels).toHaveLength(10);
    expect(answer.body.meta).toMatchObject({ folderUid: 'core', folderTitle: '核心系统', canEdit: false });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('keep collapsed panels inside their row', async () => {
    const { panels } = (await get(`${grafana.url}/api/dashboards/uid/rows`, viewer)).body.dashboard;
    const row = panels.find((p: any) => p.type === 'row' && p.collapsed);
    expect(row.panels.map((p: any) => p.id)).toEqual([3, 4, 5]);
    expect(panels.map((p: any) => p.id)).not.toContain(3);
  });

  it('can be told in the v2 schema by new versions', async () => {
    const group = (await get(`${grafana.url}/apis/dashboard.grafana.app/`, viewer)).body;
    expect(group.preferredVersion.version).toBe('v2');
    const { spec } = (await get(`${grafana.url}/apis/dashboard.grafana.app/v2/namespaces/default/dashboards/rows/dto`, viewer)).body;
    expect(spec.layout.kind).toBe('RowsLayout');
    expect(spec.layout.spec.rows[1].spec.collapse).toBe(true);
    expect(spec.elements['panel-3'].spec.title).toBe('华北');
  });

  it('give a library panel only by reference', async () => {
    const { panels } = (await get(`${grafana.url}/api/dashboards/uid/library`, viewer)).body.dashboard;
    expect(panels[0].targets).toBeUndefined();
    const { result } = (await get(`${grafana.url}/api/library-elements/${panels[0].libraryPanel.uid}`, viewer)).body;
    expect(result.model.type).toBe('timeseries');
  });
});

describe('queries', () => {
  it('answer the same for the same panel and range', async () => {
    const first = (await query(ask('demo/1', 'series', { names: ['支付', '转账'] }))).body.results.A.frames;
    const second = (await query(ask('demo/1', 'series', { names: ['支付', '转账'] }))).body.results.A.frames;
    expect(second).toEqual(first);
    const expected = seriesOf('demo/1', 1700000000000, 1700021600000, 1);
    expect(first[1].data.values).toEqual([expected.times, expected.values]);
    expect(first[0].schema.fields[1].config.displayNameFromDS).toBe('支付');
  });

  it('carry the stamp of panel and window, and differ with either', async () => {
    const stampOf = async (body: unknown) => (await query(body)).body.results.A.frames[0].schema.meta.custom.stamp;
    const one = await stampOf(ask('demo/1', 'series'));
    expect(one).toBe(stampColor('demo/1', 1700000000000, 1700021600000));
    expect(await stampOf(ask('demo/2', 'series'))).not.toBe(one);
    expect(await stampOf({ ...ask('demo/1', 'series'), to: '1700021600001' })).not.toBe(one);
  });

  it('look alike a day later where they are steady, and climb when told to surge', async () => {
    const at = (from: number) => ({ ...ask('pay/1', 'series', { steady: { level: 100 } }), from: String(from), to: String(from + 21_600_000) });
    const valuesOf = async (from: number) => (await query(at(from))).body.results.A.frames[0].data.values[1] as number[];
    const [today, tomorrow] = [await valuesOf(1700000000000), await valuesOf(1700086400000)];
    expect(tomorrow).toEqual(today);
    expect(Math.max(...today) / Math.min(...today)).toBeLessThan(2);
    await post(`${grafana.url}/__test/faults`, { panels: { '*': { surge: 9 } } });
    const surged = await valuesOf(1700000000000);
    expect(surged.at(-1)! / today.at(-1)!).toBeCloseTo(9, 1);
    expect(surged.slice(0, 90)).toEqual(today.slice(0, 90));
    await post(`${grafana.url}/__test/faults`, { panels: {} });
  });

  it('end single values in the promised number', async () => {
    const frame = (await query(ask('demo/3', 'values'))).body.results.A.frames[0];
    expect(frame.data.values[1].at(-1)).toBe(valueOf('demo/3', 1700000000000, 1700021600000, 0));
  });

  it('fail by reference with 400 and results', async () => {
    const failed = await query(ask('trouble:error/faults/1', 'series'));
    expect(failed.status).toBe(400);
    expect(failed.body.results.A.error).toContain('refused');
    const partly = await query(ask('trouble:ref-error/faults/7', 'series'));
    expect(partly.status).toBe(400);
    expect(partly.body.results.A.frames).toHaveLength(1);
    expect(partly.body.results.B.error).toBeTruthy();
    expect((await query(ask('trouble:no-data/faults/2', 'series'))).body.results.A.frames).toEqual([]);
  });
});

describe('faults', () => {
  const inject = (state: unknown) => post(`${grafana.url}/__test/faults`, state);
  const panel = { 'x-dashboard-uid': 'demo', 'x-panel-id': '1' };

  it('make one panel fail as often as asked', async () => {
    await inject({ panels: { 'demo/1': { error: 'boom', times: 1 } } });
    expect((await query(ask('demo/1', 'series'), panel)).body.results.A.error).toBe('boom');
    expect((await query(ask('demo/1', 'series'), panel)).status).toBe(200);
  });

  it('cut the connection of a query', async () => {
    await inject({ panels: { 'demo/1': { abort: true } } });
    await expect(query(ask('demo/1', 'series'), panel)).rejects.toThrow();
  });

  it('delete, forbid and break dashboards', async () => {
    const status = async () => (await get(`${grafana.url}/api/dashboards/uid/demo`, viewer)).status;
    await inject({ dashboards: { demo: { deleted: true } } });
    expect(await status()).toBe(404);
    expect((await get(`${grafana.url}/api/search?dashboardUIDs=demo`, viewer)).body).toEqual([]);
    await inject({ dashboards: { demo: { status: 403 } } });
    expect(await status()).toBe(403);
  });

  it('break a path, redirect pages, break the bundle', async () => {
    await inject({ paths: [{ path: '/api/search', status: 500, times: 1 }] });
    expect((await get(`${grafana.url}/api/search`, viewer)).status).toBe(500);
    expect((await get(`${grafana.url}/api/search`, viewer)).status).toBe(200);
    await inject({ redirectTo: 'http://elsewhere.invalid/' });
    expect((await get(`${grafana.url}/d/demo`, viewer)).headers.get('location')).toBe('http://elsewhere.invalid/');
    await post(`${grafana.url}/__test/reset`, {});
    await inject({ boot: 'fail' });
    expect((await get(`${grafana.url}/d/demo`, viewer)).text).toContain('missing-bundle.js');
  });

  it('draw the same delays for the same seed', async () => {
    const { Faults } = await import('../server/faults.js');
    const draw = () => {
      const faults = new Faults(0);
      faults.set({ queryDelay: { minMs: 0, maxMs: 800, seed: 7 } });
      return Array.from({ length: 20 }, () => faults.drawQueryDelayMs());
    };
    const drawn = draw();
    expect(draw()).toEqual(drawn);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(800);
    expect(new Set(drawn).size).toBeGreaterThan(10);
  });
});

describe('the record', () => {
  it('names headers and hashes secrets', async () => {
    await get(`${grafana.url}/api/org?x=1`, { ...viewer, cookie: 'grafana_session=abc' });
    const { requests } = (await get(`${grafana.url}/__test/requests`)).body;
    const entry = requests.find((r: any) => r.path === '/api/org');
    expect(entry.headers).toContain('authorization');
    expect(entry.secrets.authorization).toMatch(/^[0-9a-f]{64}$/);
    expect(entry.cookies.grafana_session).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(requests)).not.toContain('glsa_');
    expect(entry.by).toBe('apikey');
  });

  it('keeps what reached the thief apart', async () => {
    const robbed = await startServer('--thief-port', '0');
    await get(`${robbed.thiefUrl}/pixel.png`, { authorization: 'Bearer leaked' });
    const { thief, requests } = (await get(`${robbed.url}/__test/requests`)).body;
    expect(thief).toHaveLength(1);
    expect(thief[0].secrets.authorization).toBeTruthy();
    expect(requests).toHaveLength(0);
    await robbed.stop();
  });
});

describe('a sub-path', () => {
  it('prefixes everything', async () => {
    const sub = await startServer('--sub-path', '/grafana');
    expect(sub.url.endsWith('/grafana')).toBe(true);
    expect((await get(`${sub.url}/api/search?dashboardUIDs=demo`, viewer)).body[0].url).toMatch(/^\/grafana\/d\/demo\//);
    expect((await get(`${sub.url}/d/demo`, viewer)).text).toContain('<base href="/grafana/">');
    expect((await get(`${sub.url.replace('/grafana', '')}/api/health`)).status).toBe(404);
    expect((await get(`${sub.url}/d/demo`)).headers.get('location')).toContain('/grafana/login');
    await sub.stop();
  });
});
