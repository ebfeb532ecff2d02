// The web UI comes out of the program itself; people's side and Grafana's side can have listeners apart.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Caller, Description, platform } from './lib/api.js';
import { authToken, Rounds } from './lib/rounds.js';

const isBuilt = existsSync(fileURLToPath(new URL('../../web/dist/index.html', import.meta.url)));
let rounds: Rounds;

beforeAll(async () => { rounds = await Rounds.start(platform); });
afterAll(async () => { await rounds?.stop(); });

const get = (path: string, headers: Record<string, string> = {}) => fetch(rounds.url + path, { headers });

describe.runIf(isBuilt)('the web UI', () => {
  it('is one document at every address that is a page, asked for each time', async () => {
    const root = await get('/'), text = await root.text();
    expect(root.status).toBe(200);
    expect(root.headers.get('content-type')).toMatch(/^text\/html/);
    expect(root.headers.get('cache-control')).toBe('no-cache');
    for (const path of ['/plans', '/plans/k3j9', '/rounds/a/shots/b'])
      expect(await (await get(path)).text(), path).toBe(text);
    const again = await get('/', { 'If-None-Match': root.headers.get('etag')! });
    expect(again.status).toBe(304);
  });

  it('lets nothing run but its own files', async () => {
    const policy = (await get('/')).headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    const document = (await (await get('/')).text()).replace(/<!--.*?-->/gs, '');
    expect(document).not.toMatch(/<script(?![^>]*\ssrc=)|<style| on\w+=/);
  });

  it('has files that are kept for ever, compressed for who can take it', async () => {
    const document = await (await get('/')).text();
    const files = [...document.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((m) => m[1]!);
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      const answer = await get(file);
      expect(answer.status, file).toBe(200);
      expect(answer.headers.get('cache-control')).toContain('immutable');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    }
    const script = files.find((f) => f.includes('/index-') && f.endsWith('.js'))!;
    const packed = await get(script, { 'Accept-Encoding': 'gzip' }), plain = await get(script, { 'Accept-Encoding': 'identity' });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(await packed.text()).toBe(await plain.text());
  });

  it('is no answer for what is not there: files, the API, other methods', async () => {
    for (const path of ['/missing.js', '/assets/missing', '/api/v1/nothing', '/api/nothing', '/render/nothing'])
      expect((await get(path)).status, path).toBe(404);
    expect((await fetch(`${rounds.url}/plans`, { method: 'POST' })).status).toBe(404);
  });
});

describe('listeners apart', () => {
  it('people\'s side renders nothing for strangers, Grafana\'s side shows no people\'s route', async () => {
    const apart = await Rounds.start({ ...platform, args: ['--listen.people=127.0.0.1:0'] });
    const line = await apart.child.line((l) => l.includes('people') && /port \d+/.test(l));
    const people = `http://127.0.0.1:${/people.*?port (\d+)/.exec(line)![1]}`;
    expect((await fetch(`${apart.url}/api/v1/session`)).status).toBe(404);
    expect((await fetch(`${people}/api/v1/session`)).status).toBe(401);
    expect((await fetch(`${people}/render?url=x`, { headers: { 'X-Auth-Token': authToken } })).status).toBe(404);
    expect((await fetch(`${apart.url}/render?url=x`, { headers: { 'X-Auth-Token': authToken } })).status).toBe(400);
    for (const side of [people, apart.url]) expect((await fetch(`${side}/healthz`)).status).toBe(200);
    const description = await Description.of(rounds);
    expect((await Caller.signIn({ url: people } as Rounds, description)).csrf).toBeTruthy();
    await apart.stop();
  });
});
