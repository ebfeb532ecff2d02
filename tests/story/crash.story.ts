// Killed at any moment, nothing is lost and nothing is doubled: after the restart each round completes, each shot exactly once,
// and pictures on disk and rows in the database agree. ROUNDS_STORY_KILLS sets how often (default 10).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminPassword, Caller, Description } from './lib/api.js';
import { newFolder } from './lib/folder.js';
import { Grafana, viewerToken } from './lib/grafana.js';
import { Live } from './lib/live.js';
import { Child } from './lib/process.js';
import { binary, Rounds, run } from './lib/rounds.js';
import { finished, good, makePlan, shotsOf, sixHours, yesterday } from './lib/round.js';

const kills = Number(process.env.ROUNDS_STORY_KILLS ?? 10);
let grafana: Grafana, folder: string, child: Child, url: string, admin: Caller, plan: string;
const data = () => join(folder, 'data');

/** Starts the service on the same data as before. */
async function serve(): Promise<Caller> {
  child = Child.start(binary, ['serve', '--listen.address=127.0.0.1:0', `--data=${data()}`, `--temp=${folder}`, `--port-file=${join(folder, 'port')}`],
    { ROUNDS_AUTH_TOKENS: 'a-token-of-the-tests-0123456789', ROUNDS_ADMIN_PASSWORD: adminPassword });
  await child.line((l) => l.includes('event=start'));
  url = `http://127.0.0.1:${readFileSync(join(folder, 'port'), 'utf8').trim()}`;
  const rounds = { url } as Rounds;
  return Caller.signIn(rounds, await Description.of(rounds));
}

function filesBelow(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((e) => e.isDirectory() ? filesBelow(join(path, e.name)) : [e.name]);
}

beforeAll(async () => {
  grafana = await Grafana.start();
  folder = newFolder('crash');
  admin = await serve();
  const source = await admin.source(grafana.url, viewerToken);
  plan = await makePlan(admin, source, ['demo', 'gateway', 'heavy-01'], { windows: [sixHours, yesterday], overlap: 'queue' });
});
afterAll(async () => {
  await child?.stop();
  await grafana?.stop();
});

describe('a service that is killed', () => {
  it('completes every round, each shot exactly once', { timeout: 60_000 + kills * 30_000 }, async () => {
    const rounds: string[] = [];
    for (let i = 0; i < kills; i++) {
      const { id } = good(await admin.post(`/plans/${plan}/rounds`), 202);
      rounds.push(id);
      // From "just accepted" over "being worked out" to "half of the pictures are there".
      const after = i % 4 === 0 ? 0 : Math.floor(Math.random() * 40);
      if (after > 0) {
        const live = await Live.open(admin, `/rounds/${id}/events`);
        await live.until(() => live.of('shot').length >= after || live.of('round').some((c) => c.state === 'finished'));
        live.close();
      }
      await child.stop('SIGKILL');
      admin = await serve();
      await finished(admin, id);
    }
    let expected = 0;
    for (const id of rounds) {
      const round = good(await admin.get(`/rounds/${id}`));
      const shots = await shotsOf(admin, id);
      expected ||= shots.length;
      expect(round, id).toMatchObject({ state: 'finished', total: expected, done: expected, failed: 0, undecided: expected });
      expect(new Set(shots.map((s) => `${s.dashboard.uid}/${s.panel.key}/${s.window.name}`)).size).toBe(expected);
      expect(shots.every((s) => s.picture)).toBe(true);
    }
  });

  it('has on disk what its rows name, and nothing else', async () => {
    expect((await run(['verify', `--data=${data()}`])).text).toContain('everything is as it was');
    // Content without a row is kept for an hour, since its row may be on its way: so an hour later.
    const swept = await run(['gc', `--data=${data()}`], { ROUNDS_TEST_CLOCK_OFFSET_MS: String(2 * 3600_000) });
    expect(swept.code, swept.text).toBe(0);
    const files = filesBelow(join(data(), 'blobs'));
    expect(files.length).toBe(good(await admin.get('/system')).storage.blobs);
    expect((await run(['verify', `--data=${data()}`])).text).toContain('everything is as it was');
  });

  it('is not replaced by a second one on the same data', async () => {
    const second = await run(['serve', '--listen.address=127.0.0.1:0', `--data=${data()}`, `--temp=${folder}`], { ROUNDS_AUTH_TOKENS: 'a-token-of-the-tests-0123456789' });
    expect(second.code).toBe(1);
    expect(second.text).toContain(String(child.process.pid));
    expect((await admin.get('/today')).status).toBe(200);
  });
});

describe('Grafana that goes away in the middle of a round', () => {
  it('costs attempts, not shots: they are taken when it is back', async () => {
    const { id } = good(await admin.post(`/plans/${plan}/rounds`), 202);
    await grafana.faults({ paths: [{ path: '/api/ds/query', status: 503, times: 6 }] });
    await finished(admin, id);
    const shots = await shotsOf(admin, id);
    expect(shots.filter((s) => s.state === 'done').length).toBe(shots.length);
    await grafana.faults({ paths: [] });
  });

  it('a credential that is revoked in mid-round is told as what it is; the rest is taken when it is good again', async () => {
    await grafana.faults({ queryDelay: { fixedMs: 400 } });
    const { id } = good(await admin.post(`/plans/${plan}/rounds`), 202);
    const live = await Live.open(admin, `/rounds/${id}/events`);
    await live.until((e) => e.name === 'shot' && e.data.state === 'done');
    await grafana.faults({ revokedTokens: [viewerToken], queryDelay: null });
    await live.until((e) => e.name === 'round' && e.data.state === 'finished');
    live.close();
    const failed = await shotsOf(admin, id, '&filter=failed');
    expect(failed.length).toBeGreaterThan(0);
    expect(new Set(failed.map((s) => s.outcome))).toEqual(new Set(['login']));
    expect(failed[0].findings[0]).toMatchObject({ kind: 'not_rendered', severity: 'alert' });
    await grafana.faults({ revokedTokens: [] });
    good(await admin.post(`/rounds/${id}/retry-failed`), 202);
    await finished(admin, id);
    expect((await shotsOf(admin, id)).every((s) => s.state === 'done')).toBe(true);
  });
});
