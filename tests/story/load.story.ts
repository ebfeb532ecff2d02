// How much of a Grafana's time rounds may take: quiet hours of sources and plans, and how many pages at once.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Caller, Description, platform } from './lib/api.js';
import { Grafana, viewerToken } from './lib/grafana.js';
import { Live } from './lib/live.js';
import { finished, good, makePlan, shotsOf } from './lib/round.js';
import { Rounds, run } from './lib/rounds.js';

let rounds: Rounds, grafana: Grafana, admin: Caller, source: string;

beforeAll(async () => {
  grafana = await Grafana.start();
  rounds = await Rounds.start({ ...platform, args: ['--browser.max=3'] });
  admin = await Caller.signIn(rounds, await Description.of(rounds));
  source = await admin.source(grafana.url, viewerToken);
});
afterAll(async () => { await rounds?.stop(); await grafana?.stop(); });

const allDay = { timezone: 'Asia/Shanghai', hours: [{ from: '00:00', to: '24:00' }] };
const version = async () => good(await admin.get(`/sources/${source}`)).version;
const change = async (more: object) => good(await admin.patch(`/sources/${source}`, { ...more, version: await version() }));

/** A clock face so many minutes from now, in UTC. */
const utc = (minutes: number) => new Date(Date.now() + minutes * 60000).toISOString().slice(11, 16);

describe('quiet hours of a source', () => {
  it('are kept, told, and taken away again', async () => {
    expect(good(await admin.get(`/sources/${source}`))).toMatchObject({ quiet_hours: null, quiet_until: null });
    const hours = [{ from: utc(120), to: utc(180) }];
    expect(await change({ quiet_hours: { timezone: 'UTC', hours } })).toMatchObject({ quiet_hours: { timezone: 'UTC', hours }, quiet_until: null });
    expect((await change({ name: 'quiet' })).quiet_hours, 'what is left out stays').toEqual({ timezone: 'UTC', hours });
    const now = await change({ quiet_hours: { timezone: 'UTC', hours: [{ from: utc(-60), to: utc(60) }] } });
    const left = Date.parse(now.quiet_until) - Date.now();
    expect(left).toBeGreaterThan(57 * 60000);
    expect(left).toBeLessThanOrEqual(60 * 60000);
    expect(await change({ quiet_hours: null })).toMatchObject({ quiet_hours: null, quiet_until: null });
  });

  it('are refused with the place of the fault', async () => {
    const bad = await admin.patch(`/sources/${source}`, { version: await version(), quiet_hours: { timezone: 'Asia/Shanghia', hours: [{ from: '25:00', to: '06:00' }, { from: '06:00' }] } });
    expect(bad.status).toBe(422);
    expect(bad.json.error.details.map((d: any) => d.path)).toEqual(
      expect.arrayContaining(['quiet_hours.timezone', 'quiet_hours.hours[0].from', 'quiet_hours.hours[1]']));
  });

  it('hold a round off, without a request to that Grafana, and let it go when they are over', async () => {
    const plan = await makePlan(admin, source, ['gateway']);
    await change({ quiet_hours: allDay });
    await grafana.reset();
    const held = good(await admin.post(`/plans/${plan}/rounds`, {}), 202);
    // A round of another Grafana shows that the workers have been at their queue meanwhile.
    const other = await Grafana.start();
    try {
      const second = await admin.source(other.url, viewerToken, 'another');
      const free = good(await admin.post(`/plans/${await makePlan(admin, second, ['gateway'], { name: 'free' })}/rounds`, {}), 202);
      expect((await finished(admin, free.id)).state).toBe('finished');
    } finally { await other.stop(); }
    expect(good(await admin.get(`/rounds/${held.id}`)).state).toBe('waiting');
    expect((await grafana.seen()).requests.map((r) => r.path)).toEqual([]);
    await change({ quiet_hours: null });
    expect(await finished(admin, held.id)).toMatchObject({ state: 'finished', failed: 0 });
  });

  it('that begin in mid-round leave the rest for later', async () => {
    const plan = await makePlan(admin, source, ['gateway', 'rows'], { name: 'begun', load: { parallel: 1 } });
    await grafana.faults({ panels: { '*': { delayMs: 2500 } } });
    const { id } = good(await admin.post(`/plans/${plan}/rounds`, {}), 202);
    const live = await Live.open(admin, `/rounds/${id}/events`);
    const isRunning = (s: any) => s.state === 'running';
    if (!(await shotsOf(admin, id)).some(isRunning)) await live.until((e) => e.name === 'shot' && isRunning(e.data));
    await change({ quiet_hours: allDay });
    const first = (await shotsOf(admin, id)).find((s) => s.state !== 'waiting').dashboard.uid;
    await live.until((e) => e.name === 'round' && e.data.done > 0);
    const isIdle = async () => (await shotsOf(admin, id)).every((s) => s.state !== 'running');
    for (let seen = 0; !(await isIdle()); seen++) await live.until(() => live.of('shot').length > seen);
    const waiting = (await shotsOf(admin, id)).filter((s) => s.state === 'waiting');
    expect(waiting.length).toBeGreaterThan(0);
    expect(waiting.every((s) => s.dashboard.uid !== first && s.attempts === 0)).toBe(true);
    await change({ quiet_hours: null });
    expect((await finished(admin, id)).state).toBe('finished');
    live.close();
    await grafana.reset();
  });
});

describe('pages of one source at once', () => {
  it('are as many as the source allows, whatever the plans and the machine would', async () => {
    await grafana.faults({ panels: { '*': { delayMs: 700 } } });
    for (const allowed of [1, 2]) {
      await change({ max_parallel: allowed, quiet_hours: allDay }); // so that nothing is taken before somebody looks
      const plan = await makePlan(admin, source, ['demo', 'gateway', 'library', 'rows'], { name: `at once ${allowed}`, load: { parallel: 4 } });
      const { id } = good(await admin.post(`/plans/${plan}/rounds`, {}), 202);
      const live = await Live.open(admin, `/rounds/${id}/events`);
      await live.until((e) => e.name === 'round' && e.data.state === 'waiting');
      await change({ quiet_hours: null });
      await live.until((e) => e.name === 'round' && e.data.state === 'finished');
      live.close();
      const running = new Map<string, string>();
      let most = 0;
      for (const shot of live.of('shot')) {
        if (shot.state === 'running') running.set(shot.id, shot.dashboard.uid); else running.delete(shot.id);
        most = Math.max(most, new Set(running.values()).size);
      }
      expect(most).toBe(allowed);
    }
  });
});

describe('a round started by the command line', () => {
  it('is noticed by the daemon at once: it is woken, and need not look', async () => {
    const awake = await Rounds.start({ ...platform, args: ['--log.level=debug'] });
    try {
      const caller = await Caller.signIn(awake, await Description.of(awake));
      const plan = await makePlan(caller, await caller.source(grafana.url, viewerToken), ['library']);
      const woken = () => awake.child.lines.filter((l) => l.includes('woken by another process')).length;
      for (let turn = 1; turn <= 2; turn++) {
        const said = await run(['round', 'start', plan, `--data=${awake.folder}/data`]);
        expect(said.code, said.text).toBe(0);
        expect((await finished(caller, said.text.trim())).state).toBe('finished');
        expect(woken()).toBe(turn);
      }
      expect(statSync(join(awake.folder, 'data/rounds.bell')).mode & 0o777).toBe(0o600);
      await awake.child.stop();
      expect(existsSync(join(awake.folder, 'data/rounds.bell'))).toBe(false);
      expect((await run(['round', 'start', plan, `--data=${awake.folder}/data`])).code, 'without a daemon it waits in the queue').toBe(0);
    } finally { await awake.stop(); }
  });
});
