// Behind reverse proxies: the client's address and scheme are what a trusted proxy says, and nobody else.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { adminPassword, Caller, Description, platform } from './lib/api.js';
import { Rounds, run } from './lib/rounds.js';

let trusting: Rounds, plain: Rounds, described: Description;
const opened: Rounds[] = [];
beforeAll(async () => {
  trusting = await Rounds.start({ ...platform, args: ['--listen.trusted_proxies=127.0.0.0/8,10.0.0.0/8', '--log.level=debug'] });
  plain = await Rounds.start({ ...platform, args: ['--listen.trusted_proxies=192.0.2.0/24', '--log.level=debug'] });
  described = await Description.of(plain);
});
afterEach(async () => { while (opened.length) await opened.pop()!.stop(); });
afterAll(async () => { await trusting?.stop(); await plain?.stop(); });

const signIn = (rounds: Rounds, headers: Record<string, string>, password = adminPassword, user = 'admin') =>
  fetch(`${rounds.url}/api/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ user, password }) });
/** The address of the newest sign-in in the audit trail. */
const trail = async (rounds: Rounds) => {
  const admin = await Caller.signIn(rounds, described);
  return (await admin.get('/audit?limit=20')).json.items.map((a: any) => a.address);
};

describe('a trusted proxy', () => {
  it('says whose the request is: in the log and in the audit trail', async () => {
    expect((await signIn(trusting, { 'X-Forwarded-For': '203.0.113.77' })).status).toBe(200);
    expect(await trail(trusting)).toContain('203.0.113.77');
    await trusting.get('/nothing-here', { 'X-Forwarded-For': '203.0.113.78' });
    expect(await trusting.child.line((l) => l.includes('/nothing-here'))).toContain('client=203.0.113.78');
    await trusting.render({ url: 'nonsense' }, { Forwarded: 'for="[2001:db8::7]:4711"' });
    expect(await trusting.child.line((l) => l.includes('event=render'))).toContain('client=2001:db8::7');
  });

  it('is believed for what it added itself, not for what came with the request', async () => {
    expect((await signIn(trusting, { 'X-Forwarded-For': '198.51.100.1, 203.0.113.79, 10.1.2.3' })).status).toBe(200);
    const addresses = await trail(trusting);
    expect(addresses).toContain('203.0.113.79');
    expect(addresses).not.toContain('198.51.100.1');
  });

  it('says that people came by TLS: their cookie is secure then, and only then', async () => {
    const cookie = async (headers: Record<string, string>) => (await signIn(trusting, headers)).headers.get('set-cookie');
    expect(await cookie({ 'X-Forwarded-Proto': 'https' })).toMatch(/; Secure/);
    expect(await cookie({ Forwarded: 'for=203.0.113.80;proto=https' })).toMatch(/; Secure/);
    expect(await cookie({ 'X-Forwarded-Proto': 'http' })).not.toMatch(/Secure/);
    expect(await cookie({})).not.toMatch(/Secure/);
  });

  it('lets wrong passwords of one client not lock out another', async () => {
    const wrong = async (address: string) => (await signIn(trusting, { 'X-Forwarded-For': address }, 'wrong-password-of-somebody', 'somebody')).status;
    let last = 0;
    for (let i = 0; i < 8 && last !== 429; i++) last = await wrong('203.0.113.90');
    expect(last).toBe(429);
    expect(await wrong('203.0.113.91')).toBe(401);
  });
});

describe('anybody else', () => {
  it('can claim what he likes: neither log nor audit trail nor cookie listen', async () => {
    const headers = { 'X-Forwarded-For': '203.0.113.66', 'X-Forwarded-Proto': 'https', Forwarded: 'for=203.0.113.66;proto=https' };
    const answer = await signIn(plain, headers);
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([200, expect.not.stringContaining('Secure')]);
    expect(await trail(plain)).not.toContain('203.0.113.66');
    await plain.get('/nothing-here', headers);
    expect(await plain.child.line((l) => l.includes('/nothing-here'))).toContain('client=127.0.0.1');
  });

  it('does not escape the limit of wrong passwords by changing the header', async () => {
    let last = 0;
    for (let i = 0; i < 8 && last !== 429; i++)
      last = (await signIn(plain, { 'X-Forwarded-For': `203.0.113.${i}` }, 'wrong-password-of-somebody', 'somebody')).status;
    expect(last).toBe(429);
  });
});

it('a block that is none stops the start and is named', async () => {
  const { code, text } = await run(['serve', '--render-only', '--listen.address=127.0.0.1:0', '--listen.trusted_proxies=10.0.0.0/40']);
  expect([code === 0, text]).toEqual([false, expect.stringContaining('10.0.0.0/40')]);
});
