// Browsers die at random and nothing of it stays: no zombie, no process, no folder, no memory. CHAOS_RENDERS=1000 for the long run.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Grafana, stampColour, viewerToken } from './lib/grafana.js';
import { Picture } from './lib/picture.js';
import { familyOf, grafanaSettings, isSanitized, kill, procText, Rounds, until } from './lib/rounds.js';

const from = 1763000000000, to = 1763021600000;
const renders = Number(process.env.CHAOS_RENDERS ?? 60);
let grafana: Grafana, rounds: Rounds;

beforeAll(async () => {
  grafana = await Grafana.start('--query-delay', '30');
  rounds = await Rounds.start({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken }, args: ['--browser.max=2'] });
});
afterAll(async () => { await rounds?.stop(); await grafana?.stop(); });

/** The same numbers in every run. */
function dice(seed: number) {
  return (n: number) => { seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; return seed % n; };
}
const rssMiB = () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${rounds.pid}/status`, 'latin1'))![1]) / 1024;
const zombies = () => familyOf(rounds.pid).filter((pid) => /^State:\s+Z/m.test(procText(pid, 'status')));

/** "renderer", "gpu-process", "utility", "zygote"; "browser" for a main process. */
const kindOf = (pid: number) => /--type=([\w-]+)/.exec(procText(pid, 'cmdline'))?.[1] ?? 'browser';

it(`${renders} renders with browsers killed at random`, async () => {
  const roll = dice(7);
  const killed: string[] = [], reasons: string[] = [];
  let good = 0, failed = 0, kills = 0, settled = 0;
  const one = async (i: number) => {
    const panel = [1, 2, 9][i % 3], at = from + i * 1000;
    const answer = await rounds.render({ url: `${grafana.url}/d-solo/demo/x?orgId=1&panelId=${panel}&from=${at}&to=${to}&timezone=utc`, width: 300, height: 200, timeout: 60 });
    if (answer.status === 200) {
      const picture = await Picture.of(answer);
      const status = answer.headers.get('x-rounds-status')!;
      const isRight = picture.has(stampColour(`demo/${panel}`, at, to));
      // Without its network process a browser draws a panel whose query failed: a picture that says so is honest.
      if (!isRight) expect(status, `render ${i}; killed: ${killed.slice(-3).join()}`).toMatch(/^query_error/);
      isRight ? good++ : failed++;
    } else {
      const text = await answer.text();
      expect(text, `render ${i}; killed: ${killed.slice(-4).join()}`).toMatch(/browser/); // killed twice: said as what it is
      reasons.push(text);
      failed++;
    }
  };
  for (let i = 0; i < renders;) {
    const batch = Array.from({ length: Math.min(3, renders - i) }, () => one(i++));
    if (roll(3) === 0) {
      const family = rounds.family().slice(1); // any process of a browser, not the daemon
      if (family.length) { const pid = family[roll(family.length)]; killed.push(kindOf(pid)); kill(pid); kills++; }
    }
    await Promise.all(batch);
    if (!settled && i >= renders / 3) settled = rssMiB();
  }
  expect(good, [...new Set(reasons)].join()).toBeGreaterThan(renders * 0.9);
  expect(kills).toBeGreaterThan(renders / 30);
  expect(good + failed).toBe(renders);
  if (!isSanitized) expect(rssMiB() - settled, 'MiB grown since the first third').toBeLessThan(8);
  // The last ones to die are cleared away in the background.
  await until('no zombie is left', () => zombies().length === 0);
  await until('no more browsers than may be', () => rounds.browsers().length <= 2);
  await until('no folder is left but those of browsers that run', () => rounds.leftovers().length <= rounds.browsers().length);
}, 60_000 + renders * 2_000);
