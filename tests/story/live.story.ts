// What happens is told while it happens: to those who look at a round, and to those who look at all of them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Caller, Description, platform } from './lib/api.js';
import { Grafana, viewerToken } from './lib/grafana.js';
import { Live } from './lib/live.js';
import { Rounds } from './lib/rounds.js';
import { good, isOver, makePlan, runRound, shotsOf } from './lib/round.js';

let rounds: Rounds, grafana: Grafana, admin: Caller, source: string, plan: string;

beforeAll(async () => {
  grafana = await Grafana.start();
  rounds = await Rounds.start(platform);
  admin = await Caller.signIn(rounds, await Description.of(rounds));
  source = await admin.source(grafana.url, viewerToken);
  plan = await makePlan(admin, source, ['demo', 'gateway']);
});
afterAll(async () => { await rounds?.stop(); await grafana?.stop(); });

describe('who looks at a round', () => {
  it('sees each shot land, and the count, rate and time left', async () => {
    const { id } = good(await admin.post(`/plans/${plan}/rounds`), 202);
    const live = await Live.open(admin, `/rounds/${id}/events`);
    expect(live.type).toBe('text/event-stream');
    const end = await live.until((e) => e.name === 'round' && isOver(e.data));
    const final = await shotsOf(admin, id);
    const last = new Map(live.of('shot').map((s) => [s.id, s]));
    live.close();
    expect(end.data).toMatchObject({ id, state: 'finished', total: final.length, done: final.length, left_ms: 0 });
    expect(end.data.rate_per_s).toBeGreaterThan(0);
    for (const s of final) expect(last.get(s.id), s.id).toEqual(s);
    const counts = live.of('round').map((c) => c.done);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts.length).toBeGreaterThan(3);
  });

  it('sees what others judge and sign, one by one and many at once', async () => {
    const round = await runRound(admin, plan);
    const shots = await shotsOf(admin, round.id);
    const li = await admin.person('li', 'reviewer');
    const live = await Live.open(admin, `/rounds/${round.id}/events`);
    good(await li.post(`/shots/${shots[0].id}/verdict`, { value: 'abnormal', comment: '高', expected_version: 0 }));
    const one = await live.until((e) => e.name === 'verdict');
    expect(one.data).toMatchObject({ shot_id: shots[0].id, verdict_version: 1, verdict: { value: 'abnormal', by: { display_name: 'li' } } });
    good(await li.post(`/rounds/${round.id}/verdicts`, { value: 'normal', filter: { filter: 'todo' }, expected_count: shots.length - 1 }));
    await live.until((e) => e.name === 'round' && e.data.undecided === 0);
    const judged = new Set(live.of('verdict').map((v) => v.shot_id));
    expect(judged).toEqual(new Set(shots.map((s) => s.id)));
    good(await li.post(`/rounds/${round.id}/sign`, { summary: '好', expected_undecided: 0 }));
    await live.until((e) => e.name === 'sign');
    expect((await live.until((e) => e.name === 'round' && e.data.state === 'signed')).data.normal).toBe(shots.length - 1);
    live.close();
  });

  it('is told what was missed when coming back', async () => {
    const round = await runRound(admin, plan);
    const shots = await shotsOf(admin, round.id);
    const first = await Live.open(admin, `/rounds/${round.id}/events`);
    const { id } = await first.until((e) => e.name === 'round');
    first.close();
    expect(Number(id)).toBeGreaterThan(0);
    for (const s of shots.slice(0, 3)) good(await admin.post(`/shots/${s.id}/verdict`, { value: 'normal' }));
    const back = await Live.open(admin, `/rounds/${round.id}/events`, { 'Last-Event-ID': id! });
    await back.until((e) => e.name === 'round' && e.data.normal === 3);
    const told = back.of('shot');
    back.close();
    expect(told.map((s) => [s.id, s.verdict?.value])).toEqual(shots.slice(0, 3).map((s) => [s.id, 'normal']));
  });
});

describe('who looks at all rounds', () => {
  it('sees the cards of those of their sources, and only those', async () => {
    const other = await admin.source(grafana.url, viewerToken, 'other');
    const theirs = await admin.person('zhou', 'reviewer', { source_ids: [other] });
    const [all, some] = [await Live.open(admin, '/events'), await Live.open(theirs, '/events')];
    const mine = await runRound(admin, plan);
    const foreign = await runRound(admin, await makePlan(admin, other, ['gateway'], { name: 'other' }));
    await some.until((e) => e.name === 'round' && e.data.id === foreign.id && isOver(e.data));
    await all.until((e) => e.name === 'round' && e.data.id === foreign.id && isOver(e.data));
    expect(new Set(all.of('round').map((c) => c.id))).toEqual(new Set([mine.id, foreign.id]));
    expect(new Set(some.of('round').map((c) => c.id))).toEqual(new Set([foreign.id]));
    expect(all.of('shot')).toEqual([]);
    all.close();
    some.close();
  });

  it('hears no more once the session has ended, the token is revoked, or the source is hidden', async () => {
    const over = (live: Live) => live.until(() => false).catch(() => undefined);
    const person = await admin.person('leaver', 'viewer');
    const round = await runRound(admin, plan);
    const left = [await Live.open(person, '/events'), await Live.open(person, `/rounds/${round.id}/events`)];
    expect((await person.drop('/session')).status).toBe(204);
    await Promise.all(left.map(over));

    const made = good(await admin.post('/tokens', { name: 'listener', role: 'viewer' }), 201);
    const heard = await Live.open(admin.withToken(made.secret), '/events');
    expect((await admin.drop(`/tokens/${made.token.id}`)).status).toBe(204);
    await over(heard);

    const narrow = await admin.person('narrow', 'viewer', { source_ids: [source] });
    const theirs = [await Live.open(narrow, '/events'), await Live.open(narrow, `/rounds/${round.id}/events`)];
    const user = (await narrow.get('/session')).json.user;
    good(await admin.patch(`/users/${user.id}`, { source_ids: [], version: user.version }), 200);
    await over(theirs[1]!);
    expect((await narrow.get(`/rounds/${round.id}`)).status).toBe(404);

    const disabled = await admin.person('disabled', 'viewer');
    const last = await Live.open(disabled, '/events');
    good(await admin.drop(`/users/${(await disabled.get('/session')).json.user.id}`), 204);
    await over(last);
    theirs[0]!.close();
  });

  it('an open stream keeps nobody from stopping the service', async () => {
    const own = await Rounds.start(platform);
    const caller = await Caller.signIn(own, await Description.of(own));
    const streams = await Promise.all(Array.from({ length: 40 }, () => Live.open(caller, '/events')));
    expect((await caller.get('/today')).status, 'idle streams hold no worker').toBe(200);
    expect(await own.stop()).toBe(0);
    expect(streams.length).toBe(40);
  });
});
