// The API describes itself, rightly: who reads the description knows every route, who may call it, what
// it takes and gives. (That answers are as described, lib/api.ts checks in every story.)
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Caller, Description, platform } from './lib/api.js';
import { Raw } from './lib/raw.js';
import { Rounds } from './lib/rounds.js';

let rounds: Rounds, description: Description, admin: Caller;
const callers: Record<string, Caller> = {};
const roles = ['viewer', 'reviewer', 'editor', 'admin'];

beforeAll(async () => {
  rounds = await Rounds.start(platform);
  description = await Description.of(rounds);
  admin = await Caller.signIn(rounds, description);
  for (const role of roles) {
    callers[role] = role === 'admin' ? admin : await admin.person(role, role);
    expect((await callers[role].get('/session')).json.user.role).toBe(role);
  }
});
afterAll(async () => { await rounds?.stop(); });

/** Every route behind a sign-in, with something in place of its parameters that is not there. */
const guarded = () => description.operations
  .filter((o) => o.path.startsWith('/api/v1/') && o.security.length > 0)
  .map((o) => ({ ...o, address: o.path.replace(/\{\w+\}/g, 'nothing'), needs: o.description!.replace('Needs: ', '') }));

/** The status alone: streams are not waited for. */
async function status(method: string, address: string, headers: Record<string, string>, body?: string): Promise<number> {
  const end = new AbortController();
  const answer = await fetch(rounds.url + address, { method, headers, body: body ?? null, signal: end.signal });
  end.abort();
  return answer.status;
}

describe('the description', () => {
  it('is valid OpenAPI 3.1', async () => {
    const checked = await new Validator().validate(structuredClone(description.json));
    expect(checked.errors ?? []).toEqual([]);
    expect(checked.valid).toBe(true);
    expect(description.json.openapi).toMatch(/^3\.1/);
  });

  it('comes packed, as all long answers do, to those who unpack it', async () => {
    const get = (encoding: string) => fetch(`${rounds.url}/api/v1/openapi.json`, { headers: { 'Accept-Encoding': encoding } });
    const packed = await get('gzip'), plain = await get('identity');
    expect([packed.headers.get('content-encoding'), plain.headers.get('content-encoding')]).toEqual(['gzip', null]);
    expect(+packed.headers.get('content-length')!).toBeLessThan(+plain.headers.get('content-length')! / 4);
    expect(await packed.json()).toEqual(await plain.json());
  });

  it('has each shape once, and none that nothing refers to', async () => {
    const text = await (await fetch(`${rounds.url}/api/v1/openapi.json`)).text();
    const names = Object.keys(description.json.components.schemas);
    const times = (what: string) => text.split(what).length - 1;
    expect(names.filter((name) => times(`"${name}":`) !== 1), 'a reader of JSON would silently take one of them').toEqual([]);
    expect(names.filter((name) => times(`"#/components/schemas/${name}"`) === 0)).toEqual([]);
  });

  it('refers to nothing that it does not have', () => {
    const refs = [...JSON.stringify(description.json).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((m) => m[1]!);
    expect(refs.filter((name) => !(name in description.json.components.schemas))).toEqual([]);
    expect(new Set(description.operations.map((o: any) => o.operationId)).size).toBe(description.operations.length);
  });

  it('states for each operation who may call it', () => {
    for (const o of description.operations) {
      expect(o.security, `${o.method} ${o.path}`).toBeInstanceOf(Array);
      if (o.security.length && o.path.startsWith('/api/v1/'))
        expect(o.security[0], `${o.method} ${o.path}`).toEqual(o.method === 'GET' ? { session: [] } : { session: [], csrf: [] });
    }
    const open = description.operations.filter((o) => o.path.startsWith('/api/v1/') && o.security.length === 0);
    expect(open.map((o) => `${o.method} ${o.path}`).sort()).toEqual(['GET /api/v1/openapi.json', 'POST /api/v1/session']);
  });
});

describe('every route', () => {
  it('asks to sign in first', async () => {
    for (const o of guarded())
      for (const headers of [{}, { Cookie: 'rounds_session=made-up' }, { Authorization: 'Bearer rds_madeup' }])
        expect(await status(o.method, o.address, headers as Record<string, string>), `${o.method} ${o.path}`).toBe(401);
  });

  it('wants the CSRF token of this session, not of another', async () => {
    const other = await Caller.signIn(rounds, description);
    expect(other.csrf).not.toBe(admin.csrf);
    for (const o of guarded().filter((x) => x.method !== 'GET'))
      for (const csrf of ['', 'made-up', other.csrf])
        expect(await status(o.method, o.address, { Cookie: admin.cookie, 'X-CSRF-Token': csrf }), `${o.method} ${o.path}`).toBe(403);
  });

  it('is for its role and those above, and for nobody below', async () => {
    for (const o of guarded().filter((x) => roles.includes(x.needs))) {
      for (const role of roles) {
        const caller = callers[role]!;
        const body = o.method === 'GET' || o.method === 'DELETE' ? undefined : '{"made up":1}';
        const headers = { Cookie: caller.cookie, 'X-CSRF-Token': caller.csrf, ...(body ? { 'Content-Type': 'application/json' } : {}) };
        const got = await status(o.method, o.address, headers, body);
        const may = roles.indexOf(role) >= roles.indexOf(o.needs);
        if (may) expect([401, 403, 500], `${role}: ${o.method} ${o.path}`).not.toContain(got);
        else expect(got, `${role}: ${o.method} ${o.path}`).toBe(403);
      }
    }
  });

  it('refuses bodies that are too large, too deep, not UTF-8 or not JSON, and stays well', async () => {
    const headers = { Cookie: admin.cookie, 'X-CSRF-Token': admin.csrf, 'Content-Type': 'application/json' };
    const bodies: [BodyInit, number][] = [
      ['x'.repeat(2 << 20), 413],
      ['['.repeat(100_000), 400],
      [new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 400],
      ['{"name":"a","name":"b"}', 400], ['not json', 400], ['{}x', 400], ['[]', 400],
    ];
    for (const [body, expected] of bodies) {
      const answer = await fetch(`${rounds.url}/api/v1/users`, { method: 'POST', headers, body });
      expect(answer.status, String(body).slice(0, 20)).toBe(expected);
      expect((await answer.json()).error).toMatchObject({ code: expected === 413 ? 'too_large' : 'bad_input', message: expect.any(String), op: expect.any(String) });
    }
    const wrong = async (method: string, path: string) => (await admin.call(method, path, { x: 1 })).status;
    expect([await wrong('POST', '/session/password'), await wrong('POST', '/none'), await wrong('DELETE', '/users/nothing')]).toEqual([405, 404, 400]);
    const form = await fetch(`${rounds.url}/api/v1/session`, { method: 'POST', body: new URLSearchParams({ user: 'admin', password: 'x' }) });
    expect(form.status).toBe(415);
    expect((await admin.get('/session')).status).toBe(200);
  });

  it('answers what is no proper request in the same manner, and not only at paths that there are', async () => {
    const lines: [string, number][] = [
      ['GET /api/v1/rounds/../users HTTP/1.1', 400], ['GET /api/v1/rounds/%2e%2e/users HTTP/1.1', 400], ['GET /api/v1/plans/a%2fb HTTP/1.1', 400],
      ['GET /api/v1/plans/%ff HTTP/1.1', 400], ['GET /api/v1/plans/%zz HTTP/1.1', 400], ['GET /api/v1/a\\b HTTP/1.1', 400],
      [`GET /api/v1/plans?q=${'x'.repeat(100_000)} HTTP/1.1`, 414], ['BREW /api/v1/plans HTTP/1.1', 405], ['PUT /api/v1/none HTTP/1.1', 404],
      ['POST /api/v1/users HTTP/1.1\r\nTransfer-Encoding: chunked', 411], ['POST /api/v1/users HTTP/1.1\r\nContent-Length: 999999999999', 413],
    ];
    for (const [line, expected] of lines) {
      const raw = await Raw.open(rounds.url);
      raw.send(`${line}\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(await raw.status(), line.slice(0, 60)).toBe(expected);
      raw.socket.end();
      await raw.closed;
      expect(raw.received.toLowerCase()).toContain('content-type: application/json');
      expect(JSON.parse(raw.received.slice(raw.received.indexOf('\r\n\r\n') + 4)).error.message, line.slice(0, 60)).toMatch(/\w/);
    }
    const renderer = await Raw.open(rounds.url);
    renderer.send('GET /render/../x HTTP/1.1\r\nHost: x\r\n\r\n');
    expect([await renderer.status(), /text\/plain/.test(renderer.received)]).toEqual([400, true]);
    renderer.drop();
  });

  it('refuses members and parameters that it does not know, and says where', async () => {
    const answer = await admin.post('/users', { name: 'x', role: 'emperor', colour: 'red' });
    expect(answer.status).toBe(400);
    expect(answer.json.error.details.map((d: any) => d.path).sort()).toEqual(['colour', 'role']);
    expect((await admin.get('/users?limt=1')).status).toBe(400);
    expect((await admin.get('/users?limit=0')).status).toBe(400);
    expect((await admin.get('/users?limit=1001')).status).toBe(400);
    expect((await admin.get('/users?cursor=%00')).status).toBe(400);
  });
});

describe('the render service alone', () => {
  it('describes and serves no route of the platform', async () => {
    const alone = await Rounds.start();
    const own = await Description.of(alone);
    expect(own.operations.map((o) => o.path)).toContain('/render');
    expect(own.operations.filter((o) => o.path.startsWith('/api/v1/')).map((o) => o.path)).toEqual(['/api/v1/openapi.json']);
    expect((await fetch(`${alone.url}/api/v1/session`)).status).toBe(404);
    await alone.stop();
  });
});
