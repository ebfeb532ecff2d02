// make bench-round: whole rounds of 30, 300 and 3000 shots, cut out of dashboards and solo, by POST /render/batch and by
// the platform (plan, round, stored); between them, samples of one-by-one renders as the peers make them. Queries are
// answered after 50 ms. Prints Markdown tables.
import { cold, imitation } from './lib/peers.mjs';
import { sleep } from './lib/cdp.mjs';
import { median, p95, round, sum, table } from './lib/numbers.mjs';
import { decode, hasStamp } from './lib/picture.mjs';
import { Platform } from './lib/platform.mjs';
import { cpuOwn, cpuTree, load1, pssBelowMb, rssMb } from './lib/procs.mjs';
import { dashboards, deal, lines, numbers, windows } from './lib/round.mjs';
import { Grafana, Rounds } from './lib/services.mjs';
import { Watch } from './lib/watch.mjs';

const sizes = (process.env.BENCH_SIZES ?? '30,300,3000').split(',').map(Number);
let firstWindow = 0; // no window is ever asked for twice

/** dashboards × 10 panels × windows */
function shape(shots) {
  const uids = dashboards(shots >= 300 ? 10 : 1), wins = windows(shots / uids.length / 10, firstWindow);
  firstWindow += wins.length;
  return { uids, panels: numbers(10), wins };
}

async function watched(pid, work) {
  const peak = { pss: 0, rss: 0 }, before = { all: cpuTree(pid), own: cpuOwn(pid) }, begun = performance.now();
  let isOver = false;
  const looking = (async () => {
    for (; !isOver; await sleep(1000)) {
      peak.pss = Math.max(peak.pss, pssBelowMb(pid));
      peak.rss = Math.max(peak.rss, rssMb(pid));
    }
  })();
  const result = await work();
  const wall = (performance.now() - begun) / 1000;
  isOver = true;
  const cpu = cpuTree(pid) - before.all, own = cpuOwn(pid) - before.own;
  await looking;
  return { result, wall, cpu, own, ...peak };
}

async function byBatch(grafana, rounds, layout, streams, shots) {
  const { uids, panels, wins } = shape(shots), landed = [];
  const m = await watched(rounds.pid, () => Promise.all(deal(uids, streams).map((hand) =>
    rounds.batch(lines(grafana.url, { layout, uids: hand, panels, wins }), (line) => landed.push(line)))));
  const failed = landed.filter((l) => l.status !== 'ok');
  for (const l of failed.slice(0, 3)) console.error('failed:', l.id, l.status, l.message, l.missing ?? '');
  const wrong = landed.filter((l) => l.status === 'ok' && !isRight(l)).length;
  const how = Object.entries(landed.reduce((n, l) => ({ ...n, [l.how]: (n[l.how] ?? 0) + 1 }), {})).map(([k, v]) => `${k} ${v}`).join(', ');
  return { ...m, n: landed.length, failed: failed.length, wrong, how };
}

function isRight(line) {
  const { uid, panel, from, to } = JSON.parse(line.id);
  return hasStamp(decode(Buffer.from(line.body, 'base64')), `${uid}/${panel}`, from, to);
}

const samples = { cold: [], v5: [] };
async function samplePeers(grafana, n = 3) {
  for (let i = 0; i < n; i++) {
    for (const [name, take] of [['cold', cold], ['v5', imitation]]) {
      const [w] = windows(1, firstWindow++), panel = 1 + i;
      const url = lines(grafana.url, { layout: 'solo', uids: ['heavy-01'], panels: [panel], wins: [w] })[0].url;
      const renderKey = await grafana.renderKey(), at = performance.now();
      const { cpu } = await take({ url, width: 1000, height: 500, renderKey });
      samples[name].push({ ms: performance.now() - at, cpu });
    }
  }
}

function row(name, r) {
  const rate = r.n / r.wall, times = (peer) => `${round(rate * median(samples[peer].map((s) => s.ms)) / 1000, 1)}×`;
  return [name, r.n, round(r.wall, 1), round(rate, 1), round(r.cpu / r.n, 3), round(r.own / r.n * 1000, 1), round(r.pss), round(r.rss, 1), r.failed, r.wrong, times('cold'), times('v5'), r.how];
}

/** From the last answer of a whole dashboard to its pictures here. */
async function lastAnswer() {
  const grafana = await Grafana.start('--query-delay', '50'), watch = await Watch.start(grafana.url, { paints: false });
  const rounds = await Rounds.start({ origins: [watch.url] }), first = [], last = [], taken = [];
  for (const [i, w] of windows(23, firstWindow).entries()) {
    const came = [];
    watch.clear();
    await rounds.batch(lines(watch.url, { layout: 'dashboard', uids: ['heavy'], panels: numbers(40), wins: [w] }), (l) => {
      came.push(Date.now());
      if (l.status !== 'ok') console.error('failed:', l.message);
      if (i >= 3 && came.length === 1) taken.push(l.capture_ms);
    });
    if (i < 3) continue;
    first.push(came[0] - watch.answeredAt);
    last.push(came.at(-1) - watch.answeredAt);
  }
  console.log('### One range change of a dashboard of 40 panels: after the last query\'s answer (ms)\n');
  table(['what', 'median', 'p95'], [['the first cut is here', round(median(first)), round(p95(first))], ['of which taking the tall picture', round(median(taken)), round(p95(taken))],
    ['all 40 cuts are here', round(median(last)), round(p95(last))]]);
  for (const x of [rounds, watch, grafana]) await x.stop();
}

/** Told as they come, for those who wait. */
class Rows extends Array {
  push(...rows) {
    for (const [name, r] of rows) console.error(`${name}: ${r.n} shots in ${round(r.wall, 1)} s, ${round(r.cpu / r.n, 3)} CPU s each, own ${round(r.own / r.n * 1000, 1)} ms, PSS ${round(r.pss)} MB, RSS ${round(r.rss, 1)} MB, failed ${r.failed}, wrong ${r.wrong}`);
    return super.push(...rows);
  }
}

async function main() {
  console.log(`load before: ${load1()}\n`);
  const grafana = await Grafana.start('--query-delay', '50'), rows = new Rows();
  await samplePeers(grafana);
  for (const [layout, streams] of [['dashboard', 1], ['dashboard', 2], ['solo', 1], ['solo', 3]]) {
    for (const shots of sizes.filter((n) => layout === 'dashboard' ? n < 3000 || streams === 2 : n <= 300)) {
      const rounds = await Rounds.start({ origins: [grafana.url] });
      rows.push([`${layout}, ${streams} at once`, await byBatch(grafana, rounds, layout, streams, shots)]);
      await rounds.stop();
      await samplePeers(grafana, 1);
    }
  }
  if (!process.env.BENCH_NO_PLATFORM) {
    const platform = await Platform.start(grafana.url);
    for (const layout of ['dashboard', 'solo']) {
      for (const shots of sizes.filter((n) => n <= 300)) { // a plan takes twenty windows at most
        const m = await watched(platform.pid, () => platform.round(layout, shape(shots)));
        rows.push([`platform, ${layout}`, { ...m, ...m.result, wrong: await platform.wrong(m.result.id) }]);
        await samplePeers(grafana, 1);
      }
    }
    await platform.stop();
  }
  await samplePeers(grafana);
  await grafana.stop();
  console.log('### One by one, a new browser each\n');
  table(['way', 'pictures', 'median ms', 'p95 ms', 'CPU s each'], Object.entries(samples).map(([name, s]) => [name, s.length, round(median(s.map((x) => x.ms))), round(p95(s.map((x) => x.ms))), round(sum(s.map((x) => x.cpu)) / s.length, 2)]));
  console.log('### Rounds\n');
  table(['way', 'shots', 's', 'shots/s', 'CPU s each', 'own CPU ms', 'browsers PSS MB', 'daemon RSS MB', 'failed', 'wrong', 'vs cold', 'vs v5', 'how'], rows.map(([name, r]) => row(name, r)));
  await lastAnswer();
  console.log(`load after: ${load1()}`);
}

await main();
