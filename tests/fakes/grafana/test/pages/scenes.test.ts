import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stampColor } from '../../server/data/hash.js';
import type { Running } from '../../server/start.js';
import { post } from '../harness.js';
import { drawnStamps, FROM, goInside, keepShot, openBrowser, openPage, RANGE, stampsOf, startBuilt, TO } from './browser.js';

let browser: Browser;
let grafana: Running;
let page: Page;
beforeAll(async () => {
  browser = await openBrowser();
  grafana = await startBuilt('--query-delay', '20');
});
afterAll(async () => {
  await browser.close();
  await grafana.stop();
});
beforeEach(async () => void (await post(`${grafana.url}/__test/reset`, {})));
afterEach(async () => void (await page?.context().close()));

const stamp = (seed: string, from = FROM, to = TO) => stampColor(seed, from, to);
const inject = (state: unknown) => post(`${grafana.url}/__test/faults`, state);
const iso = (ms: number) => new Date(ms).toISOString();

async function queriesDuring(act: () => Promise<void>): Promise<string[]> {
  const seen: string[] = [];
  const note = (req: { url(): string; postData(): string | null }) => {
    if (req.url().includes('/api/ds/query')) {
      seen.push(JSON.parse(req.postData()!).from as string);
    }
  };
  page.on('request', note);
  await act();
  page.off('request', note);
  return seen;
}

describe('/d', () => {
  it('draws every panel of the demo for the asked range', async () => {
    page = await openPage(browser, grafana);
    await page.goto(`${grafana.url}/d/demo/x?kiosk&${RANGE}`);
    const expected = [1, 2, 3, 4, 5, 6, 7, 9, 10].map((id) => stamp(`demo/${id}`));
    expect(await stampsOf(page, 9)).toEqual(expected);
    expect(await drawnStamps(page)).toEqual(expected);
    await keepShot(page, 'demo');
    const keys = await page.$$eval('[data-viz-panel-key]', (all) => all.map((e) => (e as HTMLElement).dataset['vizPanelKey']));
    expect(keys).toEqual(Array.from({ length: 10 }, (_, i) => `panel-${i + 1}`));
  });

  it('changes the range inside the page with queries only', async () => {
    page = await openPage(browser, grafana);
    await page.goto(`${grafana.url}/d/gateway/x?kiosk&${RANGE}`);
    await stampsOf(page, 6);
    const to = TO + 3_600_000;
    const loads: string[] = [];
    page.on('request', (req) => void (req.url().includes('/api/dashboards/') && loads.push(req.url())));
    await goInside(page, `/d/gateway/x?kiosk=true&from=${iso(FROM)}&to=${iso(to)}&timezone=utc`);
    await page.waitForFunction((color) => document.querySelector(`[data-stamp="${color}"]`), stamp('gateway/6', FROM, to));
    expect(loads).toEqual([]);
    expect(await page.evaluate(() => (window as any).__grafanaSceneContext.state.uid)).toBe('gateway');
  });

  it('changes the range by the location service that plugins get', async () => {
    page = await openPage(browser, grafana);
    await page.goto(`${grafana.url}/d/gateway/x?kiosk&${RANGE}`);
    await stampsOf(page, 6);
    const to = TO + 7_200_000;
    await page.evaluate(
      async ([from, until]) => (await (window as any).System.import('@grafana/runtime')).locationService.partial({ from, to: until }),
      [iso(FROM), iso(to)] as const
    );
    await page.waitForFunction((color) => document.querySelector(`[data-stamp="${color}"]`), stamp('gateway/1', FROM, to));
  });

  it('asks nothing for the same range again, and loads another dashboard for another uid', async () => {
    page = await openPage(browser, grafana);
    const canonical = `kiosk=true&from=${iso(FROM)}&to=${iso(TO)}&timezone=utc`;
    await page.goto(`${grafana.url}/d/gateway/x?${canonical}`);
    await stampsOf(page, 6);
    expect(await queriesDuring(async () => {
      await goInside(page, `/d/gateway/x?${canonical}&refresh=`);
      await page.waitForTimeout(500);
    })).toEqual([]);
    await goInside(page, `/d/demo/x?${canonical}`);
    await page.waitForFunction((color) => document.querySelector(`[data-stamp="${color}"]`), stamp('demo/10'));
  });

  it('is lazy with a token: 13 mounts all panels and asks for those in sight, 12 does not even mount the rest', async () => {
    page = await openPage(browser, grafana, { height: 600 });
    const asked = await queriesDuring(async () => {
      await page.goto(`${grafana.url}/d/heavy/x?kiosk&${RANGE}`);
      await stampsOf(page, 3);
      await page.waitForTimeout(500);
    });
    expect(asked.length).toBeLessThan(20);
    expect(await page.$$eval('[data-viz-panel-key]', (all) => all.length)).toBe(40);
    await page.context().close();

    const older = await startBuilt('--grafana', '12.3.0');
    page = await openPage(browser, older, { height: 600 });
    await page.goto(`${older.url}/d/heavy/x?kiosk&${RANGE}`);
    await stampsOf(page, 3);
    await page.waitForTimeout(500);
    expect(await page.$$eval('[data-viz-panel-key]', (all) => all.length)).toBeLessThan(20);
    await page.setViewportSize({ width: 1600, height: 4700 });
    await stampsOf(page, 40);
    await older.stop();
  });

  it('scrolls inside an element of its own in Grafana 11', async () => {
    const older = await startBuilt('--grafana', '11.6.0');
    page = await openPage(browser, older, { height: 600 });
    await page.goto(`${older.url}/d/heavy/x?kiosk&${RANGE}`);
    await stampsOf(page, 3);
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(600);
    expect(await page.$eval('#page-scrollbar', (e) => e.scrollHeight)).toBeGreaterThan(4000);
    await page.$eval('#page-scrollbar', (e) => e.scrollTo(0, e.scrollHeight));
    await page.waitForFunction((color) => document.querySelector(`[data-stamp="${color}"]`), stamp('heavy/40'));
    await older.stop();
  });

  it('is not lazy with a render key', async () => {
    const { renderKey } = (await post(`${grafana.url}/__test/renderkey`, {})).body;
    page = await openPage(browser, grafana, { height: 600, cookie: { name: 'renderKey', value: renderKey } });
    await page.goto(`${grafana.url}/d/heavy/x?kiosk&${RANGE}`);
    await stampsOf(page, 40);
  });

  it('repeats a panel for each value, with path ids', async () => {
    page = await openPage(browser, grafana);
    await page.goto(`${grafana.url}/d/host/x?kiosk&${RANGE}&var-host=web-01&var-host=db-02`);
    await page.waitForFunction((color) => document.querySelector(`[data-stamp="${color}"]`), stamp('host/2/db-02'));
    const ids = await page.$$eval('[data-viz-panel-id]', (all) => all.map((e) => (e as HTMLElement).dataset['vizPanelId']));
    expect(ids).toEqual(['panel-1', 'web-01$panel-2', 'db-02$panel-2', 'panel-3']);
    await keepShot(page, 'host');
  });

  it('repeats a row with everything in it', async () => {
    page = await openPage(browser, grafana, { height: 1600 });
    await page.goto(`${grafana.url}/d/fleet/x?kiosk&${RANGE}`);
    await page.waitForFunction((color) => document.querySelector(`[data-stamp="${color}"]`), stamp('fleet/2/深圳'));
    expect((await stampsOf(page, 7)).sort()).toEqual(
      ['北京', '上海', '深圳'].flatMap((site) => [stamp(`fleet/1/${site}`), stamp(`fleet/2/${site}`)]).concat(stamp('fleet/3')).sort()
    );
    const ids = await page.$$eval('[data-viz-panel-id]', (all) => all.map((e) => (e as HTMLElement).dataset['vizPanelId']));
    expect(ids).toContain('上海$panel-1');
    await keepShot(page, 'fleet');
    await page.goto(`${grafana.url}/d-solo/fleet/x?panelId=${encodeURIComponent('上海$panel-1')}&${RANGE}`);
    expect(await stampsOf(page, 1)).toEqual([stamp('fleet/1/上海')]);
  });

  it('leaves collapsed rows unmounted until they are opened', async () => {
    page = await openPage(browser, grafana);
    await page.goto(`${grafana.url}/d/rows/x?kiosk&${RANGE}`);
    await stampsOf(page, 2);
    expect(await page.$('[data-viz-panel-key="panel-3"]')).toBeNull();
    await page.evaluate(() => {
      const scene = (window as any).__grafanaSceneContext;
      scene.state.body.state.children.find((c: any) => c.state.isCollapsed === true).onCollapseToggle();
    });
    await stampsOf(page, 5);
    await keepShot(page, 'rows');
  });

  it('shows one panel alone for viewPanel', async () => {
    page = await openPage(browser, grafana, { width: 1000, height: 500 });
    await page.goto(`${grafana.url}/d/demo/x?kiosk&viewPanel=3&${RANGE}`);
    expect(await stampsOf(page, 1)).toEqual([stamp('demo/3')]);
    await keepShot(page, 'view-panel');
  });

  it('says when a dashboard is missing or forbidden', async () => {
    page = await openPage(browser, grafana);
    await page.goto(`${grafana.url}/d/nothing`);
    await page.waitForSelector('[data-testid="data-testid entity-not-found"]');
    await page.goto(`${grafana.url}/d/secret`);
    await page.waitForSelector('[data-testid="dashboard-page-error"] >> text=Failed to load dashboard');
  });

  it('shows its troubled panels as Grafana does', async () => {
    page = await openPage(browser, grafana);
    await page.goto(`${grafana.url}/d/faults/x?kiosk&${RANGE}`);
    await page.waitForSelector('[data-viz-panel-key="panel-1"] [data-testid="data-testid Panel status error"]');
    await page.waitForSelector('[data-viz-panel-key="panel-2"] [data-testid="data-testid Panel data error message"]');
    await page.waitForSelector('[data-viz-panel-key="panel-4"] [data-testid="data-testid Panel status error"]');
    await page.waitForSelector('[data-viz-panel-key="panel-9"] >> text=An unexpected error happened');
    const states = await page.evaluate(() => {
      const found: Record<string, string> = {};
      const walk = (o: any) => {
        if (o.state.pluginId !== undefined && o.state.$data) {
          found[o.state.key] = o.state.$data.state.data?.state;
        }
        o.forEachChild((c: any) => void walk(c));
      };
      walk((window as any).__grafanaSceneContext);
      return found;
    });
    expect(states['panel-1']).toBe('Error');
    expect(states['panel-2']).toBe('Done');
    expect(states['panel-5']).toBe('Streaming');
    await keepShot(page, 'faults');
  });
});

describe('/d-solo', () => {
  it('draws one panel and rewrites its address to the canonical form', async () => {
    page = await openPage(browser, grafana, { width: 1000, height: 500 });
    await page.goto(`${grafana.url}/d-solo/demo/x?orgId=1&panelId=1&${RANGE}&theme=light`);
    expect(await stampsOf(page, 1)).toEqual([stamp('demo/1')]);
    expect(await drawnStamps(page)).toEqual([stamp('demo/1')]);
    expect(new URL(page.url()).searchParams.get('from')).toBe(iso(FROM));
    await keepShot(page, 'solo-light');
  });

  it('cancels the first query of an inside change and runs it again', async () => {
    await inject({ queryDelay: { fixedMs: 300 } });
    page = await openPage(browser, grafana, { width: 1000, height: 500 });
    await page.goto(`${grafana.url}/d-solo/gateway/x?panelId=2&${RANGE}`);
    await stampsOf(page, 1);
    await page.waitForTimeout(600);
    const cancelled: string[] = [];
    page.on('requestfailed', (req) => void (req.url().includes('/api/ds/query') && cancelled.push(req.url())));
    const to = TO + 3_600_000;
    const asked = await queriesDuring(async () => {
      await goInside(page, `/d-solo/gateway/x?panelId=2&from=${iso(FROM)}&to=${iso(to)}&timezone=utc`);
      await page.waitForFunction((color) => document.querySelector(`[data-stamp="${color}"]`), stamp('gateway/2', FROM, to));
    });
    expect(asked.length).toBe(2);
    expect(cancelled.length).toBe(1);
  });

  it('finds panels of collapsed rows and clones by path id, and says when there is none', async () => {
    page = await openPage(browser, grafana, { width: 1000, height: 500 });
    await page.goto(`${grafana.url}/d-solo/rows/x?panelId=4&${RANGE}`);
    expect(await stampsOf(page, 1)).toEqual([stamp('rows/4')]);
    await page.goto(`${grafana.url}/d-solo/host/x?panelId=${encodeURIComponent('web-02$panel-2')}&${RANGE}`);
    expect(await stampsOf(page, 1)).toEqual([stamp('host/2/web-02')]);
    await page.goto(`${grafana.url}/d-solo/host/x?panelId=2&var-host=db-01&${RANGE}`);
    expect(await stampsOf(page, 1)).toEqual([stamp('host/2/db-01')]);
    await page.goto(`${grafana.url}/d-solo/demo/x?panelId=99`);
    await page.waitForSelector('text=Panel not found');
  });

  it('calls the renderer function once, two seconds after it is done', async () => {
    page = await openPage(browser, grafana, {
      before: 'window.__calls = []; window.__grafanaImageRendererMessageChannel = (m) => window.__calls.push([m, performance.now()])',
    });
    await page.goto(`${grafana.url}/d-solo/demo/x?panelId=1&${RANGE}`);
    await stampsOf(page, 1);
    await page.waitForFunction(() => (window as any).__calls.length > 0);
    const calls = await page.evaluate(() => (window as any).__calls as [string, number][]);
    expect(JSON.parse(calls[0]![0])).toEqual({ type: 'REPORT_RENDER_COMPLETE', data: { success: true } });
    await goInside(page, `/d-solo/demo/x?panelId=2&from=${iso(FROM)}&to=${iso(TO)}&timezone=browser`);
    await page.waitForTimeout(3000);
    expect(await page.evaluate(() => (window as any).__calls.length)).toBe(1);
  });
});

describe('what an identity leaves in the browser', () => {
  it('is told by the next one', async () => {
    const traced = await startBuilt('--traces');
    const keyOf = async (userId: number) => (await post(`${traced.url}/__test/renderkey`, { userId })).body.renderKey as string;
    page = await openPage(browser, traced, { cookie: { name: 'renderKey', value: await keyOf(1) } });
    const tell = async (n: number) => {
      await page.goto(`${traced.url}/d-solo/demo/x?panelId=1&${RANGE}`);
      await expect.poll(async () => (await (await fetch(`${traced.url}/__test/traces`)).json()).traces.length).toBe(n);
      return (await (await fetch(`${traced.url}/__test/traces`)).json()).traces[n - 1];
    };
    expect(await tell(1)).toEqual({ mine: 'render//1/1', found: [] });
    await page.context().addCookies([{ name: 'renderKey', value: await keyOf(2), url: traced.url }]);
    const second = await tell(2);
    expect(second.mine).toBe('render//2/1');
    expect(second.found.map((t: any) => t.where)).toEqual(['localStorage', 'sessionStorage', 'cookie', 'window.name', 'indexedDB', 'cacheStorage']);
    expect(new Set(second.found.map((t: any) => t.mark))).toEqual(new Set(['render//1/1']));
    await traced.stop();
  });
});

describe('boot', () => {
  it('fails with a missing bundle', async () => {
    await inject({ boot: 'fail' });
    page = await openPage(browser, grafana);
    await page.goto(`${grafana.url}/d/demo`);
    await page.waitForSelector('text=Grafana has failed to load its application files');
  });

  it('crashes its tab when asked to', async () => {
    page = await openPage(browser, grafana);
    const crashed = page.waitForEvent('crash');
    await page.goto(`${grafana.url}/d/crash/x?kiosk`);
    await crashed;
  });

  it('tells its parent when it is there', async () => {
    page = await openPage(browser, grafana, { before: "window.__said = []; addEventListener('message', (e) => window.__said.push(e.data))" });
    await page.goto(`${grafana.url}/d/text?kiosk`);
    await page.waitForFunction(() => (window as any).__said.includes('GrafanaAppInit'));
    expect(await page.$('.preloader')).toBeNull();
    await page.waitForSelector('text=今日公告');
  });

  it('makes the stealing page try every way', async () => {
    const robbed = await startBuilt('--thief-port', '0');
    page = await openPage(browser, robbed);
    await page.goto(`${robbed.url}/d/steal?kiosk&${RANGE}`);
    await stampsOf(page, 1);
    await expect
      .poll(async () => {
        const { thief } = await (await fetch(`${robbed.url}/__test/requests`)).json();
        return thief.map((r: any) => new URLSearchParams(r.query).get('by')).sort();
      })
      .toEqual(expect.arrayContaining(['beacon', 'fetch', 'fetch-redirect', 'img', 'img-redirect', 'name', 'redirect', 'websocket']));
    await robbed.stop();
  });
});
