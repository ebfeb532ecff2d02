// Notifications: one message a round reaches each channel that wants it, signed, with the round's picture where a chat takes one; what a
// channel refused is kept and can be sent again.
import { createHash, createHmac } from 'node:crypto';
import { createServer, IncomingMessage, Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Caller, Description, platform } from './lib/api.js';
import { Grafana, viewerToken } from './lib/grafana.js';
import { Rounds } from './lib/rounds.js';
import { good, makePlan, runRound, shotsOf } from './lib/round.js';

interface Letter { path: string; headers: IncomingMessage['headers']; body: string }
let rounds: Rounds, grafana: Grafana, admin: Caller, source: string, server: Server, hooks: string;
const letters: Letter[] = [], statuses: number[] = [];
let waiters: (() => void)[] = [];

async function letter(test: (l: Letter) => boolean): Promise<Letter> {
  for (;;) {
    const found = letters.find(test);
    if (found) return found;
    await new Promise<void>((done) => waiters.push(done));
  }
}
const event = (name: string, path: string) => (l: Letter) => l.path === path && l.headers['x-rounds-event'] === name;

beforeAll(async () => {
  server = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part) => parts.push(part));
    req.on('end', () => {
      letters.push({ path: req.url!, headers: req.headers, body: Buffer.concat(parts).toString('utf8') });
      res.writeHead(statuses.shift() ?? 200, { 'content-type': 'application/json' });
      res.end('{"errcode":0,"errmsg":"ok"}');
      for (const w of waiters.splice(0)) w();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  hooks = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  grafana = await Grafana.start();
  rounds = await Rounds.start({ ...platform, args: ['--notify.allow_private=true', '--public_url=https://rounds.example.org/'] });
  admin = await Caller.signIn(rounds, await Description.of(rounds));
  source = await admin.source(grafana.url, viewerToken);
});
afterAll(async () => { await rounds?.stop(); await grafana?.stop(); server?.close(); });

describe('a webhook', () => {
  it('gets one signed message about a round that is over, and one when it is signed off', async () => {
    const channel = good(await admin.post('/channels', { name: 'hook', kind: 'webhook', settings: { url: `${hooks}/hook` }, secret: 'shared-key', language: 'en', events: [] }), 201);
    const plan = await makePlan(admin, source, ['gateway'], { name: 'told', notify: [{ channel: channel.id, events: ['round_finished', 'signed', 'abnormal'] }] });
    const round = await runRound(admin, plan);
    const told = await letter(event('round_finished', '/hook'));
    const body = JSON.parse(told.body);
    expect(body).toMatchObject({ event: 'round_finished', url: `https://rounds.example.org/rounds/${round.id}`, round: { id: round.id, plan_name: 'told', total: 6, done: 6 } });
    const stamp = told.headers['x-rounds-timestamp'] as string;
    expect(told.headers['x-rounds-signature']).toBe('sha256=' + createHmac('sha256', 'shared-key').update(`${stamp}.${told.body}`).digest('hex'));

    const [first] = await shotsOf(admin, round.id);
    good(await admin.post(`/shots/${first.id}/verdict`, { value: 'abnormal', comment: 'too high' }));
    good(await admin.post(`/rounds/${round.id}/verdicts`, { value: 'normal', filter: { filter: 'todo' }, expected_count: 5 }));
    good(await admin.post(`/rounds/${round.id}/sign`, { summary: 'one is too high' }));
    const signed = JSON.parse((await letter(event('signed', '/hook'))).body);
    expect(signed.round).toMatchObject({ state: 'signed', abnormal: 1, normal: 5 });
    expect(signed.shots).toEqual([expect.objectContaining({ id: first.id })]);
    expect(letters.filter((l) => l.path === '/hook')).toHaveLength(2); // the abnormal one waits some minutes for its like
    const waiting = good(await admin.get('/outbox?state=waiting')).items;
    expect(waiting.map((l: any) => l.event)).toEqual(['abnormal']);
  });

  it('that refuses is told again when somebody asks for it', async () => {
    const channel = good(await admin.post('/channels', { name: 'refuses', kind: 'webhook', settings: { url: `${hooks}/refuses` }, language: 'zh-CN', events: [] }), 201);
    const plan = await makePlan(admin, source, ['gateway'], { name: '拒收', notify: [{ channel: channel.id, events: ['round_finished'] }] });
    statuses.push(400);
    await runRound(admin, plan);
    const refused = await letter(event('round_finished', '/refuses'));
    expect(JSON.parse(refused.body).title).toContain('拒收');
    let dead: any;
    while (!dead) dead = good(await admin.get('/outbox?state=failed')).items.find((l: any) => l.channel_name === 'refuses');
    expect(dead.error).toContain('400');
    letters.splice(letters.indexOf(refused), 1);
    good(await admin.post(`/outbox/${dead.id}/retry`), 202);
    expect((await letter(event('round_finished', '/refuses'))).headers['x-rounds-delivery']).toBe(refused.headers['x-rounds-delivery']);
  });
});

describe('a chat that takes pictures', () => {
  it('gets the contact sheet of the round', async () => {
    const channel = good(await admin.post('/channels', { name: '企业微信', kind: 'wecom', settings: { picture: true, url: `${hooks}/wecom?key=k` }, language: 'zh-CN', events: [] }), 201);
    const plan = await makePlan(admin, source, ['gateway'], { name: '带图', notify: [{ channel: channel.id, events: ['round_finished'] }] });
    await runRound(admin, plan);
    const image = JSON.parse((await letter((l) => l.path.startsWith('/wecom') && JSON.parse(l.body).msgtype === 'image')).body).image;
    const picture = Buffer.from(image.base64, 'base64');
    expect(createHash('md5').update(picture).digest('hex')).toBe(image.md5);
    expect(picture.subarray(0, 3).toString('hex')).toBe('ffd8ff');
    expect(picture.length).toBeLessThan(2 * 1024 * 1024);
    const text = JSON.parse((await letter((l) => l.path.startsWith('/wecom') && JSON.parse(l.body).msgtype !== 'image')).body);
    expect(JSON.stringify(text)).toContain('带图');
  });
});

describe('addresses', () => {
  it('inside the network are refused unless the operator allows them', async () => {
    const walled = await Rounds.start(platform);
    const caller = await Caller.signIn(walled, await Description.of(walled));
    const channel = good(await caller.post('/channels', { name: 'inside', kind: 'webhook', settings: { url: `${hooks}/inside` }, language: 'en', events: [] }), 201);
    const tested = await caller.post(`/channels/${channel.id}/test`);
    expect(tested.status).toBeGreaterThanOrEqual(400);
    expect(letters.some((l) => l.path === '/inside')).toBe(false);
    await walled.stop();
  });
});
