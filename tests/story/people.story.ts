// People: the first admin, signing in and out, roles that change, tokens, the audit trail.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminPassword, Caller, Description, ownPassword, platform } from './lib/api.js';
import { Grafana, viewerToken } from './lib/grafana.js';
import { finished, good } from './lib/round.js';
import { Rounds, run } from './lib/rounds.js';

let rounds: Rounds, description: Description, admin: Caller, grafana: Grafana;

beforeAll(async () => {
  grafana = await Grafana.start();
  rounds = await Rounds.start(platform);
  description = await Description.of(rounds);
  admin = await Caller.signIn(rounds, description);
});
afterAll(async () => { await rounds?.stop(); await grafana?.stop(); });

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

describe('the first start', () => {
  it('prints a one-time password for admin, which must be changed before anything else', async () => {
    const fresh = await Rounds.start({ renderOnly: false });
    const own = await Description.of(fresh);
    const said = await fresh.child.line((l) => l.includes('one-time password'));
    const once = said.trim().split(' ').pop()!;
    const first = await Caller.signIn(fresh, own, 'admin', once);
    expect((await first.get('/session')).json.must_change_password).toBe(true);
    expect((await first.get('/users')).status).toBe(403);
    const weak = await first.put('/session/password', { current: once, new: 'short' });
    expect(weak.status).toBe(422);
    expect(weak.json.error.details[0].path).toBe('new');
    expect((await first.put('/session/password', { current: once, new: ownPassword })).status).toBe(204);
    expect((await first.get('/users')).status).toBe(200);
    expect((await Caller.signIn(fresh, own, 'admin', ownPassword)).csrf).toBeTruthy();
    await expect(Caller.signIn(fresh, own, 'admin', once)).rejects.toThrow('401');
    await fresh.stop();
  });

  it('keeps the password of the environment, and prints none', async () => {
    expect((await admin.get('/session')).json.must_change_password).toBe(false);
    expect(rounds.log).not.toContain('one-time password');
    expect(rounds.log).not.toContain(adminPassword);
  });

  it('refuses a second daemon on the same data', async () => {
    const second = await run(['serve', '--listen.address=127.0.0.1:0', `--data=${rounds.folder}/data`]);
    expect(second.code).toBe(1);
    expect(second.text).toContain(String(rounds.pid));
  });
});

describe('signing in', () => {
  it('does not tell a wrong name from a wrong password', async () => {
    const nobody = new Caller(rounds, description);
    const name = await nobody.post('/session', { user: 'nobody-here', password: 'x' });
    const password = await nobody.post('/session', { user: 'admin', password: 'wrong' });
    expect([name.status, password.status]).toEqual([401, 401]);
    expect(name.json.error.message).toBe(password.json.error.message);
    expect(nobody.cookie).toBe('');
  });

  it('gives a cookie that scripts cannot read and other sites cannot send', async () => {
    const answer = await new Caller(rounds, description).post('/session', { user: 'admin', password: adminPassword });
    const cookie = answer.headers.get('set-cookie')!;
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=(Lax|Strict)/);
    expect(JSON.stringify(answer.json)).not.toContain(cookie.split(';')[0]!.split('=')[1]);
  });

  it('slows down whoever guesses, and says for how long', async () => {
    await admin.person('guessed', 'viewer');
    const guesser = new Caller(rounds, description);
    let answer = await guesser.post('/session', { user: 'guessed', password: 'wrong-0' });
    for (let i = 1; i < 12 && answer.status === 401; i++) answer = await guesser.post('/session', { user: 'guessed', password: `wrong-${i}` });
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    const right = await guesser.post('/session', { user: 'guessed', password: ownPassword });
    expect(right.status, 'the right password is not looked at in the meantime').toBe(429);
  });

  it('ends with signing out', async () => {
    const caller = await Caller.signIn(rounds, description);
    const { cookie, csrf } = caller;
    expect((await caller.drop('/session')).status).toBe(204);
    expect(caller.cookie).toBe('rounds_session=');
    Object.assign(caller, { cookie, csrf });
    expect((await caller.get('/session')).status).toBe(401);
  });

  it('keeps preferences', async () => {
    const set = await admin.put('/session/preferences', { language: 'zh-CN', theme: 'dark' });
    expect([set.json.language, set.json.theme]).toEqual(['zh-CN', 'dark']);
    expect((await admin.put('/session/preferences', { theme: 'pink' })).status).toBe(400);
    expect((await admin.get('/session')).json.user.theme).toBe('dark');
  });
});

describe('sessions', () => {
  it('are seen and ended by who has them, and nobody else', async () => {
    const here = await admin.person('wang', 'viewer');
    const [phone, old] = [await Caller.signIn(rounds, description, 'wang', ownPassword), await Caller.signIn(rounds, description, 'wang', ownPassword)];
    const listed = (await here.get('/sessions')).json.items;
    expect(listed).toHaveLength(3);
    expect(listed.filter((s: any) => s.current)).toHaveLength(1);
    expect(listed[0]).toMatchObject({ address: '127.0.0.1', current: false });
    const phones = (await phone.get('/sessions')).json.items.find((s: any) => s.current).id;
    const stranger = await admin.person('liu', 'editor');
    expect((await stranger.drop(`/sessions/${phones}`)).status).toBe(404);
    expect((await here.drop(`/sessions/${phones}`)).status).toBe(204);
    expect((await phone.get('/session')).status).toBe(401);
    expect((await here.drop(`/sessions/${phones}`)).status).toBe(404);
    expect((await old.get('/session')).status).toBe(200);
    expect((await here.drop('/sessions')).status).toBe(204);
    expect((await old.get('/session')).status).toBe(401);
    expect((await here.get('/sessions')).json.items).toMatchObject([{ current: true }]);
    const lines = (await admin.get('/audit?action=session.revoked')).json.items;
    expect(lines.map((l: any) => [l.actor, l.detail.sessions])).toEqual([['wang', 1], ['wang', 1]]);
  });

  it('of a person are seen and ended by an admin; a program has none', async () => {
    const person = await admin.person('sun', 'reviewer');
    const { id } = (await person.get('/session')).json.user;
    const [session] = (await admin.get(`/users/${id}/sessions`)).json.items;
    expect((await person.get(`/users/${id}/sessions`)).status).toBe(403);
    expect((await admin.drop(`/users/${id}/sessions/${session.id}`)).status).toBe(204);
    expect((await person.get('/session')).status).toBe(401);
    const again = await Caller.signIn(rounds, description, 'sun', ownPassword);
    expect((await admin.drop(`/users/${id}/sessions`)).status).toBe(204);
    expect((await again.get('/session')).status).toBe(401);
    expect((await admin.get(`/users/${id}/sessions`)).json.items).toEqual([]);
    const program = admin.withToken((await admin.post('/tokens', { name: 'curious', role: 'admin' })).json.secret);
    expect((await program.get('/sessions')).status).toBe(400);
    expect((await program.drop('/sessions')).status).toBe(400);
  });

  it('end when the password is changed elsewhere', async () => {
    const here = await admin.person('qian', 'viewer');
    const there = await Caller.signIn(rounds, description, 'qian', ownPassword);
    expect((await there.put('/session/password', { current: ownPassword, new: 'another-pass-phrase-8' })).status).toBe(204);
    expect((await here.get('/session')).status).toBe(401);
    expect((await there.get('/session')).status).toBe(200);
  });
});

describe('an admin', () => {
  it('adds people, changes them, and an old version is refused', async () => {
    const made = await admin.post('/users', { name: 'li.gong', display_name: '李工', role: 'reviewer' });
    expect(made.json).toMatchObject({ name: 'li.gong', display_name: '李工', role: 'reviewer', source_ids: null, disabled: false });
    expect(made.json.password).toMatch(/^[a-z0-9-]{19}$/);
    const same = await admin.post('/users', { name: 'LI.GONG', role: 'viewer' });
    expect(same.status).toBe(409);
    const set = await admin.patch(`/users/${made.json.id}`, { role: 'editor', version: made.json.version });
    expect(set.json.role).toBe('editor');
    expect((await admin.patch(`/users/${made.json.id}`, { role: 'admin', version: made.json.version })).status).toBe(409);
    expect((await admin.patch(`/users/${made.json.id}`, { role: 'admin' })).status).toBe(400);
    expect((await admin.get('/people')).json).toContainEqual({ id: made.json.id, display_name: '李工', role: 'editor' });
    expect((await admin.get(`/users/${made.json.id}`)).json.password).toBeUndefined();
  });

  it('who loses a role or is disabled loses every session at once', async () => {
    const person = await admin.person('leaver', 'editor');
    const { id } = (await person.get('/session')).json.user;
    const seen = await admin.get(`/users/${id}`);
    expect((await admin.patch(`/users/${id}`, { role: 'viewer', version: seen.json.version })).status).toBe(200);
    expect((await person.get('/session')).status).toBe(401);
    const again = await Caller.signIn(rounds, description, 'leaver', ownPassword);
    expect((await admin.drop(`/users/${id}`)).status).toBe(204);
    expect((await again.get('/session')).status).toBe(401);
    await expect(Caller.signIn(rounds, description, 'leaver', ownPassword)).rejects.toThrow('401');
    expect((await admin.get(`/users/${id}`)).json.disabled).toBe(true);
  });

  it('cannot leave the service without an admin', async () => {
    const me = (await admin.get('/session')).json.user;
    expect((await admin.patch(`/users/${me.id}`, { role: 'viewer', version: me.version })).status).toBe(409);
    expect((await admin.drop(`/users/${me.id}`)).status).toBe(409);
  });

  it('resets a password: the old one and all sessions end', async () => {
    const person = await admin.person('forgetful', 'viewer');
    const { id } = (await person.get('/session')).json.user;
    const reset = await admin.post(`/users/${id}/password-reset`);
    expect((await person.get('/session')).status).toBe(401);
    await expect(Caller.signIn(rounds, description, 'forgetful', ownPassword)).rejects.toThrow('401');
    const again = await Caller.signIn(rounds, description, 'forgetful', reset.json.password);
    expect((await again.get('/session')).json.must_change_password).toBe(true);
  });

  it('gives some people some sources only', async () => {
    const one = await admin.source(grafana.url, viewerToken, 'one'), two = await admin.source(grafana.url, viewerToken, 'two');
    const person = await admin.person('narrow', 'editor', { source_ids: [one] });
    expect((await person.get('/sources')).json.items.map((s: any) => s.id)).toEqual([one]);
    expect((await person.get(`/sources/${one}`)).status).toBe(200);
    for (const path of ['', '/folders', '/dashboards', '/dashboards/demo', '/grafana-ini'])
      expect((await person.get(`/sources/${two}${path}`)).status, path).toBe(404);
    expect((await person.patch(`/sources/${two}`, { name: 'mine', version: 2 })).status).toBe(404);
    const plan = (source: string) => ({ spec: {
      name: `of ${source}`, timezone: 'UTC', selections: [{ source, dashboard: 'demo', panels: 'all' }], windows: [{ kind: 'rolling', length: '1h' }],
    } });
    expect((await person.post('/plans', plan(two))).status).toBe(422);
    expect((await person.post('/plans', plan(one))).status).toBe(201);
    const hidden = await admin.post('/plans', plan(two));
    expect((await person.get(`/plans/${hidden.json.id}`)).status).toBe(404);
    expect((await person.get('/plans')).json.items.map((p: any) => p.name)).toEqual([`of ${one}`]);
    expect((await person.get('/plans/export')).bytes.toString('utf8')).not.toContain(two);
    const was = await admin.post('/plans', { spec: { ...plan(two).spec, name: 'moved' } });
    const round = (await admin.post(`/plans/${was.json.id}/rounds`, {})).json.id;
    const now = await admin.put(`/plans/${was.json.id}`, { version: 1, spec: { ...plan(one).spec, name: 'moved' } });
    expect(now.status).toBe(200);
    for (const path of [`/plans/${was.json.id}/versions/1`, `/rounds/${round}`, `/rounds/${round}/shots`, `/rounds/${round}/report`])
      expect((await person.get(path)).status, path).toBe(404);
    expect((await person.get('/rounds')).json.items).toEqual([]);
    expect((await admin.post('/users', { name: 'x', role: 'viewer', source_ids: ['nothing'] })).json.error.details[0].path).toBe('source_ids[0]');
  });
});

describe('an API token', () => {
  it('is shown once, works without a CSRF token, and ends when revoked', async () => {
    const made = await admin.post('/tokens', { name: 'ci', role: 'viewer', expires_at: null });
    const program = admin.withToken(made.json.secret);
    expect((await program.get('/plans')).status).toBe(200);
    expect((await program.get('/users')).status).toBe(403);
    expect((await program.post('/sources', {})).status).toBe(403);
    const listed = await admin.get('/tokens');
    expect(listed.json.items.find((t: any) => t.id === made.json.token.id).last_used_at).toBeTruthy();
    expect(listed.bytes.toString('utf8')).not.toContain(made.json.secret);
    expect((await admin.drop(`/tokens/${made.json.token.id}`)).status).toBe(204);
    expect((await program.get('/plans')).status).toBe(401);
  });

  it('expires', async () => {
    const end = Date.now() + 1500;
    const made = await admin.post('/tokens', { name: 'short', role: 'viewer', expires_at: new Date(end).toISOString() });
    const program = admin.withToken(made.json.secret);
    for (let asked = 0; asked <= end;) { // good while it lasts, not a moment longer; what is asked across its end may go either way
      asked = Date.now();
      const { status } = await program.get('/plans');
      if (Date.now() < end) expect(status).toBe(200);
      else if (asked > end) expect(status).toBe(401);
      await wait(20);
    }
    expect((await admin.post('/tokens', { name: 'past', role: 'viewer', expires_at: '2020-01-01T00:00:00Z' })).status).toBe(422);
  });

  it('with scopes does what they cover and nothing else', async () => {
    const source = await admin.source(grafana.url, viewerToken, 'of scopes');
    const spec = { name: 'of scopes', overlap: 'queue', selections: [{ source, dashboard: 'gateway', panels: [1] }], windows: [{ kind: 'rolling', length: '6h' }] };
    const plan = (await admin.post('/plans', { spec })).json.id;
    const preview = { dashboard: 'gateway', panel: '1', window: { kind: 'rolling', length: '6h' }, picture: { width: 400, height: 300 } };
    const tries: [string, (c: Caller) => Promise<{ status: number }>, string[]][] = [
      ['reading', (c) => c.get('/plans'), ['', 'read', 'rounds']],
      ['reading people', (c) => c.get('/users'), ['', 'read', 'rounds']],
      ['a dry run', (c) => c.post(`/plans/${plan}/dry-run`), ['', 'read', 'rounds']],
      ['starting a round', (c) => c.post(`/plans/${plan}/rounds`), ['', 'rounds']],
      ['a preview', (c) => c.post(`/sources/${source}/preview`, preview), ['', 'render']],
      ['changing a plan', (c) => c.put(`/plans/${plan}`, { version: 1, spec }), ['']],
      ['making a token', (c) => c.post('/tokens', { name: 'more', role: 'viewer' }), ['']],
    ];
    for (const scope of ['', 'read', 'rounds', 'render']) {
      const made = await admin.post('/tokens', { name: `for ${scope}`, role: 'admin', ...(scope ? { scopes: [scope] } : {}) });
      expect(made.json.token.scopes).toEqual(scope ? [scope] : []);
      const program = admin.withToken(made.json.secret);
      for (const [what, call, by] of tries) {
        const { status } = await call(program);
        if (by.includes(scope)) expect(status, `${what} with "${scope}"`).not.toBe(403);
        else expect(status, `${what} with "${scope}"`).toBe(403);
      }
      const lines = (await admin.get('/audit?limit=50')).json.items;
      expect(lines.find((l: any) => l.action === 'token.added' && l.object === `token/${made.json.token.id}`).detail.scopes).toEqual(scope ? [scope] : []);
      if (scope === 'rounds') expect(lines.some((l: any) => l.actor === 'token:for rounds' && l.action === 'round.started')).toBe(true);
    }
    const bad = await admin.post('/tokens', { name: 'bad', role: 'admin', scopes: ['read', 'everything'] });
    expect([bad.status, bad.json.error.details[0].path]).toEqual([400, 'scopes']);
  });

  it('has no session', async () => {
    const program = admin.withToken((await admin.post('/tokens', { name: 'x', role: 'admin' })).json.secret);
    expect((await program.get('/session')).json).toMatchObject({ csrf_token: null, expires_at: null });
    expect((await program.drop('/session')).status).toBe(400);
  });
});

describe('the audit trail', () => {
  it('counts refused sign-ins instead of growing with them, and tells the number when the service ends', async () => {
    const data = mkdtempSync(join(tmpdir(), 'rounds-refusals-'));
    const own = await Rounds.start({ ...platform, args: [`--data=${data}`] });
    const nobody = new Caller(own, await Description.of(own));
    for (const user of ['a', 'b', 'c', 'd', 'e']) expect((await nobody.post('/session', { user, password: 'wrong' })).status).toBe(401);
    const caller = await Caller.signIn(own, await Description.of(own));
    const during = (await caller.get('/audit?action=session.refused')).json.items;
    expect(during).toMatchObject([{ actor: 'unknown', detail: {}, address: '127.0.0.1' }]);
    await own.stop();
    const again = await Rounds.start({ ...platform, args: [`--data=${data}`] });
    const after = (await (await Caller.signIn(again, await Description.of(again))).get('/audit?action=session.refused')).json.items;
    expect(after).toMatchObject([{ detail: { times: 4 }, address: '127.0.0.1' }, { detail: {} }]);
    await again.stop();
    rmSync(data, { recursive: true });
  });

  it('tells who did what, newest first, and can be filtered', async () => {
    const first = (await admin.get('/audit?limit=3')).json;
    expect(first.items).toHaveLength(3);
    expect(first.items[0].seq).toBeGreaterThan(first.items[1].seq);
    const next = (await admin.get(`/audit?limit=3&cursor=${encodeURIComponent(first.next)}`)).json;
    expect(next.items[0].seq).toBe(first.items[2].seq - 1);
    const resets = (await admin.get('/audit?action=password.reset')).json.items;
    expect(resets.map((x: any) => x.actor)).toEqual(['admin']);
    expect((await admin.get('/audit?actor=forgetful')).json.items.every((x: any) => x.actor === 'forgetful')).toBe(true);
    expect((await admin.get('/audit?actor=nobody-at-all')).json.items).toEqual([]);
    expect((await admin.get('/audit?from=yesterday')).status).toBe(400);
  });
});

describe('the command line', () => {
  it('adds people, lists them, resets their password, disables them, beside the running daemon', async () => {
    const data = `--data=${rounds.folder}/data`;
    const added = await run(['user', 'add', 'zhang', '--role=editor', '--display-name=张工', data]);
    expect(added.code).toBe(0);
    const caller = await Caller.signIn(rounds, description, 'zhang', added.text.trim());
    expect((await caller.get('/session')).json.user).toMatchObject({ role: 'editor', display_name: '张工' });
    expect((await run(['user', 'list', data])).text).toMatch(/zhang\s+editor\s+active/);
    const reset = await run(['user', 'reset-password', 'zhang', data]);
    expect((await caller.get('/session')).status).toBe(401);
    expect((await Caller.signIn(rounds, description, 'zhang', reset.text.trim())).csrf).toBeTruthy();
    expect((await run(['user', 'sessions', 'zhang', data])).text.trim().split('\n')).toHaveLength(2);
    expect((await run(['user', 'sign-out', 'zhang', data])).text.trim()).toBe('1');
    expect((await run(['user', 'sign-out', 'zhang', 'no-such-one', data])).code).toBe(1);
    expect((await run(['user', 'disable', 'zhang', data])).code).toBe(0);
    await expect(Caller.signIn(rounds, description, 'zhang', reset.text.trim())).rejects.toThrow('401');
    expect((await run(['user', 'disable', 'admin', data])).code).toBe(1);
    expect((await admin.get('/audit?action=user.disabled')).json.items[0].actor).toBe('command line');
  });
});

describe('on the disk and in the log', () => {
  it('no password, token or credential is readable', async () => {
    const secrets = [viewerToken, adminPassword, ownPassword, 'rds_'];
    for (const { id } of good(await admin.get('/rounds')).items) await finished(admin, id); // nothing is being written any more
    const files = (folder: string): string[] => readdirSync(folder).flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isFIFO()) return []; // the command line's bell: reading it would wait for a ring
      return statSync(path).isDirectory() ? files(path) : [path];
    });
    const data = files(join(rounds.folder, 'data'));
    expect(data.some((f) => f.endsWith('rounds.db'))).toBe(true);
    for (const file of data) {
      if (!file.endsWith('.pub')) expect(statSync(file).mode & 0o077, file).toBe(0);
      const bytes = readFileSync(file);
      for (const secret of secrets.slice(0, 3)) expect(bytes.includes(secret), `${secret} in ${file}`).toBe(false);
    }
    for (const secret of secrets) expect(rounds.log.includes(secret), secret).toBe(false);
  });
});
