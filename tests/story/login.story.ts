// How the browser shows Grafana who it is: every way works, goes to that origin alone, and is never seen again.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { newFolder } from './lib/folder.js';
import { adminToken, Grafana, stampColour, viewerToken } from './lib/grafana.js';
import { Picture } from './lib/picture.js';
import { grafanaSettings, Options, Rounds } from './lib/rounds.js';
import { Site } from './lib/site.js';

const from = 1763000000000, to = 1763021600000;
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => { while (stops.length) await stops.pop()!(); });

async function startGrafana(...options: string[]) {
  const grafana = await Grafana.start(...options);
  stops.push(() => grafana.stop());
  return grafana;
}
async function startRounds(options: Options) {
  const rounds = await Rounds.start(options);
  stops.push(() => rounds.stop());
  return rounds;
}
async function startSite(pages: Parameters<typeof Site.start>[0], host?: string) {
  const site = await Site.start(pages, host);
  stops.push(() => site.stop());
  return site;
}
const solo = (grafana: Grafana, uid = 'demo', org = 1) =>
  `${grafana.url}/d-solo/${uid}/x?orgId=${org}&panelId=1&from=${from}&to=${to}&timezone=utc`;
const shows = async (answer: Response, uid = 'demo') =>
  expect((await Picture.of(answer)).has(stampColour(`${uid}/1`, from, to))).toBe(true);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
/** Who Grafana took the caller of its data queries for. */
const askers = async (grafana: Grafana) =>
  [...new Set((await grafana.seen()).requests.filter((r) => r.path.endsWith('/api/ds/query')).map((r) => r.by))];

describe('a credential of the settings', () => {
  it('a service-account token, from the environment', async () => {
    const grafana = await startGrafana('--no-basic-auth');
    const rounds = await startRounds({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken } });
    await shows(await rounds.render({ url: solo(grafana) }));
    const { requests } = await grafana.seen();
    const asked = requests.filter((r) => r.path.startsWith('/api/'));
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.every((r) => r.secrets.authorization === sha256(`Bearer ${viewerToken}`))).toBe(true);
    expect(rounds.log).not.toContain(viewerToken);
  });

  it('a service-account token, from a file, its line end not counted', async () => {
    const grafana = await startGrafana('--no-basic-auth');
    const file = join(newFolder('secret'), 'token');
    writeFileSync(file, `${viewerToken}\n`);
    const rounds = await startRounds({ settings: grafanaSettings(grafana.url, `{kind: token, secret_file: "${file}"}`) });
    await shows(await rounds.render({ url: solo(grafana) }));
  });

  it('name and password', async () => {
    const grafana = await startGrafana();
    const rounds = await startRounds({ settings: grafanaSettings(grafana.url, '{kind: basic, user: viewer, secret_env: TEST_PASSWORD}'), env: { TEST_PASSWORD: 'viewer' } });
    await shows(await rounds.render({ url: solo(grafana) }));
    expect(await askers(grafana)).toEqual(['basic']);
    expect(rounds.log).not.toContain(Buffer.from('viewer:viewer').toString('base64'));
  });

  it('tokens of our own issuer, in a header, checked by Grafana against our keys', async () => {
    let service: Rounds;
    const keys = await startSite({ '/jwks.json': (_req, res) => { fetch(`${service.url}/.well-known/jwks.json`).then((a) => a.text()).then((text) => res.end(text)); } });
    for (const algorithm of ['ES256', 'RS256']) {
      const grafana = await startGrafana('--jwks-url', `${keys.url}/jwks.json`, '--no-basic-auth');
      service = await startRounds({
        settings: grafanaSettings(grafana.url, '{kind: own_issuer, user: rounds-robot, role: Viewer}'),
        args: [`--issuer.algorithm=${algorithm}`],
      });
      await shows(await service.render({ url: solo(grafana) }));
      const { keys: published } = await (await fetch(`${service.url}/.well-known/jwks.json`)).json() as any;
      expect(published[0]).toMatchObject({ alg: algorithm, use: 'sig' });
      expect(published[0]).not.toHaveProperty('d');
      expect(await askers(grafana)).toEqual(['jwt']);
      expect(service.log).not.toContain('eyJ');
    }
  });

  it('tokens of our own issuer are for the Grafana that gets them, and no other', async () => {
    const shown: string[] = [];
    const site = await startSite({ '/d/x': (req, res) => { shown.push(String(req.headers['x-jwt-assertion'])); res.end('<title>x</title>'); } });
    const rounds = await startRounds({ settings: grafanaSettings(site.url, '{kind: own_issuer, user: rounds-robot}') });
    await rounds.render({ url: `${site.url}/d/x`, timeout: '5' });
    const claims = JSON.parse(Buffer.from(shown[0]!.split('.')[1]!, 'base64url').toString('utf8'));
    expect(claims).toMatchObject({ iss: 'rounds', aud: site.url, sub: 'rounds-robot' });
  });

  it('tokens of our own issuer, in the URL', async () => {
    let service: Rounds;
    const keys = await startSite({ '/jwks.json': (_req, res) => { fetch(`${service.url}/.well-known/jwks.json`).then((a) => a.text()).then((text) => res.end(text)); } });
    const grafana = await startGrafana('--jwks-url', `${keys.url}/jwks.json`, '--jwt-url-login', '--no-basic-auth');
    service = await startRounds({ settings: grafanaSettings(grafana.url, '{kind: own_issuer, url_parameter: auth_token, user: rounds-robot}') });
    await shows(await service.render({ url: solo(grafana) }));
    expect((await grafana.seen()).requests[0].query).toContain('auth_token=');
    expect(service.log).not.toContain('eyJ');
    expect((await service.render({ url: `${grafana.url}/d-solo/demo/x?panelId=99&orgId=1` }).then((a) => a.text()))).not.toContain('eyJ');
  });

  describe('a JWT that somebody else signed', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const part = (what: object) => Buffer.from(JSON.stringify(what)).toString('base64url');
    const jwt = (key = privateKey) => {
      const text = `${part({ alg: 'ES256', typ: 'JWT', kid: 'company' })}.${part({ sub: 'company-robot', iss: 'company', role: 'Viewer', exp: Math.floor(Date.now() / 1000) + 600 })}`;
      return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
    };
    const pair = async (credential: string, token: string, ...options: string[]) => {
      const keys = await startSite({ '/keys': JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'company', alg: 'ES256', use: 'sig' }] }) });
      const grafana = await startGrafana('--jwks-url', `${keys.url}/keys`, '--no-basic-auth', ...options);
      return { grafana, rounds: await startRounds({ settings: grafanaSettings(grafana.url, credential), env: { TEST_JWT: token } }) };
    };

    it('in a header of its own name', async () => {
      const token = jwt();
      const { grafana, rounds } = await pair('{kind: jwt, header: X-Company-Token, secret_env: TEST_JWT}', token, '--jwt-header', 'X-Company-Token');
      await shows(await rounds.render({ url: solo(grafana) }));
      expect(await askers(grafana)).toEqual(['jwt']);
      expect(rounds.log).not.toContain(token);
    });

    it('in the URL', async () => {
      const token = jwt();
      const { grafana, rounds } = await pair('{kind: jwt, url_parameter: auth_token, secret_env: TEST_JWT}', token, '--jwt-url-login');
      await shows(await rounds.render({ url: solo(grafana) }));
      expect(await askers(grafana)).toEqual(['jwt']);
      expect(rounds.log).not.toContain(token);
      expect(rounds.log).not.toContain('auth_token');
    });

    it.each([['header', '{kind: jwt, header: X-Company-Token, secret_env: TEST_JWT}'], ['URL', '{kind: jwt, url_parameter: auth_token, secret_env: TEST_JWT}']])('of a key that Grafana does not know, in the %s: refused by name', async (_where, credential) => {
      const token = jwt(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
      const { grafana, rounds } = await pair(credential, token, '--jwt-header', 'X-Company-Token', '--jwt-url-login');
      const answer = await rounds.render({ url: solo(grafana) });
      expect([answer.status, answer.headers.get('x-rounds-status')]).toEqual([502, expect.stringMatching(/^login/)]);
      expect(await answer.text()).not.toContain(token);
    });
  });

  it('render keys signed with the shared renderer token', async () => {
    const shared = 'a-shared-renderer-token-of-64-characters-for-grafana-and-rounds-x';
    const grafana = await startGrafana('--render-auth', 'jwt', '--renderer-token', shared, '--no-basic-auth');
    const rounds = await startRounds({
      settings: `grafana:\n  - {origin: "${grafana.url}", org: 2, credential: {kind: render_key, role: Viewer, secret_env: TEST_SHARED}}\n  - {origin: "${grafana.url}", org: 1, credential: {kind: render_key, role: Viewer, secret_env: TEST_SHARED}}\n`,
      env: { TEST_SHARED: shared },
    });
    await shows(await rounds.render({ url: solo(grafana) }));
    await shows(await rounds.render({ url: solo(grafana, 'branch', 2) }), 'branch');
    expect(rounds.log).not.toContain('eyJ');
    expect(rounds.log).not.toContain(shared);
  });

  it('is chosen by organisation', async () => {
    const grafana = await startGrafana('--no-basic-auth');
    const rounds = await startRounds({
      settings: `grafana:\n  - {origin: "${grafana.url}", org: 1, credential: {kind: token, secret_env: T_ONE}}\n  - {origin: "${grafana.url}", org: 2, credential: {kind: token, secret_env: T_TWO}}\n`,
      env: { T_ONE: viewerToken, T_TWO: 'glsa_StandInViewerTokenForOrgTwo01_90ac13f7' },
    });
    await shows(await rounds.render({ url: solo(grafana) }));
    await shows(await rounds.render({ url: solo(grafana, 'branch', 2) }), 'branch');
  });
});

describe('a wrong credential', () => {
  const start = async (...options: string[]) => {
    const grafana = await startGrafana(...options);
    return [grafana, await startRounds({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: 'glsa_Wrong' } })] as const;
  };

  it('is said at once, with its reason, instead of a picture of the login page', async () => {
    const [grafana, rounds] = await start();
    const answer = await rounds.render({ url: solo(grafana), timeout: 30 });
    expect(answer.status).toBe(502);
    expect(answer.headers.get('x-rounds-status')).toMatch(/^login; message=.*credential/);
    expect(await answer.text()).toMatch(/credential/);
    expect(rounds.log).not.toContain('glsa_Wrong');
  });

  it('that was good until it was revoked, too', async () => {
    const grafana = await startGrafana();
    const rounds = await startRounds({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken } });
    await shows(await rounds.render({ url: solo(grafana) }));
    await grafana.faults({ revokedTokens: [viewerToken] });
    const answer = await rounds.render({ url: `${grafana.url}/d-solo/gateway/x?orgId=1&panelId=1&from=${from}&to=${to}`, timeout: 20 });
    expect([answer.status, answer.headers.get('x-rounds-status')!.split(';')[0]]).toEqual([502, 'login']);
  });

  it('a dashboard that the account may not see', async () => {
    const grafana = await startGrafana();
    const rounds = await startRounds({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken } });
    const answer = await rounds.render({ url: solo(grafana, 'secret'), timeout: 20 });
    expect([answer.status, answer.headers.get('x-rounds-status')!.split(';')[0]]).toEqual([502, 'dashboard_missing']);
    const other = await startRounds({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: adminToken } });
    await shows(await other.render({ url: solo(grafana, 'secret') }), 'secret');
  });
});

describe('a credential stays with its origin', () => {
  // Another host that pages may load from: an address of this machine that is not the loopback's.
  const other = Object.values(networkInterfaces()).flat().find((i) => i && i.family === 'IPv4' && !i.internal)?.address;

  it.skipIf(!other)('pages that may load from another host do not carry it there: by picture, script or redirect', async () => {
    const tiles = await startSite({
      '/tile.svg': (_req, res) => res.writeHead(200, { 'content-type': 'image/svg+xml' }).end('<svg xmlns="http://www.w3.org/2000/svg" width="50" height="50"><rect width="50" height="50" fill="#00aa55"/></svg>'),
      '/data': (_req, res) => res.writeHead(200, { 'access-control-allow-origin': '*' }).end('{}'), '/landed': 'landed',
    }, other);
    const home = await startSite({
      '/': `<!doctype html><body style="margin:0"><img src="${tiles.url}/tile.svg" width=50 height=50><img src="/away"><script>fetch("${tiles.url}/data").catch(()=>0);fetch("/own")</script>`,
      '/own': 'x', '/away': (_req, res) => res.writeHead(302, { location: `${tiles.url}/landed` }).end(),
    });
    const rounds = await startRounds({
      settings: grafanaSettings(home.url, undefined, `network:\n  extra_hosts: ["${new URL(tiles.url).host}"]\n`),
      env: { TEST_GRAFANA_TOKEN: viewerToken },
    });
    const answer = await rounds.render({ url: `${home.url}/`, width: 100, height: 100 });
    expect(answer.headers.get('x-rounds-blocked')).toBeNull();
    expect((await Picture.of(answer)).at(20, 20)).toBe('#00aa55'); // it was let through
    for (const path of ['/', '/own', '/away']) expect(home.requests.find((r) => r.path === path)!.headers.authorization).toBe(`Bearer ${viewerToken}`);
    for (const path of ['/tile.svg', '/data', '/landed']) {
      const request = tiles.requests.find((r) => r.path === path)!;
      expect([path, request.headers.authorization, request.headers.cookie]).toEqual([path, undefined, undefined]);
    }
  });

  it.skipIf(!other)('a redirect of the page itself to such a host does not', async () => {
    const elsewhere = await startSite({ '/': 'elsewhere' }, other);
    const grafana = await startGrafana();
    const rounds = await startRounds({
      settings: grafanaSettings(grafana.url, undefined, `network:\n  extra_hosts: ["${new URL(elsewhere.url).host}"]\n`),
      env: { TEST_GRAFANA_TOKEN: viewerToken },
    });
    await grafana.faults({ redirectTo: `${elsewhere.url}/` });
    const answer = await rounds.render({ url: solo(grafana), timeout: 10 });
    expect([answer.status, answer.headers.get('x-rounds-status')!.split(';')[0]]).toEqual([502, 'login']);
    expect(elsewhere.requests.length).toBeGreaterThan(0);
    expect(elsewhere.requests.map((r) => r.headers.authorization)).toEqual(elsewhere.requests.map(() => undefined));
  });

  it('the same host on another port is another origin', async () => {
    const grafana = await startGrafana(), other = await startGrafana();
    const rounds = await startRounds({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken } });
    const answer = await rounds.render({ url: solo(other), timeout: 10 });
    const { requests } = await other.seen();
    expect(requests.length).toBeGreaterThan(0);
    expect(requests.every((r) => !r.secrets.authorization)).toBe(true);
    expect(answer.headers.get('x-rounds-status')).toMatch(/^login/);
  });

  it('callers of different render keys see nothing of one another', async () => {
    const grafana = await startGrafana('--traces');
    const rounds = await startRounds({ settings: '' });
    for (const userId of [0, 1, 2, 0]) {
      const renderKey = await grafana.renderKey({ userId, role: userId ? 'Admin' : 'Viewer' });
      await shows(await rounds.render({ url: solo(grafana), renderKey, domain: '127.0.0.1' }));
    }
    const { traces } = await (await fetch(`${grafana.url}/__test/traces`)).json() as any;
    expect(traces.length).toBeGreaterThanOrEqual(4);
    expect(traces.flatMap((t: any) => t.found.filter((f: any) => f.mark !== t.mine))).toEqual([]);
  });
});

it('no secret shows in the process list, the health page or the metrics', async () => {
  const grafana = await startGrafana();
  const rounds = await startRounds({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken } });
  await shows(await rounds.render({ url: solo(grafana) }));
  for (const pid of rounds.family()) expect(readFileSync(`/proc/${pid}/cmdline`, 'latin1')).not.toContain(viewerToken);
  for (const path of ['/healthz?verbose', '/metrics', '/version']) expect(await (await fetch(rounds.url + path)).text()).not.toContain(viewerToken);
});
