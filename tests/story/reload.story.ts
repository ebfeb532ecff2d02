// Certificates, tokens and credentials are replaced while the service runs; what is broken changes nothing.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { newFolder } from './lib/folder.js';
import { Grafana, stampColour, viewerToken } from './lib/grafana.js';
import { Picture } from './lib/picture.js';
import { grafanaSettings, Options, Rounds } from './lib/rounds.js';

const from = 1763000000000, to = 1763021600000;
const stops: (() => unknown)[] = [];
afterEach(async () => { while (stops.length) await stops.pop()!(); });

const folder = () => newFolder('reload');
const start = async (options: Options) => {
  const rounds = await Rounds.start(options);
  stops.push(() => rounds.stop());
  return rounds;
};
/** Sends SIGHUP and waits until the log tells as many outcomes. */
const reload = async (rounds: Rounds, outcome: RegExp) => {
  const before = rounds.child.lines.length;
  rounds.child.process.kill('SIGHUP');
  return rounds.child.line((l) => rounds.child.lines.indexOf(l) >= before && /event=reload/.test(l) && outcome.test(l));
};

describe('the certificate', () => {
  const issue = (into: string, name: string, kind: string[] = ['rsa:2048']) => {
    execFileSync('openssl', ['req', '-x509', '-newkey', ...kind, '-nodes', '-keyout', join(into, 'key'), '-out', join(into, 'cert'), '-days', '2', '-subj', `/CN=${name}`], { stdio: 'ignore' });
  };
  const open = (rounds: Rounds) => new Promise<TLSSocket>((done, fail) => {
    const socket = connect({ port: Number(new URL(rounds.url).port), host: '127.0.0.1', rejectUnauthorized: false }, () => done(socket));
    socket.on('error', fail);
    stops.push(() => socket.destroy());
  });
  const shown = async (rounds: Rounds) => String((await open(rounds)).getPeerCertificate().subject.CN);
  const ask = (socket: TLSSocket) => new Promise<string>((done) => {
    socket.once('data', (d) => done(String(d)));
    socket.write('GET /render/version HTTP/1.1\r\nHost: x\r\n\r\n');
  });
  const serve = async () => {
    const files = folder();
    issue(files, 'first.example');
    const rounds = await start({ args: [`--listen.tls_cert=${join(files, 'cert')}`, `--listen.tls_key=${join(files, 'key')}`] });
    expect(await shown(rounds)).toBe('first.example');
    return { files, rounds };
  };

  it('a new one serves new connections after SIGHUP; those that are open go on', async () => {
    const { files, rounds } = await serve();
    const old = await open(rounds);
    expect(await ask(old)).toContain('200 OK');
    issue(files, 'second.example', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']); // of another kind, too
    expect(await shown(rounds)).toBe('first.example');
    await reload(rounds, /read again: certificate/);
    expect(await shown(rounds)).toBe('second.example');
    expect(await ask(old)).toContain('200 OK');
  });

  it('a broken one, or one of another key, changes nothing and the log names the file', async () => {
    const { files, rounds } = await serve();
    const other = folder();
    issue(other, 'other.example');
    writeFileSync(join(files, 'cert'), '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n');
    expect(await reload(rounds, /stays in use/)).toContain(join(files, 'cert'));
    expect(await shown(rounds)).toBe('first.example');
    cpSync(join(other, 'cert'), join(files, 'cert'));
    expect(await reload(rounds, /stays in use.*not that of the certificate/)).toContain(join(files, 'key'));
    expect(await shown(rounds)).toBe('first.example');
    rmSync(join(files, 'key'));
    expect(await reload(rounds, /stays in use/)).toContain(join(files, 'key'));
    expect(await shown(rounds)).toBe('first.example');
    cpSync(join(other, 'key'), join(files, 'key'));
    await reload(rounds, /read again: certificate/);
    expect(await shown(rounds)).toBe('other.example');
  });

  it('a new one is noticed without a signal', async () => {
    const { files, rounds } = await serve();
    issue(files, 'renewed.example');
    await rounds.child.line((l) => l.includes('read again: certificate'));
    expect(await shown(rounds)).toBe('renewed.example');
  });

  it('that cannot be used stops the start, and the message names the file', async () => {
    const files = folder();
    issue(files, 'first.example');
    writeFileSync(join(files, 'key'), 'no key');
    await expect(Rounds.start({ args: [`--listen.tls_cert=${join(files, 'cert')}`, `--listen.tls_key=${join(files, 'key')}`] })).rejects.toThrow(join(files, 'key'));
  });
});

describe('the tokens of callers', () => {
  it('are those of the file as it is now; an empty file changes nothing', async () => {
    const file = join(folder(), 'tokens'), first = 'the-first-token-000001', second = 'the-second-token-00002';
    writeFileSync(file, `${first}\n`);
    const rounds = await start({ args: [`--auth.tokens_file=${file}`] });
    const status = async (token: string) => (await rounds.get('/render', { 'X-Auth-Token': token })).status;
    expect([await status(first), await status(second)]).toEqual([400, 401]);
    writeFileSync(file, `${second}\n`);
    await reload(rounds, /read again: list of tokens/);
    expect([await status(first), await status(second)]).toEqual([401, 400]);
    writeFileSync(file, '\n');
    expect(await reload(rounds, /stays in use/)).toContain(file);
    expect(await status(second)).toBe(400);
    expect(rounds.log).not.toContain(second);
  });
});

describe('a credential of the settings', () => {
  it('is what its file holds now', async () => {
    const grafana = await Grafana.start('--no-basic-auth');
    stops.push(() => grafana.stop());
    const file = join(folder(), 'token');
    writeFileSync(file, 'glsa_NoSuchTokenAnyMore00000000000000_00000000');
    const rounds = await start({ settings: grafanaSettings(grafana.url, `{kind: token, secret_file: "${file}"}`) });
    const url = `${grafana.url}/d-solo/demo/x?orgId=1&panelId=1&from=${from}&to=${to}&timezone=utc`;
    expect((await rounds.render({ url, timeout: 30 })).status).not.toBe(200);
    writeFileSync(file, viewerToken);
    await reload(rounds, /read again: credential of/);
    expect((await Picture.of(await rounds.render({ url, timeout: 30 }))).has(stampColour('demo/1', from, to))).toBe(true);
    expect(rounds.log).not.toContain(viewerToken);
  });
});
