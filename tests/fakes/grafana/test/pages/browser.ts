// The built stand-in and a browser, for the tests of its pages.
import { existsSync, mkdirSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { parseOptions, VIEWER_TOKEN } from '../../server/options.js';
import { start, type Running } from '../../server/start.js';

export const FROM = 1_700_000_000_000;
export const TO = 1_700_021_600_000;
export const RANGE = `from=${FROM}&to=${TO}`;

export const startBuilt = (...argv: string[]): Promise<Running> => start(parseOptions(argv, 'dist/public'));

export async function openBrowser(): Promise<Browser> {
  const places = [process.env.ROUNDS_BROWSER_PATH, '/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/opt/google/chrome/chrome'];
  const found = places.find((path) => path && existsSync(path));
  if (!found) {
    throw new Error('no browser: install chromium-headless-shell or Google Chrome, or name one in ROUNDS_BROWSER_PATH');
  }
  return chromium.launch({ executablePath: found, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
}

export interface PageMore {
  width?: number;
  height?: number;
  cookie?: { name: string; value: string };
  /** Called before any script of the page. */
  before?: string;
}

/** A page that shows the viewer's token to the stand-in, and to nobody else. */
export async function openPage(browser: Browser, grafana: Running, more: PageMore = {}): Promise<Page> {
  const context: BrowserContext = await browser.newContext({ viewport: { width: more.width ?? 1600, height: more.height ?? 1200 }, timezoneId: 'UTC' });
  const page = await context.newPage();
  if (more.cookie) {
    await context.addCookies([{ ...more.cookie, url: grafana.url }]);
  } else {
    const origin = new URL(grafana.url).origin;
    await page.route(
      (url) => url.origin === origin,
      (route) => route.continue({ headers: { ...route.request().headers(), authorization: `Bearer ${VIEWER_TOKEN}` } })
    );
  }
  if (more.before) {
    await page.addInitScript(more.before);
  }
  return page;
}

/** Waits until so many stamps are drawn, and gives them in the order of the page. */
export async function stampsOf(page: Page, count: number): Promise<string[]> {
  await page.waitForFunction((n) => document.querySelectorAll('[data-stamp]').length >= n, count);
  return page.$$eval('[data-stamp]', (all) => all.map((e) => (e as HTMLElement).dataset['stamp']!));
}

/** The colours of the picture where the stamps are, read from the picture itself. */
export async function drawnStamps(page: Page): Promise<string[]> {
  const centres = await page.$$eval('[data-stamp]', (all) =>
    all.map((e) => {
      const box = e.getBoundingClientRect();
      return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)] as const;
    })
  );
  const picture = (await page.screenshot()).toString('base64');
  const reader = await page.context().newPage();
  const colors = await reader.evaluate(
    async ([data, points]) => {
      const image = new Image();
      image.src = `data:image/png;base64,${data}`;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const g = canvas.getContext('2d')!;
      g.drawImage(image, 0, 0);
      return points.map(([x, y]) => '#' + [...g.getImageData(x, y, 1, 1).data.slice(0, 3)].map((c) => c.toString(16).padStart(2, '0')).join(''));
    },
    [picture, centres] as const
  );
  await reader.close();
  return colors;
}

/** In-application navigation, as a client that stays in the page does it. */
export const goInside = (page: Page, path: string): Promise<void> =>
  page.evaluate((url) => {
    history.pushState(null, '', url);
    window.dispatchEvent(new PopStateEvent('popstate', { state: null }));
  }, path);

/** Pictures for people: kept only when SHOTS names a folder. */
export async function keepShot(page: Page, name: string): Promise<void> {
  const dir = process.env['SHOTS'];
  if (dir) {
    mkdirSync(dir, { recursive: true });
    await page.screenshot({ path: `${dir}/${name}.png` });
  }
}
