// The stand-in Grafana and the real binary, each on a port that the system chose.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sleep } from './cdp.mjs';

const server = fileURLToPath(new URL('../../fakes/grafana/dist/server.js', import.meta.url));
export const viewerToken = 'glsa_StandInViewerTokenForOrgOne01_5f3a9c21';
export const adminPassword = 'bench-Admin-password-1';
export const authToken = 'a-token-of-the-benchmark-0123456789';
export const binary = resolve(process.env.ROUNDS_BINARY ?? 'build/rounds');

// Whatever ends this program ends what it started.
const started = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
process.on('exit', () => { for (const child of started) child.kill('SIGTERM'); });

async function stop(child, signal = 'SIGTERM') {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(signal);
    await once(child, 'exit');
  }
  started.delete(child);
}

export class Grafana {
  static async start(...options) {
    const g = new Grafana();
    g.child = spawn(process.execPath, [server, '--port', '0', ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
    started.add(g.child);
    for await (const line of createInterface(g.child.stdout)) {
      if (line.startsWith('{"listening"')) { g.url = JSON.parse(line).listening; break; }
    }
    g.child.stdout.resume();
    return g;
  }

  async hook(path, body = {}) {
    const answer = await fetch(`${this.url}/__test/${path}`, { method: 'POST', body: JSON.stringify(body) });
    return answer.headers.get('content-type')?.includes('json') ? answer.json() : answer.text();
  }

  faults(faults) { return this.hook('faults', faults); }
  async renderKey() { return (await this.hook('renderkey')).renderKey; }
  stop() { return stop(this.child); }
}

export class Rounds {
  /** `origins`: Grafanas to log in to by a token. */
  static async start({ origins = [], args = [], isPlatform = false, extra = '' }) {
    const r = new Rounds();
    r.startedAt = performance.now();
    r.folder = mkdtempSync(join(tmpdir(), 'rounds-bench-'));
    const config = join(r.folder, 'rounds.yaml'), portFile = join(r.folder, 'port');
    const known = origins.map((o) => `  - origin: ${o}\n    credential: {kind: token, secret_env: BENCH_GRAFANA_TOKEN}\n`).join('');
    writeFileSync(config, (known ? `grafana:\n${known}` : '') + extra);
    r.log = '';
    r.child = spawn(binary, [`--config=${config}`, 'serve', ...(isPlatform ? [] : ['--render-only']), '--listen.address=127.0.0.1:0',
      `--temp=${r.folder}`, `--data=${join(r.folder, 'data')}`, `--port-file=${portFile}`, ...args],
    { env: { ...process.env, ROUNDS_AUTH_TOKENS: authToken, BENCH_GRAFANA_TOKEN: viewerToken, ROUNDS_ADMIN_PASSWORD: adminPassword }, stdio: ['ignore', 'pipe', 'pipe'] });
    started.add(r.child);
    for (const out of [r.child.stdout, r.child.stderr]) out.on('data', (d) => { r.log = (r.log + d).slice(-200_000); });
    while (!existsSync(portFile)) {
      if (r.child.exitCode !== null) throw new Error(`rounds ended:\n${r.log}`);
      await sleep(5);
    }
    r.url = `http://127.0.0.1:${readFileSync(portFile, 'utf8').trim()}`;
    return r;
  }

  get pid() { return this.child.pid; }

  /** GET /render; fails unless a picture comes. */
  async render(parameters) {
    const query = new URLSearchParams(Object.entries(parameters).map(([k, v]) => [k, String(v)]));
    const answer = await fetch(`${this.url}/render?${query}`, { headers: { 'X-Auth-Token': authToken } });
    const png = Buffer.from(await answer.arrayBuffer());
    if (answer.status !== 200) throw new Error(`${answer.status} ${png}`);
    const stages = Object.fromEntries((answer.headers.get('server-timing') ?? '').split(', ').map((s) => s.split(';dur=')).map(([k, v]) => [k, Number(v)]));
    return { png, stages, status: answer.headers.get('x-rounds-status') };
  }

  /** POST /render/batch; landed(result) for each line as it comes. */
  async batch(lines, landed) {
    const answer = await fetch(`${this.url}/render/batch?timeout=3600`, {
      method: 'POST', headers: { 'X-Auth-Token': authToken }, body: lines.map((l) => JSON.stringify(l)).join('\n'),
    });
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    let parts = [];
    for await (const chunk of answer.body) {
      let data = Buffer.from(chunk);
      for (let end; (end = data.indexOf(10)) >= 0; data = data.subarray(end + 1)) {
        landed(JSON.parse(Buffer.concat([...parts, data.subarray(0, end)]).toString('utf8')));
        parts = [];
      }
      if (data.length) parts.push(data);
    }
  }

  async stop() {
    await stop(this.child);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
