// Bad input, bad clients, dying browsers, full disks and kills: the service says what is wrong, and goes on.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { connect as tlsConnect, type SecureVersion } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newFolder } from './lib/folder.js';
import { Grafana, stampColour, viewerToken } from './lib/grafana.js';
import { Picture } from './lib/picture.js';
import { Raw } from './lib/raw.js';
import { Site } from './lib/site.js';
import { authToken, grafanaSettings, isAlive, isSanitized, kill, Options, procText, Rounds, run, until } from './lib/rounds.js';

const from = 1763000000000, to = 1763021600000;
let grafana: Grafana, rounds: Rounds;
const stops: (() => Promise<unknown>)[] = [];
const start = async (options: Options = {}) => {
  const own = await Rounds.start({ settings: grafanaSettings(grafana.url), ...options, env: { TEST_GRAFANA_TOKEN: viewerToken, ...options.env } });
  stops.push(() => own.stop());
  return own;
};

beforeAll(async () => {
  grafana = await Grafana.start();
  rounds = await Rounds.start({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken } });
});
afterEach(async () => { while (stops.length) await stops.pop()!(); await grafana.reset(); });
afterAll(async () => { await rounds?.stop(); await grafana?.stop(); });

const page = (panel = 1, at = from) => `${grafana.url}/d-solo/demo/x?orgId=1&panelId=${panel}&from=${at}&to=${to}&timezone=utc`;
const works = async (own: Rounds, at = from) =>
  expect((await Picture.of(await own.render({ url: page(1, at), width: 300, height: 200, timeout: 40 }))).has(stampColour('demo/1', at, to))).toBe(true);
const head = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: ${authToken}\r\n\r\n`;

describe('bad input', () => {
  const names = ['url', 'width', 'height', 'deviceScaleFactor', 'timeout', 'timezone', 'encoding', 'quality', 'theme', 'renderKey', 'domain',
    'landscape', 'pdf.format', 'pdf.landscape', 'pdf.printBackground', 'pdf.pageRanges', 'filePath'];

  it.each(names)('%s twice is refused: two readers must not disagree', async (name) => {
    const answer = await rounds.get(`/render?url=${encodeURIComponent(page())}&${name}=1&${name}=2`);
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(name)]);
  });

  it.each(names)('%s with broken percent-encoding or a control character is refused or harmless, never a crash', async (name) => {
    for (const value of ['%', '%zz', '%00', '%ff%fe', '%0d%0aX-Evil:1']) {
      const base = name === 'url' ? '' : `url=${encodeURIComponent(page())}&timeout=20&width=60&height=60&`;
      const answer = await rounds.get(`/render?${name === 'timeout' ? base.replace('timeout=20&', '') : base.replace(name === 'width' ? 'width=60&' : name === 'height' ? 'height=60&' : ' ', '')}${name}=${value}`);
      expect([200, 400, 403, 502], `${name}=${value}`).toContain(answer.status);
      expect(answer.headers.get('x-evil')).toBeNull();
      await answer.arrayBuffer();
    }
  });

  it('every one but the address may be missing, and the address alone may not', async () => {
    const answer = await rounds.get(`/render?url=${encodeURIComponent(page())}`);
    expect((await Picture.of(answer)).has(stampColour('demo/1', from, to))).toBe(true);
    const all = names.filter((name) => name !== 'url').map((name) => `${name}=`).join('&');
    expect((await rounds.get(`/render?${all}`)).status).toBe(400);
    expect((await Picture.of(await rounds.get(`/render?url=${encodeURIComponent(page())}&${all}`))).has(stampColour('demo/1', from, to)), 'all of them empty').toBe(true);
  });

  it.each(['width', 'height', 'deviceScaleFactor', 'timeout', 'quality', 'pdf.pageRanges'])('%s may not be negative, and no number beyond all measure', async (name) => {
    const some = name === 'pdf.pageRanges' ? [] : ['-2']; // "-2": as far as the second
    for (const value of [...some, '-0.5', '-99999999999999999999', '1e400', '9'.repeat(400), '0x7fffffffffffffff']) {
      const answer = await rounds.get(`/render?url=${encodeURIComponent(page())}&encoding=${name.startsWith('pdf') ? 'pdf' : 'jpeg'}&${name}=${value}`);
      expect([value, answer.status, await answer.text()]).toEqual([value, 400, expect.stringMatching(name === 'deviceScaleFactor' ? /^invalid (request|'deviceScaleFactor')/ : name)]);
    }
  });

  it('a value of 100 KiB is refused, whatever it is', async () => {
    for (const name of names) {
      const raw = (await Raw.open(rounds.url)).send(head(`/render?${name}=${'x'.repeat(100 * 1024)}`));
      expect([400, 414]).toContain(await raw.status());
      raw.drop();
    }
  });

  it('a URL of 60 KiB is not too long', async () => {
    const answer = await rounds.render({ url: `${page()}&var-long=${'y'.repeat(15_000)}`, width: 100, height: 100, timeout: 20 });
    expect(answer.status, await answer.text()).toBe(200);
    const raw = (await Raw.open(rounds.url)).send(head(`/version?${'z'.repeat(60 * 1024)}`));
    expect(await raw.status()).toBe(200);
    raw.drop();
  });

  it('nor is one of 64 KiB for the page', async () => {
    const site = await Site.start({ '/': '<!doctype html><body style="margin:0;background:#0a0b0c">' });
    try {
      const url = `${site.url}/?x=`.padEnd(64 * 1024, 'y');
      expect((await Picture.of(await rounds.get(`/render?width=40&height=40&url=${url}`))).at(5, 5)).toBe('#0a0b0c');
      expect(site.requests.find((r) => r.path === '/')!.query.get('x')!.length).toBe(url.length - `${site.url}/?x=`.length);
    } finally { await site.stop(); }
  });

  it('what is no HTTP is refused', async () => {
    for (const text of ['\0\0\0\r\n\r\n', 'GET\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', 'GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`]) {
      const raw = (await Raw.open(rounds.url)).send(text);
      await Promise.race([raw.closed, raw.status().catch(() => 0)]);
      if (raw.received) expect(raw.received).toMatch(/^HTTP\/1\.[01] [45]\d\d/);
      raw.drop();
    }
    await works(rounds);
  });
});

describe('bad clients', () => {
  it('slow, silent, half-closed and vanished ones hold nobody up; 1000 idle connections cost little', async () => {
    const own = await start();
    await works(own);
    const idle: Raw[] = [];
    for (let i = 0; i < 1000; i += 100) idle.push(...await Promise.all(Array.from({ length: 100 }, () => Raw.open(own.url))));
    for (let i = 0; i < 200; i++) idle[i].send('GET /render?url='); // slow-loris: a head that never ends
    for (let i = 200; i < 250; i++) { idle[i].send(head(`/render?url=${encodeURIComponent(page(2, from + i))}&timeout=20`)); idle[i].drop(); } // vanished
    const half = (await Raw.open(own.url)).send(head('/version'));
    half.socket.end(); // says no more, but listens: an answer or a close, never a hang
    await Promise.race([half.closed, half.status().catch(() => 0)]);
    await works(own, from + 1000);
    const rss = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${own.pid}/status`, 'latin1'))![1]) / 1024;
    if (!isSanitized) expect(rss, 'MiB of the daemon').toBeLessThan(40);
    for (const raw of idle) raw.drop();
  });
});

describe('browsers', () => {
  it('killed in the middle of a render: once more on another, and the caller never knows', async () => {
    const own = await start({ args: ['--browser.max=1'] });
    await works(own);
    await grafana.faults({ queryDelay: { fixedMs: 1500 } });
    const asked = (await grafana.seen()).requests.length;
    const answer = own.render({ url: page(2), timeout: 40 });
    while ((await grafana.seen()).requests.length === asked) await new Promise((r) => setImmediate(r));
    for (const pid of own.browsers()) kill(pid);
    expect((await Picture.of(await answer)).has(stampColour('demo/2', from, to))).toBe(true);
  });

  it('hung: the deadline is kept, the next caller gets a fresh one', async () => {
    const own = await start({ args: ['--browser.max=1'] });
    await works(own);
    const [pid] = own.browsers();
    process.kill(pid, 'SIGSTOP');
    const begun = Date.now();
    const answer = await own.render({ url: page(2), timeout: 3 });
    expect([200, 408, 500]).toContain(answer.status);
    expect(Date.now() - begun).toBeLessThan(8000);
    await works(own, from + 1000);
    await until('the hung browser is gone', () => !isAlive(pid));
  });

  it('that lost the process its tabs are born of: replaced, long before the deadline', async () => {
    const own = await start({ args: ['--browser.max=1'] });
    await works(own);
    const kindOf = (pid: number) => /--type=([\w-]+)/.exec(procText(pid, 'cmdline'))?.[1];
    for (const pid of own.family().filter((p) => ['zygote', 'renderer'].includes(kindOf(p) ?? ''))) kill(pid);
    await works(own, from + 1000);
  });

  it.each([
    ['scripts', { slowAssetsMs: 600 }, /^\/public\//], ['the dashboard', { dashboards: { demo: { delayMs: 600 } } }, /^\/apis?\/.*dashboard.*\/demo/],
    ['data', { queryDelay: { fixedMs: 600 } }, /^\/api\/ds\/query$/],
  ] as const)('that lost its network while %s came: once more on another, and the caller never knows', async (_what, faults, path) => {
    const own = await start({ args: ['--browser.max=1'] });
    await grafana.hook('requests/clear');
    await grafana.faults(faults);
    const answer = own.render({ url: page(2), timeout: 50 });
    let lost: number[] = [];
    while (!(await grafana.seen()).requests.some((r) => path.test(r.path))) {
      await new Promise((r) => setImmediate(r));
      lost = own.family().filter((pid) => procText(pid, 'cmdline').includes('network.mojom'));
    }
    expect(lost).toHaveLength(1);
    kill(lost[0]);
    expect((await Picture.of(await answer)).has(stampColour('demo/2', from, to))).toBe(true);
  });

  it('that cannot start: a clear answer, and the service stays', async () => {
    const own = await start({ args: ['--browser.path=/nonexistent/chromium'] });
    const answer = await own.render({ url: page(), timeout: 10 });
    const text = await answer.text();
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(text).toContain('/nonexistent/chromium');
    const health = await fetch(`${own.url}/healthz?verbose`);
    expect([health.status, await health.text()]).toEqual([503, expect.stringContaining('/nonexistent/chromium')]);
    expect((await fetch(`${own.url}/render/version`)).status).toBe(200);
  });

  it('that answer garbage or leave at once: the same', async () => {
    for (const script of ['#!/bin/sh\nexit 3\n', '#!/bin/sh\nprintf "garbage\\0" >&4; exec sleep 60\n']) {
      const file = join(newFolder('bad'), 'browser');
      writeFileSync(file, script, { mode: 0o755 });
      const own = await start({ args: [`--browser.path=${file}`] });
      const answer = await own.render({ url: page(), timeout: 10 });
      expect(answer.status, await answer.text()).toBeGreaterThanOrEqual(500);
      expect((await fetch(`${own.url}/version`)).status).toBe(200);
    }
  });
});

describe('the machine', () => {
  it.skipIf(process.getuid!() !== 0)('a full temporary folder: a clear answer, the service stays, and works again with room', async () => {
    const small = newFolder('small');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', small]);
    try {
      writeFileSync(join(small, 'fill'), Buffer.alloc(250 * 1024), { flag: 'w' });
    } catch { /* that full is full enough */ }
    try {
      const own = await start({ args: [`--temp=${small}`, '--browser.max=1'] });
      const answer = await own.render({ url: page(), timeout: 15 });
      expect([200, 408, 500, 503, 507]).toContain(answer.status);
      expect((await fetch(`${own.url}/version`)).status).toBe(200);
      execFileSync('mount', ['-o', 'remount,size=512m', small]);
      rmSync(join(small, 'fill'), { force: true });
      await works(own);
      await own.stop();
    } finally { execFileSync('umount', ['-l', small]); }
  });

  it('kill -9 of the daemon: no browser survives it, and the next start sweeps what is left', async () => {
    const first = await start();
    await works(first);
    const family = first.family();
    expect(family.length).toBeGreaterThan(2);
    first.child.process.kill('SIGKILL');
    await first.child.exited;
    await until('its browsers are gone', () => family.every((pid) => !isAlive(pid)));
    const left = first.leftovers();
    const second = await start({ args: [`--temp=${first.folder}`] });
    await works(second);
    expect(readdirSync(first.folder).filter((name) => left.includes(name))).toEqual([]);
  });

  it('SIGTERM in the middle of a render: it is finished, then all is gone', async () => {
    const own = await start();
    await works(own);
    await grafana.faults({ queryDelay: { fixedMs: 1500 } });
    const asked = (await grafana.seen()).requests.length;
    const answer = own.render({ url: page(9), timeout: 30 });
    while ((await grafana.seen()).requests.length === asked) await new Promise((r) => setImmediate(r));
    const family = own.family();
    own.child.process.kill('SIGTERM');
    expect((await Picture.of(await answer)).has(stampColour('demo/9', from, to))).toBe(true);
    await own.child.exited;
    expect(own.child.exitCode).toBe(0);
    await until('nothing is left running', () => family.every((pid) => !isAlive(pid)));
    expect(own.leftovers()).toEqual([]);
  });
});

describe('settings that cannot be meant', () => {
  const refused = async (settings: string, args: string[] = [], env: Record<string, string> = {}) => {
    const folder = newFolder('settings');
    writeFileSync(join(folder, 'rounds.yaml'), settings);
    const { code, text } = await run([`--config=${join(folder, 'rounds.yaml')}`, 'serve', '--render-only', '--listen.address=127.0.0.1:0', ...args], env);
    expect(code, text).not.toBe(0);
    return text;
  };

  it('an unknown key, with its line and the nearest name', async () => {
    expect(await refused('browser:\n  pth: /x\n')).toMatch(/line 2.*browser\.pth.*did you mean browser\.path/);
    expect(await refused('', ['--browser.pth=/x'])).toMatch(/browser\.pth.*did you mean browser\.path/);
    expect(await refused('grafana:\n  - {orign: "http://x"}\n')).toMatch(/orign.*did you mean origin/);
  });

  it('a wrong value, with what is possible', async () => {
    expect(await refused('render:\n  default_encoding: gif\n')).toMatch(/line 2.*default_encoding must be one of png\|jpeg\|webp\|pdf/);
    expect(await refused('', [], { BROWSER_MAX_WIDTH: 'wide' })).toMatch(/BROWSER_MAX_WIDTH.*whole number/);
    expect(await refused('', ['--render.width_max=3'])).toMatch(/between 16 and/);
    expect(await refused('a: [\n')).toMatch(/rounds\.yaml.*line/);
    expect(await refused('auth:\n  tokens: secret\n')).toMatch(/secret.*ROUNDS_AUTH_TOKENS/);
    expect(await refused('grafana:\n  - {origin: "http://x", credential: {kind: token, secret_file: /nonexistent}}\n')).toContain('/nonexistent');
  });

  it('an address in use', async () => {
    expect(await refused('', [`--listen.address=${new URL(rounds.url).host}`])).toMatch(/cannot listen on 127\.0\.0\.1:\d+.*(in use|other)/);
  });

  it('the well-known token on an address that others reach, with the remedy', async () => {
    expect(await refused('', ['--listen.address=0.0.0.0:0'], { ROUNDS_AUTH_TOKENS: '-' })).toMatch(/ROUNDS_AUTH_TOKENS|auth\.tokens/);
    const own = await start({ env: { ROUNDS_AUTH_TOKENS: '-' } }); // on loopback it is the drop-in default
    expect((await own.get('/render', { 'X-Auth-Token': '-' })).status).toBe(400);
  });
});

describe('listeners', () => {
  it('TLS, 1.2 and newer', async () => {
    const folder = newFolder('tls');
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', join(folder, 'key'), '-out', join(folder, 'cert'), '-days', '2', '-subj', '/CN=127.0.0.1'], { stdio: 'ignore' });
    const own = await start({ args: [`--listen.tls_cert=${join(folder, 'cert')}`, `--listen.tls_key=${join(folder, 'key')}`] });
    const port = Number(new URL(own.url).port);
    const text = await new Promise((done, fail) => httpsRequest({ host: '127.0.0.1', port, path: '/render/version', rejectUnauthorized: false }, (res) => res.on('data', (d) => done(String(d)))).on('error', fail).end());
    expect(text).toBe('{"version":"5.0.0"}');
    const spoken = (version: SecureVersion) => new Promise((done) => {
      const socket = tlsConnect({ host: '127.0.0.1', port, maxVersion: version, minVersion: version, rejectUnauthorized: false, ciphers: 'DEFAULT@SECLEVEL=0' }, () => {
        done(socket.getProtocol());
        socket.destroy();
      });
      socket.on('error', (error: NodeJS.ErrnoException) => done(error.code));
    });
    expect(await spoken('TLSv1.2')).toBe('TLSv1.2');
    expect(await spoken('TLSv1.1')).toMatch(/^(ERR_SSL_|ECONNRESET)/);
  });

  it('IPv6', async () => {
    const own = await start({ args: ['--listen.address=[::1]:0'] });
    const answer = await fetch(`http://[::1]:${new URL(own.url).port}/render/version`);
    expect(await answer.json()).toEqual({ version: '5.0.0' });
  });
});
