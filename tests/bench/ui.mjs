// make bench-ui: the review room with a round of 300 real pictures in a real Chromium. From a key to the next picture painted;
// the grid after navigation; scrolling; memory after a thousand verdicts. Prints a Markdown table.
import { createRequire } from 'node:module';
import { browserPath } from './lib/cdp.mjs';
import { median, p95, table } from './lib/numbers.mjs';
import { load1 } from './lib/procs.mjs';
import { Platform } from './lib/platform.mjs';
import { dashboards, numbers, windows } from './lib/round.mjs';
import { adminPassword, Grafana } from './lib/services.mjs';

const { chromium } = createRequire(new URL('../e2e/package.json', import.meta.url))('playwright-core');
const verdicts = Number(process.env.BENCH_VERDICTS ?? 1000);
const pause = Number(process.env.BENCH_PAUSE_MS ?? 250); // between two keys of the timed ones: a quick person
const flags = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** In the page: every keydown is timed until the frame that shows another shot with its picture complete has been handed over. */
function watchKeys() {
  globalThis.__painted = [];
  addEventListener('keydown', (e) => {
    const stage = () => document.querySelector('[data-shot]'), before = stage()?.dataset.shot, begun = e.timeStamp;
    if (!before) return;
    const look = () => {
      const now = stage(), picture = now?.querySelector('img[data-picture]');
      const isThere = now && now.dataset.shot !== before && (!picture || (picture.dataset.picture === now.dataset.shot && picture.complete));
      if (!isThere && performance.now() - begun < 3000) { requestAnimationFrame(look); return; }
      const channel = new MessageChannel();
      channel.port1.onmessage = () => globalThis.__painted.push(performance.now() - begun);
      requestAnimationFrame(() => channel.port2.postMessage(0));
    };
    queueMicrotask(look);
  }, true);
}

async function grid(page, url) {
  const times = [];
  for (let i = 0; i < 5; i++) {
    await page.goto('about:blank');
    await page.goto(url, { waitUntil: 'commit' });
    await page.waitForFunction(() => document.querySelectorAll('[role=gridcell] a').length >= 300, null, { polling: 'raf' });
    await page.keyboard.press('j');
    await page.waitForFunction(() => document.activeElement?.closest('[role=gridcell]'), null, { polling: 'raf' });
    times.push(await page.evaluate(() => performance.now()));
  }
  return times;
}

async function scrolling(page) {
  return page.evaluate(() => new Promise((done) => {
    const gaps = [], step = 40;
    let last = performance.now();
    const frame = (now) => {
      gaps.push(now - last);
      last = now;
      scrollBy(0, step);
      if (gaps.length < 180) requestAnimationFrame(frame);
      else done(gaps.slice(5));
    };
    requestAnimationFrame(frame);
  }));
}

async function heapMb(session) {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize / 2 ** 20;
}

const moved = (page, from) => page.waitForFunction((id) => document.querySelector('[data-shot]')?.dataset.shot !== id, from, { polling: 'raf', timeout: 3000 }).catch(() => undefined);
const here = (page) => page.evaluate(() => document.querySelector('[data-shot]').dataset.shot);

const grafana = await Grafana.start();
const platform = await Platform.start(grafana.url, '');
const round = await platform.round('dashboard', { uids: dashboards(10), panels: numbers(10), wins: windows(3) });
const browser = await chromium.launch({ executablePath: browserPath().includes('headless') ? '/usr/bin/chromium' : browserPath(), args: [...flags, ...(process.getuid() === 0 ? ['--no-sandbox'] : [])] });
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en' });
const page = await context.newPage();
await page.addInitScript(watchKeys);
await page.goto(platform.rounds.url);
await page.fill('input[name=user]', 'admin');
await page.fill('input[name=password]', adminPassword);
await page.keyboard.press('Enter');
await page.locator('#main').waitFor();

const room = `${platform.rounds.url}/rounds/${round.id}`;
const opened = await grid(page, room);
const gaps = await scrolling(page);
const first = (await platform.call('GET', `/rounds/${round.id}/shots?limit=1`)).items[0].id;
await page.goto(`${room}/shots/${first}`);
await page.locator('[data-shot]').waitFor();
await page.waitForTimeout(1500);
await page.evaluate(() => { globalThis.__painted = []; });
for (let i = 0; i < 150; i++) {
  await page.keyboard.press(i % 10 === 9 ? 'j' : 'n');
  await page.waitForTimeout(pause);
}
const keys = await page.evaluate(() => globalThis.__painted);

const session = await context.newCDPSession(page);
const before = await heapMb(session);
for (let given = 150; given < verdicts; given++) {
  const at = await here(page);
  await page.keyboard.press(given % 2 ? 'n' : 'x');
  await Promise.race([moved(page, at), page.waitForTimeout(40)]);
  if ((await here(page)) !== at) continue;
  await page.keyboard.press('j');
  await Promise.race([moved(page, at), page.waitForTimeout(200)]);
  if ((await here(page)) === at) await page.goto(`${room}/shots/${first}`).then(() => page.locator('[data-shot]').waitFor());
}
await page.waitForFunction(() => !document.body.innerText.includes('not sent yet'));
const after = await heapMb(session);

console.log(`${round.n} shots, load ${load1()}\n`);
table(['measure', 'median', 'p95', 'aim'], [
  ['key to the next picture painted, ms', median(keys).toFixed(0), p95(keys).toFixed(0), '50 / 100'],
  ['grid of 300 answers keys after navigation, ms', median(opened).toFixed(0), Math.max(...opened).toFixed(0), '1000'],
  ['frame while scrolling the grid, ms', median(gaps).toFixed(1), p95(gaps).toFixed(1), '16.7'],
  [`heap after 150 and ${verdicts} verdicts, MB`, before.toFixed(1), after.toFixed(1), 'flat'],
]);
await browser.close();
await platform.stop();
await grafana.stop();
