// The real binary, on a port that the system chose, with a temporary folder of its own.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from './process.js';

export const binary = resolve(process.env.ROUNDS_BINARY ?? fileURLToPath(new URL('../../../build/rounds', import.meta.url)));
/** Built with a sanitizer (tools/check_stories.sh): its memory says nothing, and nothing can be preloaded. */
export const isSanitized = !!process.env.ROUNDS_SANITIZED;
export const authToken = 'a-token-of-the-tests-0123456789';

export interface Options {
  settings?: string; // YAML
  env?: Record<string, string>;
  args?: string[];
  renderOnly?: boolean;
  ownToken?: boolean; // false: the token is in `env`, under another name
}

export class Rounds {
  private constructor(readonly child: Child, readonly url: string, readonly folder: string) {}

  static async start(options: Options = {}): Promise<Rounds> {
    const folder = mkdtempSync(join(tmpdir(), 'rounds-story-'));
    const config = join(folder, 'rounds.yaml');
    writeFileSync(config, options.settings ?? '');
    const args = [`--config=${config}`, 'serve', ...(options.renderOnly === false ? [] : ['--render-only']),
      '--listen.address=127.0.0.1:0', `--temp=${folder}`, `--data=${join(folder, 'data')}`,
      `--port-file=${join(folder, 'port')}`, ...(options.args ?? [])];
    const child = Child.start(binary, args, { ...(options.ownToken === false ? {} : { ROUNDS_AUTH_TOKENS: authToken }), ...options.env });
    try {
      await child.line((l) => l.includes('event=start') || l.includes('"event":"start"'));
      const port = readFileSync(join(folder, 'port'), 'utf8').trim();
      return new Rounds(child, `http://127.0.0.1:${port}`, folder);
    } catch (error) { // it would not start: there is none who could be stopped
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get log(): string { return this.child.output(); }

  /** GET /render with these parameters, properly encoded. */
  render(parameters: Record<string, string | number>, headers: Record<string, string> = {}, path = '/render') {
    const query = new URLSearchParams(Object.entries(parameters).map(([k, v]) => [k, String(v)]));
    return this.get(`${path}?${query}`, headers);
  }

  get(path: string, headers: Record<string, string> = {}) {
    return fetch(this.url + path, { headers: { 'X-Auth-Token': authToken, ...headers } });
  }

  get pid(): number { return this.child.process.pid!; }

  /** The daemon and every process below it. */
  family(): number[] { return familyOf(this.pid); }

  /** The main processes of the browsers. */
  browsers(): number[] { return childrenOf(this.pid); }

  /** What is left in its temporary folder that only browsers make. */
  leftovers(): string[] { return readdirSync(this.folder).filter((name) => !['rounds.yaml', 'port', 'data'].includes(name)); }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    const code = await this.child.stop(signal);
    if (existsSync(this.folder)) rmSync(this.folder, { recursive: true, force: true });
    return code;
  }
}

/** What a file of /proc says of a process; '' when the process has ended, be it in this very moment. */
export function procText(pid: number, file: 'status' | 'cmdline'): string {
  try { return readFileSync(`/proc/${pid}/${file}`, 'latin1'); } catch { return ''; }
}

/** Runs, or will: neither gone nor a zombie. */
export const isAlive = (pid: number) => /^State:\s+[^Z]/m.test(procText(pid, 'status'));

/** Kills it, unless it has ended by itself meanwhile. */
export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try { process.kill(pid, signal); } catch (error) { if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; }
}

/** Waits for what comes by itself, of which nothing tells. */
export async function until(what: string, test: () => boolean, most_ms = 20_000): Promise<void> {
  const end = Date.now() + most_ms;
  while (!test()) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((r) => setTimeout(r, 20));
  }
}

function parents(): Map<number, number> {
  const found = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((n) => /^\d+$/.test(n))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      found.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch { /* it has just ended */ }
  }
  return found;
}

export function childrenOf(pid: number): number[] {
  return [...parents()].filter(([, parent]) => parent === pid).map(([child]) => child);
}

export function familyOf(pid: number): number[] {
  const all = parents(), family = [pid];
  for (let i = 0; i < family.length; i++) for (const [child, parent] of all) if (parent === family[i]) family.push(child);
  return family;
}

/** Runs the program to its end: code, what it said, and how long it took. */
export async function run(args: string[], env: Record<string, string> = {}): Promise<{ code: number; text: string }> {
  const child = Child.start(binary, args, env);
  await child.closed;
  return { code: child.exitCode!, text: child.output() };
}

/** Settings for a Grafana that Rounds logs in to by a service-account token of the environment. */
export function grafanaSettings(origin: string, credential = '{kind: token, secret_env: TEST_GRAFANA_TOKEN}', more = ''): string {
  return `grafana:\n  - origin: ${origin}\n    credential: ${credential}\n${more}`;
}
