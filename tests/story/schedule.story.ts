// When rounds begin and what their windows are: moments missed while the service was down, several lines, holidays, pauses, and the days on
// which clocks change.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { adminPassword, Caller, Description } from './lib/api.js';
import { Grafana, viewerToken } from './lib/grafana.js';
import { Live } from './lib/live.js';
import { Child } from './lib/process.js';
import { binary, Rounds } from './lib/rounds.js';
import { good, isOver, sixHours } from './lib/round.js';

const day = 86_400_000;
const folders: string[] = [];
let grafana: Grafana, child: Child | undefined;

beforeAll(async () => { grafana = await Grafana.start(); });
afterEach(async () => { await child?.stop(); });
afterAll(async () => {
  await grafana?.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const newFolder = () => { folders.push(mkdtempSync(join(tmpdir(), 'rounds-schedule-'))); return folders.at(-1)!; };

/** The service on this folder's data, by a clock that is so far ahead. */
async function serve(folder: string, aheadMs = 0): Promise<Caller> {
  child = Child.start(binary, ['serve', '--listen.address=127.0.0.1:0', `--data=${join(folder, 'data')}`, `--temp=${folder}`, `--port-file=${join(folder, 'port')}`],
    { ROUNDS_AUTH_TOKENS: 'a-token-of-the-tests-0123456789', ROUNDS_ADMIN_PASSWORD: adminPassword, ROUNDS_TEST_CLOCK_OFFSET_MS: String(aheadMs) });
  await child.line((l) => l.includes('event=start'));
  const rounds = { url: `http://127.0.0.1:${readFileSync(join(folder, 'port'), 'utf8').trim()}` } as Rounds;
  return Caller.signIn(rounds, await Description.of(rounds));
}

const serveAt = (moment: string) => serve(newFolder(), Date.parse(moment) - Date.now());
const makeScheduled = async (admin: Caller, source: string, name: string, schedule: object) => good(await admin.post('/plans', { spec: {
  name, timezone: 'Asia/Shanghai', selections: [{ source, dashboard: 'gateway', panels: [1] }], windows: [sixHours], schedule,
} }), 201).id;

describe('a moment that passed while the service was down', () => {
  it('makes one round on start, the newest one and marked late; none of paused plans, none on holidays, none again', async () => {
    // The newest missed moment is ten hours before the start, whatever the time of day; none comes due meanwhile.
    const folder = newFolder(), ahead = 3 * day, begun = Date.now(), hour = 3_600_000;
    const line = (at: number) => { const there = new Date(at + 8 * hour); return `${there.getUTCMinutes()} ${there.getUTCHours()} * * *`; };
    const newest = Math.floor((begun - 10 * hour) / 60_000) * 60_000 + ahead, cron = [line(begun - 18 * hour), line(begun - 10 * hour)];
    let admin = await serve(folder);
    const source = await admin.source(grafana.url, viewerToken);
    const plan = await makeScheduled(admin, source, 'missed', { cron });
    const paused = await makeScheduled(admin, source, 'paused', { cron });
    good(await admin.post(`/plans/${paused}/pause`, { paused: true }));
    const holidays = Array.from({ length: 6 }, (_, i) => new Date(Date.now() + (i - 1) * day).toISOString().slice(0, 10));
    const idle = await makeScheduled(admin, source, 'on holiday', { cron, holidays });
    await child!.stop();

    admin = await serve(folder, ahead);
    const now = Date.now() + ahead;
    const live = await Live.open(admin, '/events');
    const of = async (id: string) => good(await admin.get(`/rounds?plan=${id}`)).items;
    if (!(await of(plan)).some(isOver)) await live.until((e) => e.name === 'round' && e.data.plan_id === plan && isOver(e.data));
    live.close();
    expect((await of(plan)).map((r: any) => [r.moment_at, r.trigger, r.late, r.state])).toEqual([[new Date(newest).toISOString(), 'schedule', true, 'finished']]);
    expect([await of(paused), await of(idle)]).toEqual([[], []]);
    const next = Date.parse(good(await admin.get(`/plans/${plan}`)).next_run_at);
    expect(next).toBeGreaterThan(now);
    expect(next - now).toBeLessThan(day);
    expect(good(await admin.get(`/plans/${paused}`)).next_run_at).toBeNull();
    await child!.stop();

    admin = await serve(folder, ahead);
    expect(await of(plan), 'a further start makes no second one').toHaveLength(1);
    good(await admin.post(`/plans/${paused}/pause`, { paused: false }));
    expect(Date.parse(good(await admin.get(`/plans/${paused}`)).next_run_at), 'what a pause left out is not made up for').toBeGreaterThan(now);
    expect(await of(paused)).toEqual([]);
  });
});

describe('clocks that change', () => {
  const berlin = 'Europe/Berlin';
  const next = async (admin: Caller, ...cron: string[]) => good(await admin.post('/schedule/preview', { cron, timezone: berlin, holidays: [] })).next;
  const yesterday = async (admin: Caller) => {
    const source = await admin.source(grafana.url, viewerToken);
    const windows = [{ name: 'day', kind: 'calendar', unit: 'day', offset: -1 }, { name: 'morning', kind: 'calendar', unit: 'day', offset: -1, from: '01:00', to: '05:00' }];
    const spec = { name: 'x', timezone: berlin, selections: [{ source, dashboard: 'gateway', panels: [1] }], windows };
    return good(await admin.post('/plans/dry-run', { spec })).shots.map((s: any) => [s.from, s.to]);
  };

  it('forward: a time that does not exist comes once, right after; yesterday has 23 hours', async () => {
    const admin = await serveAt('2027-03-27T12:00:00Z');
    expect((await next(admin, '30 2 * * *')).slice(0, 3)).toEqual(['2027-03-28T01:00:00.000Z', '2027-03-29T00:30:00.000Z', '2027-03-30T00:30:00.000Z']);
    await child!.stop();
    expect(await yesterday(await serveAt('2027-03-28T22:30:00Z'))).toEqual([
      ['2027-03-27T23:00:00.000Z', '2027-03-28T22:00:00.000Z'],
      ['2027-03-28T00:00:00.000Z', '2027-03-28T03:00:00.000Z'],
    ]);
  });

  it('back: a time that comes twice is taken once; yesterday has 25 hours', async () => {
    const admin = await serveAt('2027-10-30T12:00:00Z');
    expect((await next(admin, '30 2 * * *')).slice(0, 2)).toEqual(['2027-10-31T00:30:00.000Z', '2027-11-01T01:30:00.000Z']);
    await child!.stop();
    expect(await yesterday(await serveAt('2027-10-31T23:30:00Z'))).toEqual([
      ['2027-10-30T22:00:00.000Z', '2027-10-31T23:00:00.000Z'],
      ['2027-10-30T23:00:00.000Z', '2027-10-31T04:00:00.000Z'],
    ]);
  });
});
