import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { stampColor } from '../../server/data/hash.js';
import type { Running } from '../../server/start.js';
import { drawnStamps, FROM, goInside, keepShot, openBrowser, openPage, RANGE, stampsOf, startBuilt, TO } from './browser.js';

let browser: Browser;
let grafana: Running;
let page: Page;
beforeAll(async () => {
  browser = await openBrowser();
  grafana = await startBuilt('--grafana', '9.4.7', '--query-delay', '20');
});
afterAll(async () => {
  await browser.close();
  await grafana.stop();
});
afterEach(async () => void (await page?.context().close()));

const stamp = (seed: string, from = FROM, to = TO) => stampColor(seed, from, to);
const LATER = TO + 3_600_000;

it('has the older anchors and globals, and no scene', async () => {
  page = await openPage(browser, grafana);
  await page.goto(`${grafana.url}/d/demo/x?kiosk&${RANGE}`);
  const expected = [1, 2, 3, 4, 5, 6, 7, 9, 10].map((id) => stamp(`demo/${id}`));
  expect(await stampsOf(page, 9)).toEqual(expected);
  expect(await drawnStamps(page)).toEqual(expected);
  expect(await page.$$eval('[data-panelid] .panel-container', (all) => all.length)).toBe(10);
  const globals = await page.evaluate(() => {
    const w = window as any;
    return { scene: w.__grafanaSceneContext, rendered: w.panelsRendered, data: w.grafanaRuntime.getPanelData()[1] };
  });
  expect(globals.scene).toBeUndefined();
  expect(globals.rendered).toBeGreaterThanOrEqual(10);
  expect(globals.data).toMatchObject({ state: 'Done', timeRange: { from: FROM, to: TO } });
  await keepShot(page, 'legacy-demo');
});

it('scrolls inside, and asks for panels below only when they come into sight', async () => {
  page = await openPage(browser, grafana, { height: 600 });
  await page.goto(`${grafana.url}/d/heavy/x?kiosk&${RANGE}`);
  await stampsOf(page, 3);
  expect(await page.$$eval('.panel-container', (all) => all.length)).toBeLessThan(20);
  expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(600);
  expect(await page.$eval('.scrollbar-view', (e) => e.scrollHeight)).toBeGreaterThan(4000);
  await page.setViewportSize({ width: 1600, height: 4600 });
  await stampsOf(page, 40);
});

it('changes the range of /d inside, and ignores it on /d-solo', async () => {
  page = await openPage(browser, grafana);
  await page.goto(`${grafana.url}/d/demo/x?kiosk&${RANGE}`);
  await stampsOf(page, 9);
  await goInside(page, `/d/demo/x?kiosk&from=${FROM}&to=${LATER}`);
  await page.waitForFunction((color) => document.querySelector(`[data-stamp="${color}"]`), stamp('demo/1', FROM, LATER));
  await page.goto(`${grafana.url}/d-solo/demo/x?panelId=1&${RANGE}`);
  await page.waitForSelector('.panel-solo .panel-container');
  await stampsOf(page, 1);
  await goInside(page, `/d-solo/demo/x?panelId=1&from=${FROM}&to=${LATER}`);
  await page.waitForTimeout(500);
  expect(await stampsOf(page, 1)).toEqual([stamp('demo/1')]);
});

it('ignores one viewPanel straight after another', async () => {
  page = await openPage(browser, grafana);
  await page.goto(`${grafana.url}/d/demo/x?kiosk&viewPanel=1&${RANGE}`);
  expect(await stampsOf(page, 1)).toEqual([stamp('demo/1')]);
  await goInside(page, `/d/demo/x?kiosk&viewPanel=2&${RANGE}`);
  expect(await stampsOf(page, 1)).toEqual([stamp('demo/1')]);
  await goInside(page, `/d/demo/x?kiosk&${RANGE}`);
  await stampsOf(page, 9);
  await goInside(page, `/d/demo/x?kiosk&viewPanel=2&${RANGE}`);
  await page.waitForFunction((color) => [...document.querySelectorAll<HTMLElement>('[data-stamp]')].map((e) => e.dataset['stamp']).join() === color, stamp('demo/2'));
});

it('never counts a panel whose query failed', async () => {
  page = await openPage(browser, grafana);
  await page.goto(`${grafana.url}/d-solo/faults/x?panelId=1&${RANGE}`);
  await page.waitForSelector('[aria-label="Panel header error"]');
  expect(await page.evaluate(() => (window as any).panelsRendered)).toBeUndefined();
  await page.goto(`${grafana.url}/d-solo/faults/x?panelId=99`);
  await page.waitForSelector('.alert.alert-error >> text=Panel with id 99 not found');
});
