import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Running } from '../server/start.js';
import { goEncode, posixZone } from '../server/render.js';
import { get, listen, startServer, viewer, type Listener } from './harness.js';

let renderer: Listener;
let asked: { url: URL; raw: string; headers: IncomingMessage['headers'] }[] = [];
let answer: (res: ServerResponse, url: URL) => void = (res) => res.end('picture');
beforeAll(async () => {
  renderer = await listen((req, res) => {
    const url = new URL(req.url!, 'http://renderer');
    asked.push({ url, raw: req.url!, headers: req.headers });
    answer(res, url);
  });
});
afterAll(() => renderer.stop());
afterEach(() => {
  asked = [];
  answer = (res) => res.end('picture');
});

async function withGrafana(argv: string[], use: (grafana: Running) => Promise<void>): Promise<void> {
  const grafana = await startServer('--renderer-url', `${renderer.url}/render`, ...argv);
  try {
    await use(grafana);
  } finally {
    await grafana.stop();
  }
}

describe('GET /render', () => {
  it('asks as Grafana 12 asks', () =>
    withGrafana(['--grafana', '12.3.0', '--renderer-token', 'secret-token'], async (grafana) => {
      const path = 'd-solo/demo/x?orgId=1&panelId=2&width=900&height=400&tz=UTC%2B02:00';
      const got = await get(`${grafana.url}/render/${path}`, { ...viewer, 'accept-language': 'zh-CN' });
      expect(got.status).toBe(200);
      expect(got.text).toBe('picture');
      expect(got.headers.get('content-type')).toBe('image/png');
      const { url, raw, headers } = asked[0]!;
      const keys = [...url.searchParams.keys()];
      expect(keys).toEqual([...keys].sort());
      expect(url.searchParams.get('url')).toBe(`${grafana.url}/${path}&render=1`);
      expect(url.searchParams.get('domain')).toBe('127.0.0.1');
      expect(url.searchParams.get('timezone')).toBe('UTC-02:00');
      expect(url.searchParams.get('encoding')).toBe('png');
      expect(url.searchParams.get('deviceScaleFactor')).toBe('1.000000');
      expect(url.searchParams.get('width')).toBe('900');
      expect(raw).toContain('%2Fd-solo%2F');
      expect(headers['x-auth-token']).toBe('secret-token');
      expect(headers['user-agent']).toBe('Grafana/12.3.0');
      expect(headers['accept-language']).toBe('zh-CN');
      expect(headers['x-tenant-id']).toBe('127.0.0.1');
    }));

  it('sends an empty encoding and its own defaults as Grafana 9', () =>
    withGrafana(['--grafana', '9.4.7'], async (grafana) => {
      await get(`${grafana.url}/render/d-solo/demo/x?panelId=2`, viewer);
      const { url, headers } = asked[0]!;
      expect(url.searchParams.get('encoding')).toBe('');
      expect(url.searchParams.get('width')).toBe('800');
      expect(url.searchParams.get('height')).toBe('400');
      expect(headers['x-tenant-id']).toBeUndefined();
    }));

  it('gives a key that works during the render and not after it', () =>
    withGrafana(['--grafana', '12.3.0'], async (grafana) => {
      let during = 0;
      let key = '';
      answer = async (res, url) => {
        key = url.searchParams.get('renderKey')!;
        during = (await get(`${grafana.url}/api/org`, { cookie: `renderKey=${key}` })).status;
        res.end('picture');
      };
      await get(`${grafana.url}/render/d/demo/x`, viewer);
      expect(during).toBe(200);
      expect((await get(`${grafana.url}/api/org`, { cookie: `renderKey=${key}` })).status).toBe(401);
    }));

  it('turns a refusal into its own answers', () =>
    withGrafana(['--grafana', '12.3.0'], async (grafana) => {
      answer = (res) => void res.writeHead(500).end('reason');
      const failed = await get(`${grafana.url}/render/d/demo/x`, viewer);
      expect(failed.status).toBe(500);
      expect(failed.text).toContain('Rendering failed.');
      expect(failed.text).not.toContain('reason');
      answer = (res) => void res.writeHead(429).end();
      expect((await get(`${grafana.url}/render/d/demo/x`, viewer)).status).toBe(429);
      expect((await get(`${grafana.url}/render/d/demo/x?width=wide`, viewer)).status).toBe(400);
    }));

  it('probes the version', () =>
    withGrafana([], async (grafana) => {
      answer = (res) => res.setHeader('content-type', 'application/json').end('{"version":"5.0.0"}');
      expect((await get(`${grafana.url}/render/version`, viewer)).body).toEqual({ version: '5.0.0' });
      expect(asked[0]!.url.pathname).toBe('/render/version');
    }));
});

describe('details', () => {
  it('encodes as Go does', () => {
    expect(goEncode({ b: 'x y', a: "1&2=3+4/'*()" })).toBe('a=1%262%3D3%2B4%2F%27%2A%28%29&b=x+y');
  });
  it('inverts offsets only', () => {
    expect(posixZone('UTC+02:00')).toBe('UTC-02:00');
    expect(posixZone('Europe/Paris')).toBe('Europe/Paris');
  });
});
