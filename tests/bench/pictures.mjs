// make check-pictures: fast pictures (cut out of dashboards, solo inside the application) against fresh loads of the same
// panel and range, pixel by pixel, while queries are slow at random, fail, or are aborted. The fresh loads are made by this
// program itself, with a browser of its own and without hurry. Ends with an error when a picture is wrong.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Browser, sleep } from './lib/cdp.mjs';
import { load1 } from './lib/procs.mjs';
import { table } from './lib/numbers.mjs';
import { crop, decode, difference, encode, hasStamp } from './lib/picture.mjs';
import { deal, lines, numbers, WIDTH, windows } from './lib/round.mjs';
import { Grafana, Rounds, viewerToken } from './lib/services.mjs';

const share = Number(process.env.CHECK_SHARE ?? 1); // smaller for a short look
const keep = process.env.CHECK_KEEP; // folder for the pictures that differ
const STILL = '*,*::before,*::after{transition:none!important;animation-duration:0s!important;animation-delay:0s!important;caret-color:transparent!important}';

/* Panels of `faults` that answer the same way each time: 1 error, 2 no data, 4 missing plugin, 6 right, 7 one of two queries fails, 8 text. */
const DEMO = { uid: 'demo', panels: numbers(10) }, FAULTS = { uid: 'faults', panels: [1, 2, 4, 6, 7, 8] };
const heavy = (n) => ({ uid: `heavy-${String(n).padStart(2, '0')}`, panels: numbers(10) });

const conditions = [
  { name: 'queries take 50 ms', faults: { queryDelay: { fixedMs: 50 } }, boards: [heavy(1), heavy(2), DEMO], wins: 8, solo: 20 },
  { name: 'queries take 0 to 800 ms, at random', faults: { queryDelay: { minMs: 0, maxMs: 800, seed: 7 } }, boards: [heavy(3), heavy(4), DEMO], wins: 6, solo: 20 },
  { name: 'some panels\' queries fail', faults: { queryDelay: { minMs: 0, maxMs: 200, seed: 3 },
    panels: { 'heavy-05/2': { error: 'the data source is on fire' }, 'heavy-05/5': { error: 'no such metric', status: 500 }, 'heavy-05/7': { noData: true } } },
  boards: [heavy(5), FAULTS], wins: 5, solo: 10, isSame: true },
  { name: 'some queries are cut off, once each', faults: { queryDelay: { minMs: 0, maxMs: 200, seed: 5 } }, boards: [heavy(6)], wins: 6, solo: 10, aborts: 3 },
];

/** A dashboard or a panel by a new document, waited for at leisure. */
class Fresh {
  static async open(base) {
    const f = new Fresh();
    f.base = base;
    f.browser = new Browser();
    f.page = await f.browser.page({ width: WIDTH, height: 3000 }, true);
    await f.page.send('Network.setExtraHTTPHeaders', { headers: { Authorization: `Bearer ${viewerToken}` } });
    await f.page.send('Page.addScriptToEvaluateOnNewDocument', { source: `addEventListener('DOMContentLoaded', () => { const s = document.createElement('style'); s.textContent = ${JSON.stringify(STILL)}; document.head.append(s); })` });
    return f;
  }

  async #settle(url) {
    await this.page.go(url);
    await this.page.idle(700);
    await sleep(500);
  }

  async board(url) {
    await this.page.size(WIDTH, 3000);
    await this.#settle(url);
    const boxes = await this.page.eval(`Object.fromEntries([...document.querySelectorAll('[data-viz-panel-key]')].map((el) => {
      const r = el.getBoundingClientRect(); return [el.dataset.vizPanelKey.replace('panel-', ''), [r.left + scrollX, r.top + scrollY, r.width, r.height].map(Math.round)]; }))`);
    const whole = decode(await this.page.picture());
    return (panel) => boxes[panel] && crop(whole, ...boxes[panel]);
  }

  async solo(url, width, height) {
    await this.page.size(width, height);
    await this.#settle(url);
    return decode(await this.page.picture());
  }

  close() { return this.browser.close(); }
}

const tally = () => ({ shots: 0, fast: 0, same: 0, harmless: 0, failed: 0, retold: 0, differ: [] });

/** Smoothing depends on how the browser cuts a page into tiles: corners of frames, shades that no eye sees (of 255), and a few
 * pixels at the rounded edges of marks; as many as rounds.paranoia lets pass. */
const SHADES = 8, EDGE_PIXELS = 16;
const isHarmless = (d) => d.n > 0 && (d.corner || d.most <= SHADES || d.n <= EDGE_PIXELS);

function judge(count, line, reference) {
  const { uid, panel, from, to } = JSON.parse(line.id);
  const mine = decode(Buffer.from(line.body, 'base64')), d = difference(mine, reference);
  if (d.n === 0) { count.same++; return; }
  if (isHarmless(d)) { count.harmless++; return; }
  const stamp = hasStamp(mine, `${uid}/${panel}`, from, to) ? 'right data' : hasStamp(reference, `${uid}/${panel}`, from, to) ? 'WRONG DATA' : 'no stamp';
  count.differ.push({ uid, panel, from, to, how: line.how, outcome: line.outcome, stamp, ...d });
  if (keep) {
    const name = `${uid}-${panel}-${from}-${line.url?.includes('solo') ? 'solo' : 'cut'}-${count.differ.length}`;
    mkdirSync(keep, { recursive: true });
    writeFileSync(join(keep, `${name}-fast.png`), encode(mine));
    writeFileSync(join(keep, `${name}-fresh.png`), encode(reference));
  }
}

async function take(rounds, asks, streams) {
  const landed = [], byBoard = Map.groupBy ? Map.groupBy(asks, (l) => JSON.parse(l.id).uid) : group(asks);
  await Promise.all(deal([...byBoard.keys()], streams).map((hand) => rounds.batch(hand.flatMap((uid) => byBoard.get(uid)), (l) => landed.push(l))));
  return landed;
}

function group(asks) {
  const out = new Map();
  for (const l of asks) { const { uid } = JSON.parse(l.id); out.set(uid, [...(out.get(uid) ?? []), l]); }
  return out;
}

/** A picture that is said to be right must be the clean one; one with an error must be the one with that error. */
const isClean = (line) => ['ok', 'no_data'].includes(line.outcome);

async function check(condition, layout, clean, firstWindow) {
  const grafana = await Grafana.start(), rounds = await Rounds.start({ origins: [grafana.url] }), count = tally();
  await grafana.faults(condition.faults);
  const wins = windows(Math.max(2, Math.round(condition.wins * share)), firstWindow), asks = [];
  for (const { uid, panels } of condition.boards) {
    const some = layout === 'solo' ? panels.slice(0, Math.ceil(condition.solo * share / wins.length / condition.boards.length) + 1) : panels;
    asks.push(...lines(grafana.url, { layout, uids: [uid], panels: some, wins }));
  }
  const aborting = condition.aborts && abortNow(grafana, condition);
  const landed = await take(rounds, asks, 2);
  await aborting;
  await rounds.stop();
  await compare(count, condition, layout, landed, clean, grafana);
  await grafana.stop();
  return { name: condition.name, layout, ...count };
}

/** Each panel's next query is cut off, again and again while the round runs. */
async function abortNow(grafana, { boards, aborts }) {
  for (let i = 0; i < aborts; i++) {
    await grafana.faults({ panels: Object.fromEntries(boards.flatMap((b) => b.panels.map((p) => [`${b.uid}/${p}`, { abort: true, times: 1 }]))) });
    await sleep(1500);
  }
}

async function compare(count, condition, layout, landed, clean, faulty) {
  const worse = condition.isSame ? await Fresh.open(faulty.url) : undefined, boards = new Map();
  if (worse) await faulty.faults({ queryDelay: { fixedMs: 0 } });
  for (const line of landed) {
    count.shots++;
    if (line.how === 'in-app') count.fast++;
    if (line.status !== 'ok') { count.failed++; console.error(`${condition.name}, ${line.id}: ${line.status} ${line.message}`); continue; }
    if (!isClean(line) && !worse) { count.retold++; continue; } // it says itself that its query failed
    const fresh = worse ?? clean, { uid, panel, from, to } = JSON.parse(line.id);
    const [ask] = lines(fresh.base, { layout, uids: [uid], panels: [panel], wins: [{ from, to }] });
    if (layout === 'solo') { judge(count, line, await fresh.solo(ask.url, 1000, 500)); continue; }
    const key = `${uid} ${from}`;
    if (!boards.has(key)) { boards.clear(); boards.set(key, await fresh.board(ask.url)); }
    judge(count, line, boards.get(key)(panel));
  }
  await worse?.close();
}

/** What two fresh loads of the same differ by: the floor below which nothing can be said. */
async function floor(clean, base) {
  const count = tally();
  const other = await Fresh.open(base);
  for (const w of windows(2, 1900)) {
    for (const { uid, panels } of [heavy(1), DEMO]) {
      const [{ url }] = lines(base, { layout: 'dashboard', uids: [uid], panels: [1], wins: [w] });
      const a = await clean.board(url), b = await other.board(url);
      for (const panel of panels) {
        count.shots++;
        const d = difference(a(panel), b(panel));
        if (d.n === 0) count.same++; else if (isHarmless(d)) count.harmless++; else count.differ.push({ uid, panel, ...w, stamp: 'right data', ...d });
      }
    }
  }
  await other.close();
  return { name: 'two fresh loads, against each other', layout: 'dashboard', ...count };
}

async function main() {
  console.log(`load before: ${load1()}\n`);
  const still = await Grafana.start(), clean = await Fresh.open(still.url), rows = [await floor(clean, still.url)];
  let firstWindow = 2000;
  for (const condition of conditions) {
    for (const layout of ['dashboard', 'solo']) {
      rows.push(await check(condition, layout, clean, firstWindow));
      firstWindow += 50;
    }
  }
  await clean.close();
  await still.stop();
  table(['condition', 'layout', 'pictures', 'inside the application', 'same pixels', 'but for smoothing', 'says that its query failed', 'no picture', 'different', 'wrong data'],
    rows.map((r) => [r.name, r.layout, r.shots, r.fast, r.same, r.harmless, r.retold, r.failed, r.differ.length, r.differ.filter((d) => d.stamp !== 'right data').length]));
  const differ = rows.flatMap((r) => r.differ.map((d) => ({ condition: r.name, layout: r.layout, ...d })));
  for (const d of differ.slice(0, 40)) console.log(JSON.stringify(d));
  console.log(`${rows.reduce((n, r) => n + r.shots, 0)} pictures, ${differ.length} different; load after: ${load1()}`);
  if (differ.length) process.exitCode = 1;
}

await main();
