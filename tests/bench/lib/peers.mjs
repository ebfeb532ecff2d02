// The two ways of grafana-image-renderer, step by step as its sources have them, each with a new browser per picture.
import { Browser, sleep } from './cdp.mjs';

const DOMAIN = '127.0.0.1';

async function inNewBrowser(shot, work) {
  const browser = new Browser();
  try {
    const page = await browser.page(shot);
    await page.login('renderKey', shot.renderKey, DOMAIN);
    const png = await work(page);
    return { png, cpu: browser.cpu() };
  } finally {
    await browser.close();
  }
}

/** Version 3 and 4, default mode: load, network idle for 500 ms, the running query count at 0, picture. */
export const cold = (shot) => inNewBrowser(shot, async (page) => {
  await page.go(shot.url);
  await page.idle(500);
  while (!await page.eval('window.__grafanaSceneContext ? window.__grafanaRunningQueryCount === 0 : true')) await sleep(10);
  return page.picture();
});

/** Version 5, defaults: every request passes through Fetch; 1 s before it looks; scrolling with 50 ms pauses; then every
 * 100 ms: nothing in flight, no query running, 3 s of grace until a first query is seen, two equal hashes. */
export const imitation = (shot) => inNewBrowser(shot, async (page) => {
  await page.send('Fetch.enable');
  const stop = page.browser.listen((m) => {
    if (m.method === 'Fetch.requestPaused') page.send('Fetch.continueRequest', { requestId: m.params.requestId }).catch(() => {});
  });
  await page.go(shot.url);
  await sleep(1000);
  await scroll(page);
  await poll(page);
  stop();
  return page.picture();
});

async function scroll(page) {
  const steps = await page.eval('Math.floor(document.body.scrollHeight / window.innerHeight)');
  await sleep(50);
  for (let i = 0; i < steps; i++) {
    await page.eval('window.scrollBy(0, window.innerHeight)');
    await sleep(50);
  }
  await page.eval('window.scrollTo(0, 0)');
}

async function poll(page) {
  const begun = Date.now();
  let seenQuery = false, hashed = false;
  for (;;) {
    await sleep(100);
    if (page.open.size) { hashed = false; continue; }
    if (await page.eval('!!(window.__grafanaSceneContext && window.__grafanaRunningQueryCount > 0)')) {
      hashed = false; seenQuery = true; continue;
    }
    if (!seenQuery && Date.now() - begun < 3000) continue;
    if (hashed) return;
    await page.eval('document.body.toString().length');
    hashed = true;
  }
}
