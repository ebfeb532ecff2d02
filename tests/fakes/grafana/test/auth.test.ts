import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Running } from '../server/start.js';
import { admin, basic, branch, get, listen, post, startServer, viewer, type Listener } from './harness.js';

describe('without a credential', () => {
  let grafana: Running;
  beforeAll(async () => void (grafana = await startServer()));
  afterAll(() => grafana.stop());

  it('sends pages to the login form and refuses the API', async () => {
    const page = await get(`${grafana.url}/d/demo`);
    expect(page.status).toBe(302);
    expect(page.headers.get('location')).toBe('/login?redirectTo=%2Fd%2Fdemo');
    const api = await get(`${grafana.url}/api/org`);
    expect(api.status).toBe(401);
    expect(api.body.message).toBe('Unauthorized');
    expect((await get(`${grafana.url}/login`)).text).toContain('input name="user"');
  });

  it('answers health to anybody', async () => {
    expect((await get(`${grafana.url}/api/health`)).body).toMatchObject({ database: 'ok', version: '13.1.1' });
  });
});

describe('tokens, basic auth and sessions', () => {
  let grafana: Running;
  beforeAll(async () => void (grafana = await startServer()));
  afterAll(() => grafana.stop());

  it('knows a token and its organisation', async () => {
    expect((await get(`${grafana.url}/api/org`, viewer)).body).toMatchObject({ id: 1, name: 'Main Org.' });
    expect((await get(`${grafana.url}/api/org`, branch)).body.id).toBe(2);
  });

  it('refuses a wrong token on pages too', async () => {
    const wrong = { authorization: 'Bearer glsa_wrong' };
    expect((await get(`${grafana.url}/d/demo`, wrong)).status).toBe(401);
    expect((await get(`${grafana.url}/api/org`, wrong)).body.message).toBe('Invalid API key');
  });

  it('refuses a token after it was revoked', async () => {
    await post(`${grafana.url}/__test/faults`, { revokedTokens: [viewer.authorization.slice('Bearer '.length)] });
    expect((await get(`${grafana.url}/api/org`, viewer)).status).toBe(401);
    await post(`${grafana.url}/__test/reset`, {});
    expect((await get(`${grafana.url}/api/org`, viewer)).status).toBe(200);
  });

  it('takes the right password only', async () => {
    expect((await get(`${grafana.url}/api/user`, basic('viewer', 'viewer'))).body.login).toBe('viewer');
    expect((await get(`${grafana.url}/api/user`, basic('viewer', 'wrong'))).status).toBe(401);
  });

  it('is no user with a token', async () => {
    expect((await get(`${grafana.url}/api/user`, viewer)).status).toBe(404);
  });

  it('opens a session by login', async () => {
    expect((await post(`${grafana.url}/login`, { user: 'admin', password: 'no' })).status).toBe(401);
    const answer = await post(`${grafana.url}/login`, { user: 'admin', password: 'admin' });
    const cookie = /grafana_session=[^;]*/.exec(answer.headers.get('set-cookie')!)![0];
    expect((await get(`${grafana.url}/api/user`, { cookie })).body.login).toBe('admin');
    expect((await get(`${grafana.url}/d/demo`, { cookie })).status).toBe(200);
  });
});

describe('organisations', () => {
  let grafana: Running;
  beforeAll(async () => void (grafana = await startServer()));
  afterAll(() => grafana.stop());

  it('moves a person for good and sends the page again', async () => {
    const person = basic('admin', 'admin');
    const page = await get(`${grafana.url}/d/branch?orgId=2`, person);
    expect(page.status).toBe(302);
    expect(page.headers.get('location')).toBe(`${grafana.url}/d/branch?orgId=2`);
    expect((await get(`${grafana.url}/api/org`, person)).body.id).toBe(2);
  });

  it('lets a person ask for another organisation once', async () => {
    await post(`${grafana.url}/__test/reset`, {});
    const person = basic('admin', 'admin');
    expect((await get(`${grafana.url}/api/org`, { ...person, 'X-Grafana-Org-Id': '2' })).body.id).toBe(2);
    expect((await get(`${grafana.url}/api/org`, person)).body.id).toBe(1);
    expect((await get(`${grafana.url}/api/org`, { ...viewer, 'X-Grafana-Org-Id': '2' })).body.id).toBe(1);
  });

  it('knows no other organisation for a token', async () => {
    expect((await get(`${grafana.url}/d/branch?orgId=2`, viewer)).status).toBe(404);
    expect((await get(`${grafana.url}/d/demo?orgId=1`, viewer)).status).toBe(200);
    expect((await get(`${grafana.url}/api/dashboards/uid/branch`, viewer)).status).toBe(404);
    expect((await get(`${grafana.url}/api/dashboards/uid/branch`, branch)).status).toBe(200);
  });

  it('shows a secret dashboard to administrators only', async () => {
    expect((await get(`${grafana.url}/api/dashboards/uid/secret`, viewer)).status).toBe(403);
    expect((await get(`${grafana.url}/api/dashboards/uid/secret`, admin)).status).toBe(200);
    expect((await get(`${grafana.url}/d/secret`, viewer)).status).toBe(200);
  });
});

describe('anonymous access', () => {
  let grafana: Running;
  beforeAll(async () => void (grafana = await startServer('--anonymous')));
  afterAll(() => grafana.stop());

  it('shows pages of its own organisation only', async () => {
    expect((await get(`${grafana.url}/d/demo`)).status).toBe(200);
    expect((await get(`${grafana.url}/d/demo?orgId=2`)).status).toBe(302);
  });

  it('takes over from a bad render key: another identity, and 200', async () => {
    const page = await get(`${grafana.url}/d/demo`, { cookie: 'renderKey=nonsense' });
    expect(page.status).toBe(200);
    expect(page.text).toContain('"authenticatedBy":"anonymous"');
  });
});

describe('render keys', () => {
  it('are random and forgotten in cache mode', async () => {
    const grafana = await startServer('--grafana', '12.3.0');
    const { renderKey } = (await post(`${grafana.url}/__test/renderkey`, { role: 'Admin' })).body;
    expect(renderKey).toMatch(/^[A-Za-z0-9]{32}$/);
    const cookie = `renderKey=${renderKey}`;
    expect((await get(`${grafana.url}/api/dashboards/uid/secret`, { cookie })).status).toBe(200);
    expect((await get(`${grafana.url}/d/demo`, { cookie })).text).toContain('"authenticatedBy":"render"');
    await post(`${grafana.url}/__test/renderkey/drop`, { renderKey });
    expect((await get(`${grafana.url}/d/demo`, { cookie })).status).toBe(302);
    await grafana.stop();
  });

  it('are tokens signed with the renderer token in JWT mode', async () => {
    const secret = 's'.repeat(64);
    const grafana = await startServer('--renderer-token', secret);
    const { renderKey } = (await post(`${grafana.url}/__test/renderkey`, { orgId: 2 })).body;
    expect(renderKey).toMatch(/^eyJ/);
    expect((await get(`${grafana.url}/api/org`, { cookie: `renderKey=${renderKey}` })).body.id).toBe(2);
    const sign = (key: string) =>
      new SignJWT({ renderUser: { org_id: 1, user_id: 1, org_role: 'Admin' } }).setProtectedHeader({ alg: 'HS512' }).sign(Buffer.from(key));
    expect((await get(`${grafana.url}/api/org`, { cookie: `renderKey=${await sign(secret)}` })).status).toBe(200);
    expect((await get(`${grafana.url}/api/org`, { cookie: `renderKey=${await sign('x'.repeat(64))}` })).status).toBe(401);
    await grafana.stop();
  });

  it('that are bad are told so at once by Grafana 9', async () => {
    const grafana = await startServer('--grafana', '9.4.7');
    const page = await get(`${grafana.url}/d/demo`, { cookie: 'renderKey=nonsense' });
    expect(page.status).toBe(401);
    expect(page.body).toEqual({ message: 'Invalid Render Key' });
    await grafana.stop();
  });
});

describe('JWT login', () => {
  let grafana: Running;
  let keys: Listener;
  let sign: (claims: Record<string, unknown>, ends?: string) => Promise<string>;

  beforeAll(async () => {
    const pair = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
    keys = await listen((_, res) => res.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] })));
    sign = (claims, ends = '5m') =>
      new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).setIssuedAt().setExpirationTime(ends).sign(pair.privateKey);
    grafana = await startServer('--jwks-url', `${keys.url}/.well-known/jwks.json`, '--jwt-url-login');
  });
  afterAll(async () => {
    await grafana.stop();
    keys.stop();
  });

  it('believes the header and its role', async () => {
    const token = await sign({ sub: 'rounds', role: 'Admin' });
    expect((await get(`${grafana.url}/api/dashboards/uid/secret`, { 'X-JWT-Assertion': token })).status).toBe(200);
    const plain = await sign({ sub: 'rounds' });
    expect((await get(`${grafana.url}/api/dashboards/uid/secret`, { 'X-JWT-Assertion': plain })).status).toBe(403);
  });

  it('believes a token in the address, and hides it in its records', async () => {
    const token = await sign({ sub: 'rounds' });
    expect((await get(`${grafana.url}/d/demo?auth_token=${token}`)).status).toBe(200);
    const { body } = await get(`${grafana.url}/__test/requests`);
    expect(JSON.stringify(body)).not.toContain(token);
  });

  it('refuses expired tokens and strangers', async () => {
    const old = await sign({ sub: 'rounds' }, '-1m');
    expect((await get(`${grafana.url}/d/demo`, { 'X-JWT-Assertion': old })).body).toEqual({ message: 'Invalid JWT' });
    const stranger = (await generateKeyPair('ES256')).privateKey;
    const forged = await new SignJWT({ sub: 'rounds' }).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(stranger);
    expect((await get(`${grafana.url}/api/org`, { 'X-JWT-Assertion': forged })).status).toBe(401);
  });
});
