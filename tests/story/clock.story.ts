// The wall clock jumps by hours, forward and back, as after a suspend or a first NTP answer: nothing waits by it, so nothing breaks.
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Caller, Description, platform } from './lib/api.js';
import { newFolder } from './lib/folder.js';
import { Grafana, stampColour, viewerToken } from './lib/grafana.js';
import { Picture } from './lib/picture.js';
import { grafanaSettings, isSanitized, Rounds } from './lib/rounds.js';

// libfaketime shifts CLOCK_REALTIME alone, by what a file says at each look.
const library = readdirSync('/usr/lib').map((name) => `/usr/lib/${name}/faketime/libfaketime.so.1`).find((path) => existsSync(path));
const from = 1763000000000, to = 1763021600000, hour = 3_600_000;
const folder = newFolder('clock'), shift = join(folder, 'shift');
let grafana: Grafana, rounds: Rounds, at = from;

/** In one step: the library may look at any moment, and would take half a file for the true time. */
const jump = (hours: number) => {
  writeFileSync(`${shift}.new`, `${hours < 0 ? '-' : '+'}${Math.abs(hours) * 3600}\n`);
  renameSync(`${shift}.new`, shift);
};
/** The hour that the service takes it for, counted from now. */
let looks = 0;
const believed = async () => {
  const path = `/nothing-here-${++looks}`;
  await rounds.get(path);
  const line = await rounds.child.line((l) => l.includes(path)); // written after the answer
  return Math.round((Date.parse(/time=(\S+)/.exec(line)![1]!) - Date.now()) / hour) || 0; // no -0
};
const ask = (panel = 1, timeout = 40) => rounds.render({ url: `${grafana.url}/d-solo/demo/x?orgId=1&panelId=${panel}&from=${at += 1000}&to=${to}&timezone=utc`, width: 300, height: 200, timeout });
const works = async (panel = 1) => expect((await Picture.of(await ask(panel))).has(stampColour(`demo/${panel}`, at, to))).toBe(true);
/** Resolves when Grafana has been asked for data once more. */
const queried = async (before: number) => { while (await queries() === before) await new Promise((r) => setImmediate(r)); };
const queries = async () => (await grafana.seen()).requests.filter((r) => r.path.endsWith('/api/ds/query')).length;

describe.skipIf(!library || isSanitized)('a clock that jumps', () => {
  beforeAll(async () => {
    jump(0);
    const fake = { LD_PRELOAD: library!, FAKETIME_TIMESTAMP_FILE: shift, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' };
    grafana = await Grafana.start();
    rounds = await Rounds.start({ ...platform, settings: grafanaSettings(grafana.url), env: { ...platform.env, ...fake, TEST_GRAFANA_TOKEN: viewerToken }, args: ['--browser.max=1', '--log.level=debug'] });
  });
  afterAll(async () => { await rounds?.stop(); await grafana?.stop(); });

  it('is seen by the service, at once', async () => {
    for (const hours of [0, 7, -7]) { jump(hours); expect(await believed()).toBe(hours); }
    jump(0);
  });

  it.each([5, -5, 30, 0])('to %i hours from now: idle tabs go on, and the browser is the same', async (hours) => {
    await works();
    const browsers = rounds.browsers();
    jump(hours);
    await works(1);
    await works(2);
    expect(rounds.browsers()).toEqual(browsers);
    jump(0);
  });

  it.each([6, -6])('to %i hours in the middle of a render, with others in the queue: none ends early, none late', async (hours) => {
    await works();
    await grafana.faults({ queryDelay: { fixedMs: 800 } });
    const before = await queries();
    const answers = [ask(1), ask(2), ask(9)];
    await queried(before);
    jump(hours);
    expect((await Promise.all(answers)).map((a) => a.status)).toEqual([200, 200, 200]);
    await grafana.reset();
    jump(0);
  });

  it.each([6, -6])('to %i hours while a render waits for what never comes: its own deadline counts', async (hours) => {
    await grafana.faults({ panels: { 'demo/2': { hang: true } } });
    const before = await queries();
    const answer = ask(2, 3);
    await queried(before);
    jump(hours);
    expect((await answer).status).toBe(408);
    await grafana.reset();
    jump(0);
    await works();
  });

  it('leaves people signed in while it stays within a session\'s life, and never crashes', async () => {
    const caller = await Caller.signIn(rounds, await Description.of(rounds));
    for (const hours of [1, -3, 0]) {
      jump(hours);
      expect((await caller.get('/session')).status, `${hours} hours`).toBe(200);
    }
    jump(24 * 400);
    expect((await caller.get('/session')).status, 'more than a year later').toBe(401);
    jump(0);
    const again = await Caller.signIn(rounds, await Description.of(rounds));
    expect((await again.get('/session')).status).toBe(200);
    await works();
  });
});
