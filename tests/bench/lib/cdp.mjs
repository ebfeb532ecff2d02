// A browser of one's own, driven over its debugging pipe: what the peers do, in the fewest words that are fair. The
// program is the one that Rounds finds, so that designs are compared and not browsers.
import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuTree } from './procs.mjs';

const KNOWN = ['/usr/lib/chromium/chromium-headless-shell', '/usr/lib/chromium/headless_shell', '/usr/bin/chromium-headless-shell',
  '/usr/lib/chromium/chromium', '/usr/bin/chromium', '/opt/google/chrome/chrome'];
// As Rounds starts its own: fonts, colours and scroll bars must not differ. No proxy: the peers have none.
const FLAGS = ['--headless', '--remote-debugging-pipe', '--no-first-run', '--no-default-browser-check', '--mute-audio', '--hide-scrollbars',
  '--force-color-profile=srgb', '--font-render-hinting=none', '--password-store=basic', '--disable-background-networking', '--disable-breakpad',
  '--disable-component-update', '--disable-default-apps', '--disable-extensions', '--disable-gpu', '--disable-sync', '--disable-dev-shm-usage'];

export function browserPath() {
  if (process.env.ROUNDS_BROWSER_PATH) return process.env.ROUNDS_BROWSER_PATH;
  const found = KNOWN.find((path) => { try { accessSync(path, constants.X_OK); return true; } catch { return false; } });
  if (!found) throw new Error('no browser found: set ROUNDS_BROWSER_PATH');
  return found;
}

export class Browser {
  #id = 0; #waiting = new Map(); #listeners = new Set(); #parts = [];

  constructor() {
    this.profile = mkdtempSync(join(tmpdir(), 'rounds-bench-'));
    const sandbox = process.getuid() === 0 ? ['--no-sandbox'] : [];
    this.child = spawn(browserPath(), [...FLAGS, ...sandbox, `--user-data-dir=${this.profile}`], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    this.child.stdio[4].on('data', (data) => this.#take(data));
    this.child.stdio[3].on('error', () => {});
    this.child.on('exit', () => { for (const w of this.#waiting.values()) w.fail(new Error('the browser ended')); });
  }

  #take(data) {
    for (let end; (end = data.indexOf(0)) >= 0; data = data.subarray(end + 1)) {
      this.#message(JSON.parse(Buffer.concat([...this.#parts, data.subarray(0, end)]).toString('utf8')));
      this.#parts = [];
    }
    if (data.length) this.#parts.push(data);
  }

  #message(m) {
    if (m.id === undefined) { for (const f of this.#listeners) f(m); return; }
    const w = this.#waiting.get(m.id);
    this.#waiting.delete(m.id);
    if (m.error) w?.fail(new Error(`${w.method}: ${m.error.message}`)); else w?.done(m.result);
  }

  send(method, params = {}, sessionId) {
    const id = ++this.#id;
    this.child.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + '\0');
    return new Promise((done, fail) => this.#waiting.set(id, { method, done, fail }));
  }

  /** Every event goes to f; returns what ends it. */
  listen(f) { this.#listeners.add(f); return () => this.#listeners.delete(f); }

  cpu() { return cpuTree(this.child.pid); }

  /** A page in a context of its own, or in the first one. */
  async page({ width, height }, isOwnContext = false) {
    const context = isOwnContext ? (await this.send('Target.createBrowserContext', { disposeOnDetach: true })).browserContextId : undefined;
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank', browserContextId: context, width, height, newWindow: true });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page(this, sessionId, targetId, context);
    await Promise.all([page.send('Page.enable'), page.send('Network.enable'), page.size(width, height)]);
    return page;
  }

  async close() {
    this.child.stdio[3].end(JSON.stringify({ id: ++this.#id, method: 'Browser.close' }) + '\0');
    if (this.child.exitCode === null) await once(this.child, 'exit');
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

export class Page {
  open = new Map(); // requests in flight: id → since when
  quietSince = Date.now();
  #waiters = [];

  constructor(browser, session, target, context) {
    Object.assign(this, { browser, session, target, context });
    this.stop = browser.listen((m) => { if (m.sessionId === session) this.#event(m); });
  }

  #event({ method, params }) {
    if (method === 'Network.requestWillBeSent' && /^https?:/.test(params.request.url)) this.open.set(params.requestId, Date.now());
    if (method === 'Network.loadingFinished' || method === 'Network.loadingFailed') this.open.delete(params.requestId);
    if (method.startsWith('Network.')) this.quietSince = Date.now();
    for (const w of this.#waiters.filter((x) => x.method === method)) w.done(params);
    this.#waiters = this.#waiters.filter((x) => x.method !== method);
  }

  send(method, params) { return this.browser.send(method, params, this.session); }
  event(method) { return new Promise((done) => this.#waiters.push({ method, done })); }
  size(width, height) { return this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false }); }
  login(name, value, domain) { return this.send('Network.setCookie', { name, value, domain, path: '/' }); }

  async go(url) {
    const loaded = this.event('Page.loadEventFired');
    await this.send('Page.navigate', { url });
    await loaded;
  }

  async eval(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Until nothing has been in flight for so long. */
  async idle(ms, timeoutMs = 30_000) {
    for (const end = Date.now() + timeoutMs; Date.now() < end;) {
      const quiet = this.open.size ? 0 : Date.now() - this.quietSince;
      if (quiet >= ms) return;
      await sleep(this.open.size ? 10 : ms - quiet);
    }
    throw new Error('the network never came to rest');
  }

  async picture() {
    const { data } = await this.send('Page.captureScreenshot', { format: 'png', captureBeyondViewport: false });
    return Buffer.from(data, 'base64');
  }

  async close() {
    this.stop();
    await this.browser.send('Target.closeTarget', { targetId: this.target });
    if (this.context) await this.browser.send('Target.disposeBrowserContext', { browserContextId: this.context });
  }
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
