// make bench: one picture at a time and many at once, a new browser each (as the peers do) against Rounds, interleaved in
// one run on the stand-in's heavy dashboard, 1000 × 500 px, queries answered after 50 ms. Prints Markdown tables.
import { once } from 'node:events';
import { connect } from 'node:net';
import { cold, imitation } from './lib/peers.mjs';
import { sleep } from './lib/cdp.mjs';
import { inParallel, median, p95, round, sum, table } from './lib/numbers.mjs';
import { decode, hasStamp } from './lib/picture.mjs';
import { cpuOwn, cpuTree, load1, pssBelowMb, rssMb, tree } from './lib/procs.mjs';
import { Grafana, Rounds } from './lib/services.mjs';
import { Watch } from './lib/watch.mjs';

const size = { width: 1000, height: 500 };
const reps = Number(process.env.BENCH_REPS ?? 15), widths = [1, 2, 4, 8];
const T0 = 1763000000000, HOUR = 3600_000;

let serial = 0;
/** Another panel and another absolute range each time: nothing may be answered from what is there. */
function ask(base, uid = 'heavy') {
  const n = serial++, panel = 1 + (n % 40), from = T0 + n * 60_000, to = from + 6 * HOUR;
  return { panel, from, to, seed: `${uid}/${panel}`, ...size,
    url: `${base}/d-solo/${uid}/x?orgId=1&panelId=${panel}&from=${from}&to=${to}&timezone=utc` };
}

function check(what, shot, png) {
  const picture = decode(png);
  if (picture.width !== size.width || !hasStamp(picture, shot.seed, shot.from, shot.to)) wrong[what] = (wrong[what] ?? 0) + 1;
}
const wrong = {};

/** One batch: the times of each picture, the wall, the CPU. */
async function batch(what, n, width, make) {
  const begun = performance.now(), times = [], shots = [];
  const before = what.pid ? cpuTree(what.pid) : 0, ownBefore = what.pid ? cpuOwn(what.pid) : 0;
  const results = await inParallel(Array.from({ length: n }, () => async () => {
    const shot = await make(), at = performance.now(), result = await what.take(shot);
    times.push(performance.now() - at);
    shots.push([shot, result.png]);
    return result;
  }), width);
  const wall = performance.now() - begun;
  const cpu = what.pid ? cpuTree(what.pid) - before : sum(results.map((r) => r.cpu));
  const own = what.pid ? cpuOwn(what.pid) - ownBefore : NaN;
  for (const [shot, png] of shots) check(what.name, shot, png);
  return { times, wall, cpu, own, n };
}

function ways(grafana, rounds) {
  const keyed = async () => ({ ...ask(grafana.url), renderKey: await grafana.renderKey() });
  const render = (shot) => rounds.render({ url: shot.url, ...size, ...(shot.renderKey ? { renderKey: shot.renderKey, domain: '127.0.0.1' } : {}) });
  /* A parameter that the application does not follow by itself makes each a new document. */
  const navigated = async () => { const shot = ask(grafana.url); return { ...shot, url: `${shot.url}&_dash.load=${serial}` }; };
  return [
    { name: 'cold: a new browser each, network idle 500 ms', take: cold, make: keyed, share: 1 },
    { name: 'imitation of GIR v5\'s waits', take: imitation, make: keyed, share: 1 },
    { name: 'Rounds, drop-in call (new render key, washed tab)', take: render, make: keyed, pid: rounds.pid, share: 2 },
    { name: 'Rounds, own credential, new document in a warm tab', take: render, make: navigated, pid: rounds.pid, share: 2 },
    { name: 'Rounds, own credential, inside the application', take: render, make: async () => ask(grafana.url), pid: rounds.pid, share: 4 },
  ];
}

async function compare(all, widthsHere) {
  const kept = [];
  for (const width of widthsHere) {
    const results = all.map(() => []);
    const turns = width === 1 ? reps : Math.max(1, Math.round(reps / 10));
    for (let i = 0; i < turns; i++) {
      for (const [k, way] of all.entries()) results[k].push(await batch(way, (width === 1 ? 1 : width * 2) * way.share, width, way.make));
    }
    kept.push(...all.map((way, k) => ({ way, width, times: results[k].flatMap((r) => r.times), cpu: sum(results[k].map((r) => r.cpu)),
      own: sum(results[k].map((r) => r.own)), wall: sum(results[k].map((r) => r.wall)), n: sum(results[k].map((r) => r.n)) })));
  }
  return kept;
}

function report(kept, all) {
  for (const width of [...new Set(kept.map((k) => k.width))]) {
    const rows = kept.filter((k) => k.width === width), base = rows.map((r) => r.n / r.wall * 1000);
    console.log(`### ${width} at once\n`);
    table(['way', 'pictures', 'median ms', 'p95 ms', 'renders/s', 'CPU s each', 'own CPU ms', 'time vs cold', 'time vs v5', 'rate vs cold', 'rate vs v5'],
      rows.map((r, i) => [r.way.name, r.n, round(median(r.times)), round(p95(r.times)), round(base[i], 2), round(r.cpu / r.n, 3), round(r.own / r.n * 1000, 1),
        ...[0, 1].map((k) => `1/${round(median(rows[k].times) / median(r.times), 1)}`), ...[0, 1].map((k) => `${round(base[i] / base[k], 1)}×`)]));
  }
  const peak = all.map((way) => Math.max(...kept.filter((k) => k.way === way).map((k) => k.n / k.wall * 1000)));
  console.log('### Best rate of each, whatever the width\n');
  table(['way', 'renders/s', 'vs cold', 'vs v5'], all.map((way, i) => [way.name, round(peak[i], 2), `${round(peak[i] / peak[0], 1)}×`, `${round(peak[i] / peak[1], 1)}×`]));
}

/** From the last drawing in the page to the verdict, and from the last answer to the picture. */
async function lag() {
  const grafana = await Grafana.start('--query-delay', '50'), watch = await Watch.start(grafana.url);
  const rounds = await Rounds.start({ origins: [watch.url] });
  const rows = [];
  for (const [name, more] of [['inside the application', () => ''], ['new document', () => `&_dash.load=${serial}`]]) {
    const paint = [], answer = [], capture = [];
    for (let i = 0; i < 25; i++) {
      const shot = ask(watch.url);
      watch.clear();
      const { stages } = await rounds.render({ url: shot.url + more(), ...size });
      const inHand = Date.now(), readyAt = inHand - stages.capture;
      const painted = await watch.painted(inHand);
      if (i < 5) continue; // the tab warms up
      paint.push(readyAt - painted);
      answer.push(inHand - watch.answeredAt);
      capture.push(stages.capture);
    }
    rows.push([name, round(median(paint)), round(p95(paint)), round(median(answer)), round(p95(answer)), round(median(capture))]);
  }
  console.log('### How soon it is noticed (ms)\n');
  table(['way', 'last drawing → verdict: median', 'p95', 'last answer → picture here: median', 'p95', 'of which the screenshot'], rows);
  for (const x of [rounds, watch, grafana]) await x.stop();
}

/** Each tenth has had an answer before it fell silent. */
async function idleConnections(rounds, n) {
  const { hostname, port } = new URL(rounds.url);
  const sockets = Array.from({ length: n }, () => connect({ host: hostname, port: Number(port) }));
  for (const s of sockets) s.on('error', () => {});
  await Promise.all(sockets.map((s) => once(s, 'connect')));
  for (const s of sockets.filter((_, i) => i % 10 === 0)) {
    s.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(s, 'data');
  }
  const rss = rssMb(rounds.pid);
  for (const s of sockets) s.destroy();
  return rss;
}

/** Start-up and memory of the service by itself. */
async function startUp(grafana) {
  const first = [], idle = [], crowded = [];
  for (let i = 0; i < 5; i++) {
    const rounds = await Rounds.start({ origins: [grafana.url] });
    await rounds.render({ url: ask(grafana.url).url, ...size });
    first.push(performance.now() - rounds.startedAt);
    await rounds.stop();
  }
  for (let i = 0; i < 3; i++) {
    const rounds = await Rounds.start({ origins: [grafana.url] });
    while (tree(rounds.pid).length < 3) await sleep(20);
    await sleep(1500); // the self-test of the fonts is over
    idle.push(rssMb(rounds.pid));
    crowded.push(await idleConnections(rounds, 1000));
    await rounds.stop();
  }
  console.log('### Start and rest\n');
  table(['what', 'median', 'worst'], [
    ['process start → first picture here, ms', round(median(first)), round(Math.max(...first))],
    ['resident memory of the daemon, idle, MB', round(median(idle), 1), round(Math.max(...idle), 1)],
    ['the same with 1000 idle connections, MB', round(median(crowded), 1), round(Math.max(...crowded), 1)],
  ]);
}

async function rest(rounds) {
  const before = cpuTree(rounds.pid), begun = performance.now();
  await sleep(5000);
  const share = (cpuTree(rounds.pid) - before) / (performance.now() - begun) * 1000;
  table(['after the run', ''], [['browsers, proportional memory, MB', round(pssBelowMb(rounds.pid))], ['daemon, resident memory, MB', round(rssMb(rounds.pid), 1)],
    ['CPU of the tree at rest, share of a core', `${round(share * 100, 1)} %`]]);
}

async function main() {
  console.log(`load before: ${load1()}\n`);
  const grafana = await Grafana.start('--query-delay', '50');
  await startUp(grafana);
  const rounds = await Rounds.start({ origins: [grafana.url] });
  const all = ways(grafana, rounds);
  for (const way of all.slice(2)) await batch(way, 12, 8, way.make); // all browsers up and warm
  report(await compare(all, process.env.BENCH_WIDTHS ? process.env.BENCH_WIDTHS.split(',').map(Number) : widths), all);
  await rest(rounds);
  await rounds.stop();
  await grafana.stop();
  await lag();
  console.log(`wrong pictures: ${JSON.stringify(wrong)}; load after: ${load1()}`);
}

await main();
