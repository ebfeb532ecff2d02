// A Grafana whose certificate comes from a company's own authority: one setting, and both the service and its browsers trust it.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Caller, Description, platform } from './lib/api.js';
import { newFolder } from './lib/folder.js';
import { stampColour, viewerToken } from './lib/grafana.js';
import { Picture } from './lib/picture.js';
import { Child } from './lib/process.js';
import { grafanaSettings, Options, Rounds } from './lib/rounds.js';
import { fileURLToPath } from 'node:url';

const from = 1763000000000, to = 1763021600000;
const server = fileURLToPath(new URL('../fakes/grafana/dist/server.js', import.meta.url));
const folder = newFolder('authority'), authority = join(folder, 'ca.pem');
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
const stops: (() => unknown)[] = [];
let grafana: Child, url: string;

beforeAll(async () => {
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '9', '-subj', '/CN=A company', '-addext', 'keyUsage=keyCertSign,cRLSign');
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key', '-out', 'request', '-subj', '/CN=localhost');
  writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  openssl('x509', '-req', '-in', 'request', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', 'cert', '-days', '9', '-extfile', 'names');
  grafana = Child.start(process.execPath, [server, '--port', '0', '--tls-cert', join(folder, 'cert'), '--tls-key', join(folder, 'key')]);
  url = JSON.parse(await grafana.line((l) => l.startsWith('{"listening"'))).listening;
});
afterEach(async () => { while (stops.length) await stops.pop()!(); });
afterAll(async () => { await grafana?.stop(); });

const start = async (options: Options) => {
  const rounds = await Rounds.start({ ...options, settings: grafanaSettings(url), env: { TEST_GRAFANA_TOKEN: viewerToken, ...options.env } });
  stops.push(() => rounds.stop());
  return rounds;
};
const ask = (rounds: Rounds) => rounds.render({ url: `${url}/d-solo/demo/x?orgId=1&panelId=1&from=${from}&to=${to}&timezone=utc`, timeout: 30 });
const check = async (rounds: Rounds) => {
  const admin = await Caller.signIn(rounds, await Description.of(rounds));
  return (await admin.post(`/sources/${await admin.source(url, viewerToken)}/test`)).json;
};

it('speaks https', () => expect(url).toMatch(/^https:/));

describe('with network.ca_file', () => {
  it('pages are rendered, and sources answer', async () => {
    const rounds = await start({ ...platform, args: [`--network.ca_file=${authority}`] });
    expect((await Picture.of(await ask(rounds))).has(stampColour('demo/1', from, to))).toBe(true);
    expect(await check(rounds)).toMatchObject({ ok: true, version: '13.1.1' });
  });

  it('a file that is none stops the start and is named', async () => {
    for (const [name, text] of [['nothing.pem', ''], ['broken.pem', '-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n']] as const) {
      writeFileSync(join(folder, name), text);
      await expect(Rounds.start({ args: [`--network.ca_file=${join(folder, name)}`] })).rejects.toThrow(join(folder, name));
    }
    await expect(Rounds.start({ args: ['--network.ca_file=/nonexistent/ca.pem'] })).rejects.toThrow('/nonexistent/ca.pem');
  });
});

describe('without it', () => {
  it('the render fails at once and says which setting mends it', async () => {
    const rounds = await start({});
    const answer = await ask(rounds);
    expect(answer.status).toBe(502);
    expect(await answer.text()).toMatch(/CERT_AUTHORITY_INVALID.*network\.ca_file/);
  });

  it('so does the check of a source', async () => {
    const rounds = await start(platform);
    expect(JSON.stringify(await check(rounds))).toMatch(/certificate.*network\.ca_file/);
  });

  it('and the authority of another company does not help', async () => {
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'other.key', '-out', 'other.pem', '-days', '9', '-subj', '/CN=Another company');
    const rounds = await start({ args: [`--network.ca_file=${join(folder, 'other.pem')}`] });
    expect((await ask(rounds)).status).toBe(502);
  });
});
