// People judge: one shot at a time, several people at once, many shots in one act; what is known carries forward.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Caller, Description, platform } from './lib/api.js';
import { Grafana, viewerToken } from './lib/grafana.js';
import { Rounds } from './lib/rounds.js';
import { finished, good, makePlan, runRound, shotsOf, sixHours, yesterday } from './lib/round.js';

let rounds: Rounds, grafana: Grafana, admin: Caller, wang: Caller, li: Caller, plan: string, source: string;
const shot = (s: any, caller = admin) => caller.get(`/shots/${s.id}`).then((a) => good(a));
const judge = (caller: Caller, s: any, verdict: object) => caller.post(`/shots/${s.id}/verdict`, verdict);

beforeAll(async () => {
  grafana = await Grafana.start();
  rounds = await Rounds.start(platform);
  admin = await Caller.signIn(rounds, await Description.of(rounds));
  source = await admin.source(grafana.url, viewerToken);
  wang = await admin.person('wang', 'reviewer');
  li = await admin.person('li', 'reviewer');
  plan = await makePlan(admin, source, ['gateway'], { windows: [sixHours, yesterday] });
});
afterAll(async () => { await rounds?.stop(); await grafana?.stop(); });

describe('a verdict', () => {
  let round: any, shots: any[];
  beforeAll(async () => {
    round = await runRound(admin, plan);
    shots = await shotsOf(admin, round.id);
  });

  it('is kept with who, when, how and how long they looked', async () => {
    const given = good(await judge(wang, shots[0], {
      value: 'abnormal', comment: '延迟高', category: 'latency', links: ['https://example.org/42'], dwell_ms: 4200, how: 'phone', expected_version: 0,
    }));
    expect(given.verdict).toMatchObject({
      value: 'abnormal', comment: '延迟高', category: 'latency', links: ['https://example.org/42'], dwell_ms: 4200, how: 'phone',
      by: { display_name: 'wang' },
    });
    expect(given.verdict_version).toBe(1);
    const card = good(await admin.get(`/rounds/${round.id}`));
    expect([card.abnormal, card.undecided, card.total]).toEqual([1, shots.length - 1, shots.length]);
  });

  it('is not lost when two people judge at once: the second is told what the first said', async () => {
    const late = await judge(li, shots[0], { value: 'normal', expected_version: 0 });
    expect([late.status, late.json.error.code]).toEqual([409, 'conflict']);
    expect(late.json.error.details[0]).toMatchObject({ verdict_version: 1, verdict: { value: 'abnormal', comment: '延迟高', by: { display_name: 'wang' } } });
    expect((await shot(shots[0])).verdict.value).toBe('abnormal');
    const both = await Promise.all([wang, li].map((who) => judge(who, shots[1], { value: 'normal', expected_version: 0 })));
    expect(both.map((a) => a.status).sort()).toEqual([200, 409]);
    good(await judge(li, shots[0], { value: 'normal', comment: '误报', expected_version: 1 }));
    const thread = good(await admin.get(`/shots/${shots[0].id}/verdicts`)).items;
    expect(thread.map((v: any) => [v.value, v.by.display_name])).toEqual([['normal', 'li'], ['abnormal', 'wang']]);
  });

  it('is taken back by another one; the record keeps both', async () => {
    const back = good(await judge(wang, shots[1], { value: 'undecided', expected_version: 1 }));
    expect([back.verdict, back.verdict_version]).toEqual([null, 2]);
    expect((await shotsOf(admin, round.id, '&filter=todo')).map((s) => s.id)).toContain(shots[1].id);
    expect(good(await admin.get(`/shots/${shots[1].id}/verdicts`)).items).toHaveLength(2);
  });

  it('needs words when something is wrong, and a viewer cannot give one', async () => {
    expect((await judge(wang, shots[2], { value: 'abnormal', comment: '  ' })).status).toBe(422);
    expect((await judge(wang, shots[2], { value: 'fine' })).status).toBe(400);
    expect((await judge(wang, shots[2], { value: 'normal', links: ['javascript:alert(1)'] })).status).toBe(422);
    expect((await judge(wang, shots[2], { value: 'normal', colour: 'red' })).status).toBe(400);
    const viewer = await admin.person('zhao', 'viewer');
    expect((await judge(viewer, shots[2], { value: 'normal' })).status).toBe(403);
    expect((await shot(shots[2])).verdict).toBeNull();
  });

  it('is given to many in one act, for exactly as many as were seen', async () => {
    const todo = await shotsOf(wang, round.id, '&filter=todo');
    const dry = good(await wang.post(`/rounds/${round.id}/verdicts?dry_run=true`, { value: 'normal', filter: { filter: 'todo' } }));
    expect(dry.shots).toEqual(todo.map((s) => s.id));
    expect((await shotsOf(wang, round.id, '&filter=todo')).length, 'nothing has happened').toBe(todo.length);
    const wrong = await wang.post(`/rounds/${round.id}/verdicts`, { value: 'normal', filter: { filter: 'todo' }, expected_count: todo.length - 1 });
    expect(wrong.status).toBe(409);
    expect((await wang.post(`/rounds/${round.id}/verdicts`, { value: 'normal', filter: { filter: 'todo' } })).status, 'without a count').toBe(400);
    const named = todo.slice(0, 2).map((s) => s.id);
    expect(good(await wang.post(`/rounds/${round.id}/verdicts`, { value: 'not_applicable', comment: '停机', shots: named, expected_count: 2 }))).toEqual({ applied: 2, skipped: 0 });
    expect(good(await wang.post(`/rounds/${round.id}/verdicts`, { value: 'normal', filter: { filter: 'todo' }, expected_count: todo.length - 2 })).applied).toBe(todo.length - 2);
    const after = good(await wang.get(`/rounds/${round.id}`));
    expect([after.undecided, after.not_applicable]).toEqual([0, 2]);
    expect((await shotsOf(wang, round.id)).filter((s) => s.verdict.how === 'bulk')).toHaveLength(todo.length);
  });
});

describe('the shots of a round', () => {
  it('are filtered, found and ordered', async () => {
    const round = await runRound(admin, plan);
    const all = await shotsOf(admin, round.id);
    expect(all.map((s) => s.order)).toEqual(all.map((_, i) => i + 1));
    good(await judge(wang, all[3], { value: 'abnormal', comment: 'x' }));
    good(await judge(li, all[4], { value: 'normal' }));
    expect((await shotsOf(admin, round.id, '&filter=abnormal')).map((s) => s.id)).toEqual([all[3].id]);
    expect((await shotsOf(li, round.id, '&filter=mine')).map((s) => s.id)).toEqual([all[4].id]);
    expect(await shotsOf(admin, round.id, '&filter=failed')).toEqual([]);
    const title = all[0].panel.title;
    expect((await shotsOf(admin, round.id, `&q=${encodeURIComponent(title)}`)).every((s) => s.panel.title === title)).toBe(true);
    const scores = (await shotsOf(admin, round.id, '&order=change')).map((s) => s.change?.score ?? -1);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores[0]).toBeGreaterThan(0); // six hours have moved on since the round before
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: any = good(await admin.get(`/rounds/${round.id}/shots?limit=5&cursor=${cursor}`));
      paged.push(...page.items.map((s: any) => s.id));
      cursor = page.next;
    }
    expect(paged).toEqual(all.map((s) => s.id));
  });

  it('are compared with the round before, or what was pinned, leaving masked parts out', async () => {
    const round = await runRound(admin, plan);
    const mine = (await shotsOf(admin, round.id)).find((s) => s.panel.type === 'timeseries' && s.window.name === '六小时');
    const refs = good(await admin.get(`/shots/${mine.id}/references`));
    expect(refs.chosen.id).toBe(refs.previous.id);
    expect(refs.previous.panel_key).toBe(mine.panel_key);
    expect(refs.pinned).toBeNull();
    good(await admin.put(`/panels/${mine.panel_key}/pin`, { shot_id: refs.previous.id, window: mine.window.name }), 204);
    expect(good(await admin.get(`/shots/${mine.id}/references`)).pinned.id).toBe(refs.previous.id);
    good(await admin.call('DELETE', `/panels/${mine.panel_key}/pin`, { shot_id: refs.previous.id }), 204);
    expect(good(await admin.get(`/shots/${mine.id}/references`)).pinned).toBeNull();

    const share = async () => Number((await admin.get(`/shots/${mine.id}/difference/${refs.previous.id}`)).headers.get('x-rounds-changed-share'));
    expect(await share()).toBeGreaterThan(0);
    good(await admin.put(`/panels/${mine.panel_key}/masks`, { masks: [{ x: 0, y: 0, w: 1, h: 1 }] }));
    expect(await share()).toBe(0);
    expect((await admin.put(`/panels/${mine.panel_key}/masks`, { masks: [{ x: 0, y: 0, w: 2, h: 1 }] })).status).toBe(422);
    good(await admin.put(`/panels/${mine.panel_key}/masks`, { masks: [] }));

    const history = good(await admin.get(`/panels/${mine.panel_key}/history?window=${encodeURIComponent('六小时')}`)).items;
    expect(history[0].id).toBe(mine.id);
    expect(history[1].id).toBe(refs.previous.id);
    expect(new Set(history.map((s: any) => s.panel_key))).toEqual(new Set([mine.panel_key]));
    expect((await admin.get(`/panels/${mine.panel_key}/history?window=nothing`)).status).toBe(404);
  });
});

describe('what is known', () => {
  it('goes with the panel into later rounds, until it ends', async () => {
    const before = await runRound(admin, plan);
    const [first, other] = (await shotsOf(admin, before.id)).filter((s) => s.window.name === '六小时');
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const known = good(await wang.post('/known-issues', { panel_key: first.panel_key, comment: '扩容前会超', link: 'https://example.org/7', expires_at: until }), 201);
    const after = await runRound(admin, plan);
    const shots = await shotsOf(admin, after.id);
    const same = shots.find((s) => s.panel_key === first.panel_key && s.window.name === '六小时');
    expect(same.known_issue).toMatchObject({ id: known.id, comment: '扩容前会超', link: 'https://example.org/7', expires_at: until });
    expect(shots.find((s) => s.panel_key === other.panel_key).known_issue).toBeNull();
    const changed = good(await wang.patch(`/known-issues/${known.id}`, { comment: '仍在扩容' }));
    expect((await shot(same)).known_issue).toMatchObject({ id: changed.id, comment: '仍在扩容', link: 'https://example.org/7' });
    expect((await wang.patch(`/known-issues/${changed.id}`, { expires_at: '2020-01-01T00:00:00Z' })).status).toBe(400);
    expect(good(await wang.get('/known-issues')).items.map((k: any) => k.id)).toEqual([changed.id]);
    good(await wang.drop(`/known-issues/${changed.id}`), 204);
    expect((await shot(same)).known_issue).toBeNull();
  });
});

describe('taking again', () => {
  it('brings a new picture, keeps the old verdict on record, and asks to judge anew', async () => {
    const round = await runRound(admin, plan);
    const [first] = await shotsOf(admin, round.id);
    good(await judge(wang, first, { value: 'normal' }));
    good(await wang.post(`/shots/${first.id}/reshoot`), 202);
    await finished(wang, round.id);
    const again = await shot(first);
    expect(again).toMatchObject({ state: 'done', outcome: 'ok', verdict: null });
    expect(good(await wang.get(`/shots/${first.id}/verdicts`)).items).toHaveLength(1);
    expect((await judge(wang, first, { value: 'normal', expected_version: 1 })).status, 'of a picture that is gone').toBe(409);
  });

  it('keeps what was there before, within reach: pictures, data, and why one had failed', async () => {
    const round = await runRound(admin, plan);
    const [one] = await shotsOf(admin, round.id);
    const get = async (path: string) => {
      const { status, bytes } = await admin.get(`/shots/${one.id}${path}`);
      return { status, hash: createHash('sha256').update(bytes).digest('hex') };
    };
    expect(good(await admin.get(`/shots/${one.id}/takes`)).items).toEqual([]);
    const before = await shot(one);
    const kept = ['/picture', '/thumbnail', '/data', '/data.csv', '/frames'];
    const had = await Promise.all(kept.map(get));
    expect(had.map((x) => x.status)).toEqual(kept.map(() => 200));
    const again = async () => {
      good(await admin.post(`/shots/${one.id}/reshoot`), 202);
      await finished(admin, round.id);
      return shot(one);
    };
    await grafana.faults({ dashboards: { [before.dashboard.uid]: { without: [before.panel.id], version: 8 } } });
    const failed = await again();
    await grafana.faults({ dashboards: { [before.dashboard.uid]: null } });
    // Now that the shot itself has nothing, what comes is the earlier take's.
    expect((await get('/picture')).status).toBe(404);
    expect(await Promise.all(kept.map((path) => get(`${path}?take=1`)))).toEqual(had);
    expect((await again()).outcome).toBe('ok');

    const { items, next } = good(await admin.get(`/shots/${one.id}/takes`));
    expect(next).toBeNull();
    expect(items).toEqual([
      { number: 2, state: 'failed', outcome: 'panel_missing', message: failed.message, taken_at: failed.taken_at, sha256: null, expired: false, has_data: false },
      { number: 1, state: 'done', outcome: null, message: null, taken_at: before.taken_at, sha256: before.picture.sha256, expired: false, has_data: true },
    ]);
    expect(await get('/picture?take=1')).toEqual({ status: 200, hash: before.picture.sha256 });
    expect(await Promise.all(kept.map((path) => get(`${path}?take=1`)))).toEqual(had);
    expect((await get('/picture?take=2')).status, 'it had none').toBe(404);
    expect((await get('/picture?take=3')).status).toBe(404);
    expect((await get('/picture?take=first')).status).toBe(400);
  });

  it('takes only what failed once more', async () => {
    await grafana.faults({ panels: { 'faults/1': { error: 'down' } } });
    const broken = await makePlan(admin, source, ['faults'], { selections: [{ source, dashboard: 'faults', panels: [4, 6] }] });
    const round = await runRound(admin, broken);
    const shots = await shotsOf(admin, round.id);
    expect(shots.map((s) => s.outcome)).toContain('plugin_missing');
    const wasTaken = shots.find((s) => s.panel.key === '6').taken_at;
    const retried = await wang.post(`/rounds/${round.id}/retry-failed`);
    expect(retried.status).toBe(202);
    await finished(wang, round.id);
    const after = await shotsOf(admin, round.id);
    expect(after.find((s) => s.panel.key === '6').taken_at).toBe(wasTaken);
    await grafana.faults({ panels: {} });
  });
});

describe('who sees what', () => {
  it('a person who does not see the source sees none of its rounds', async () => {
    const blind = await admin.person('qian', 'reviewer', { source_ids: [] });
    const round = await runRound(admin, plan);
    const [first] = await shotsOf(admin, round.id);
    expect(good(await blind.get('/rounds')).items).toEqual([]);
    expect(good(await blind.get('/today')).plans).toEqual([]);
    for (const path of [`/rounds/${round.id}`, `/rounds/${round.id}/shots`, `/rounds/${round.id}/events`, `/shots/${first.id}`, `/shots/${first.id}/picture`,
      `/shots/${first.id}/data.csv`, `/panels/${first.panel_key}/history`, `/rounds/${round.id}/report?format=zip`, `/rounds/${round.id}/contact-sheet`])
      expect((await blind.get(path)).status, path).toBe(404);
    expect((await judge(blind, first, { value: 'normal' })).status).toBe(404);
    expect((await blind.post(`/rounds/${round.id}/sign`, { summary: 'x' })).status).toBe(404);
    expect((await blind.put(`/panels/${first.panel_key}/pin`, { shot_id: first.id })).status).toBe(404);
  });
});
