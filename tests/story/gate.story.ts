// What a page may reach: its own Grafana, and nothing else that nobody allowed.
import { connect, createServer, Server, Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Grafana, stampColour, viewerToken } from './lib/grafana.js';
import { Picture } from './lib/picture.js';
import { grafanaSettings, Rounds } from './lib/rounds.js';
import { Site } from './lib/site.js';

const from = 1763000000000, to = 1763021600000;
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => { while (stops.length) await stops.pop()!(); });

async function start() {
  const grafana = await Grafana.start();
  stops.push(() => grafana.stop());
  const rounds = await Rounds.start({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken } });
  stops.push(() => rounds.stop());
  return { grafana, rounds };
}
const solo = (grafana: Grafana, base = grafana.url) => `${base}/d-solo/demo/x?orgId=1&panelId=1&from=${from}&to=${to}&timezone=utc`;
const steal = (grafana: Grafana) => `${grafana.url}/d/steal/x?orgId=1&from=${from}&to=${to}&timezone=utc`;
const drawn = async (answer: Response) => (await Picture.of(answer)).has(stampColour('demo/1', from, to));

describe('a dashboard that tries to steal', () => {
  it('reaches nobody: not by picture, frame, script, socket, beacon or redirect', async () => {
    const { grafana, rounds } = await start();
    const answer = await rounds.render({ url: steal(grafana), width: 1200, height: 600, timeout: 20 });
    expect(answer.status, await answer.clone().text()).toBe(200);
    expect((await Picture.of(answer)).has(stampColour('steal/1', from, to))).toBe(true);
    const { thief } = await grafana.seen();
    expect(thief.map((r) => r.path + r.query)).toEqual([]);
    const blocked = answer.headers.get('x-rounds-blocked')!;
    const port = new URL(grafana.thief).port;
    for (const what of [`127.0.0.1:${port}`, '169.254.169.254:80']) expect(blocked).toContain(what);
  });

  it('is let through only to the hosts of the settings, and never to metadata addresses', async () => {
    const grafana = await Grafana.start();
    stops.push(() => grafana.stop());
    const rounds = await Rounds.start({
      settings: grafanaSettings(grafana.url, undefined, `network:\n  extra_hosts: ["169.254.169.254:80", "metadata.google.internal"]\n`),
      env: { TEST_GRAFANA_TOKEN: viewerToken },
    });
    stops.push(() => rounds.stop());
    const answer = await rounds.render({ url: steal(grafana), timeout: 20 });
    expect(answer.headers.get('x-rounds-blocked')).toContain('169.254.169.254:80');
  });
});

describe('addresses that no caller may render', () => {
  it.each(['http://169.254.169.254/latest/meta-data/', 'http://[::ffff:169.254.169.254]/', 'http://2852039166/', 'http://0xa9fea9fe/', 'http://0.0.0.0:1/'])('%s', async (url) => {
    const rounds = await Rounds.start({ settings: '' });
    stops.push(() => rounds.stop());
    const answer = await rounds.render({ url, timeout: 10 });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).not.toBe(408); // refused, not waited for
  });

  it('a page cannot show a file of this machine', async () => {
    const site = await Site.start({ '/': '<!doctype html><body style="margin:0"><script>location.href="file:///etc/passwd"</script><iframe src="file:///etc/passwd" width=400 height=300></iframe>' });
    stops.push(() => site.stop());
    const rounds = await Rounds.start({ settings: '' });
    stops.push(() => rounds.stop());
    const answer = await rounds.render({ url: `${site.url}/`, width: 400, height: 300, timeout: 10 });
    expect((await Picture.of(answer)).colours()).toBeLessThan(20); // a frame's border; no text of a file
  });

  it('nor make the browser speak to the daemon itself', async () => {
    const rounds = await Rounds.start({ settings: '' });
    stops.push(() => rounds.stop());
    const site = await Site.start({ '/': `<!doctype html><script>fetch("${rounds.url}/metrics",{mode:"no-cors"}).then(()=>fetch("/got"),()=>fetch("/refused"))</script>`, '/got': 'x', '/refused': 'x' });
    stops.push(() => site.stop());
    await rounds.render({ url: `${site.url}/`, width: 50, height: 50 });
    expect(site.requests.map((r) => r.path)).toContain('/refused');
    expect(site.requests.map((r) => r.path)).not.toContain('/got');
  });
});

describe('settings', () => {
  it('allowed_origins keeps callers to these Grafanas', async () => {
    const grafana = await Grafana.start();
    stops.push(() => grafana.stop());
    const rounds = await Rounds.start({
      settings: grafanaSettings(grafana.url, undefined, `network:\n  allowed_origins: ["${grafana.url}"]\n`), env: { TEST_GRAFANA_TOKEN: viewerToken },
    });
    stops.push(() => rounds.stop());
    expect(await drawn(await rounds.render({ url: solo(grafana) }))).toBe(true);
    for (const url of ['http://example.org/', `http://localhost:${grafana.port}/d/demo/x`, grafana.url.replace(/\d+$/, '1')]) {
      const answer = await rounds.render({ url });
      expect([url, answer.status]).toEqual([url, 403]);
      expect(await answer.text()).toContain('allowed_origins');
    }
  });

  it('a proxy is the way out, where there is one', async () => {
    const asked: string[] = [];
    const sockets = new Set<Socket>();
    const proxy: Server = createServer((client) => {
      sockets.add(client);
      client.once('data', (head) => {
        const [, host, port] = /^CONNECT (.+):(\d+) HTTP/.exec(head.toString('latin1')) ?? [];
        asked.push(`${host}:${port}`);
        const up = connect(Number(port), '127.0.0.1', () => { client.write('HTTP/1.1 200 OK\r\n\r\n'); client.pipe(up).pipe(client); });
        up.on('error', () => client.destroy());
      });
      client.on('error', () => {});
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    stops.push(async () => { for (const s of sockets) s.destroy(); proxy.close(); });
    const grafana = await Grafana.start();
    stops.push(() => grafana.stop());
    const origin = `http://grafana.test:${grafana.port}`; // a name that only the proxy knows
    const rounds = await Rounds.start({
      settings: grafanaSettings(origin, undefined, `network:\n  proxy: "http://127.0.0.1:${(proxy.address() as AddressInfo).port}"\n`),
      env: { TEST_GRAFANA_TOKEN: viewerToken },
    });
    stops.push(() => rounds.stop());
    expect(await drawn(await rounds.render({ url: solo(grafana, origin) }))).toBe(true);
    expect(asked).toContain(`grafana.test:${grafana.port}`);
  });
});
