// What the archive lives on fails: no space, a damaged or locked database, two daemons on one folder.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Caller, Description, platform } from './lib/api.js';
import { newFolder } from './lib/folder.js';
import { Grafana, viewerToken } from './lib/grafana.js';
import { Live } from './lib/live.js';
import { finished, good, makePlan, runRound, shotsOf } from './lib/round.js';
import { Rounds, run } from './lib/rounds.js';

const serve = (data: string, ...more: string[]) =>
  run(['serve', `--data=${data}`, '--listen.address=127.0.0.1:0', ...more], { ROUNDS_ADMIN_PASSWORD: 'correct-horse-battery', ROUNDS_AUTH_TOKENS: 'a-token-of-the-tests-0123456789' });

describe('a disk without space', () => {
  let grafana: Grafana, rounds: Rounds, blobs: string, isMounted = false;
  afterAll(async () => {
    await rounds?.child.stop();
    if (isMounted) execFileSync('umount', [blobs]);
    await rounds?.stop();
    await grafana?.stop();
  });

  // A small file system of its own where the system lets us; else the folder of new pictures is made unusable.
  const fill = () => {
    if (isMounted) {
      const file = openSync(join(blobs, 'ballast'), 'w');
      try { for (;;) writeSync(file, Buffer.alloc(4096)); } catch { closeSync(file); }
    } else {
      renameSync(join(blobs, 'tmp'), join(blobs, 'away'));
      writeFileSync(join(blobs, 'tmp'), '');
    }
  };
  const free = () => {
    rmSync(join(blobs, isMounted ? 'ballast' : 'tmp'));
    if (!isMounted) renameSync(join(blobs, 'away'), join(blobs, 'tmp'));
  };
  const files = (folder: string): string[] => readdirSync(folder, { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? files(join(folder, e.name)) : [join(folder, e.name)]);

  it('ends shots with the reason, keeps nothing by halves, and takes them again when there is space', async () => {
    grafana = await Grafana.start();
    rounds = await Rounds.start(platform);
    const admin = await Caller.signIn(rounds, await Description.of(rounds));
    const source = await admin.source(grafana.url, viewerToken);
    blobs = join(rounds.folder, 'data/blobs');
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', blobs], { stdio: 'ignore' });
      isMounted = true;
      mkdirSync(join(blobs, 'tmp'));
    } catch { /* not root, or not allowed */ }
    fill();
    const plan = await makePlan(admin, source, ['gateway']);
    const round = await runRound(admin, plan);
    expect(round).toMatchObject({ state: 'finished', total: 6, failed: 6, done: 0 });
    for (const s of await shotsOf(admin, round.id)) {
      expect(s).toMatchObject({ state: 'failed', outcome: 'storage', picture: null, has_data: false });
      expect(s.message).toMatch(isMounted ? /disk that holds .* is full; free space/ : /cannot create .*: Not a directory/);
      const words = s.findings.find((f: any) => f.kind === 'render_failed' || f.kind === 'failed' || f.text.en.includes('archive'));
      expect([words.text.en, words.text['zh-CN']]).toEqual([expect.stringContaining('the archive could not keep the picture'), expect.stringContaining('存档')]);
    }
    expect(files(blobs).filter((f) => !/ballast$|blobs\/tmp$/.test(f))).toEqual([]);
    free();
    good(await admin.post(`/rounds/${round.id}/retry-failed`, {}));
    expect(await finished(admin, round.id)).toMatchObject({ state: 'finished', failed: 0, done: 6 });
    expect((await run(['verify', `--data=${rounds.folder}/data`])).code).toBe(0);
  }, 150_000);

  it('that comes and goes in mid-round costs attempts only', async () => {
    const admin = await Caller.signIn(rounds, await Description.of(rounds));
    const plan = good(await admin.get('/plans')).items[0].id;
    fill();
    const { id } = good(await admin.post(`/plans/${plan}/rounds`, {}), 202);
    const live = await Live.open(admin, `/rounds/${id}/events`);
    const isRefused = (s: any) => s.state === 'waiting' && s.attempts > 0;
    for (let seen = 0; !(await shotsOf(admin, id)).some(isRefused); seen++) await live.until(() => live.events.length > seen);
    live.close();
    free();
    expect(await finished(admin, id)).toMatchObject({ state: 'finished', failed: 0, done: 6 });
  }, 120_000);
});

describe('a database', () => {
  const folder = newFolder('storage'), data = join(folder, 'data');
  const made = (async () => {
    const rounds = await Rounds.start({ ...platform, args: [`--data=${data}`] });
    await rounds.stop();
  })();
  const copy = (name: string) => {
    const to = join(folder, name);
    execFileSync('cp', ['-r', data, to]);
    return to;
  };

  it.each([
    ['with its first page overwritten', (file: string) => { const f = openSync(file, 'r+'); writeSync(f, Buffer.alloc(512, 0xa5), 0, 512, 0); closeSync(f); }],
    ['with pages in the middle overwritten', (file: string) => {
      const f = openSync(file, 'r+'), from = Math.floor(statSync(file).size / 2 / 4096) * 4096;
      writeSync(f, Buffer.alloc(10 * 4096, 0xa5), 0, 10 * 4096, from);
      closeSync(f);
    }],
    ['cut off', (file: string) => truncateSync(file, 50_000)],
  ])('%s refuses the start, naming the file, the reason and what to do', async (name, harm) => {
    await made;
    const hurt = copy(name.replaceAll(' ', '-'));
    harm(join(hurt, 'rounds.db'));
    const { code, text } = await serve(hurt);
    expect(code).not.toBe(0);
    expect(text).toContain(join(hurt, 'rounds.db'));
    expect(text).toMatch(/damaged \(.+\)/);
    expect(text).toMatch(/restore the newest backup/);
    expect(text).not.toContain('event=start');
  });

  it('that another program has locked refuses the start in time, and says so', async () => {
    await made;
    const locked = copy('locked');
    const holder = spawn('python3', ['-c', `
import sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute('BEGIN EXCLUSIVE')
print('locked', flush=True)
sys.stdin.read()`, join(locked, 'rounds.db')], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(holder.stdout!, 'data');
    try {
      const { code, text } = await serve(locked);
      expect(code).not.toBe(0);
      expect(text).toContain(`the database ${join(locked, 'rounds.db')} is locked by another program`);
    } finally {
      holder.stdin!.end();
      await once(holder, 'exit');
    }
    const again = await Rounds.start({ ...platform, args: [`--data=${locked}`] });
    expect((await fetch(`${again.url}/healthz`)).status).toBe(200);
    const second = await serve(locked);
    expect(second.code).not.toBe(0);
    expect(second.text).toMatch(new RegExp(`another Rounds \\(process ${again.pid}\\) uses this data directory`));
    expect((await fetch(`${again.url}/healthz`)).status, 'the first goes on').toBe(200);
    await again.stop();
  });
});
