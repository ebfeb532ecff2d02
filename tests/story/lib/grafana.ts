// The stand-in Grafana of tests/fakes/grafana, and what its data must look like.
import { fileURLToPath } from 'node:url';
import { Child } from './process.js';

const server = fileURLToPath(new URL('../../fakes/grafana/dist/server.js', import.meta.url));
export const viewerToken = 'glsa_StandInViewerTokenForOrgOne01_5f3a9c21';
export const adminToken = 'glsa_StandInAdminTokenForOrgOne001_7d20be44';

export interface Seen {
  requests: Request[];
  thief: Request[];
}
interface Request {
  method: string; host: string; path: string; query: string; headers: string[];
  secrets: Record<string, string>; cookies: Record<string, string>; status: number; by: string;
}

export class Grafana {
  private constructor(readonly child: Child, readonly url: string, readonly thief: string) {}

  static async start(...options: string[]): Promise<Grafana> {
    const child = Child.start(process.execPath, [server, '--port', '0', '--thief-port', '0', ...options]);
    const said = JSON.parse(await child.line((l) => l.startsWith('{"listening"')));
    return new Grafana(child, said.listening, said.thief);
  }

  async hook(path: string, body: unknown = {}): Promise<any> {
    const answer = await fetch(`${this.url}/__test/${path}`, { method: 'POST', body: JSON.stringify(body) });
    return answer.headers.get('content-type')?.includes('json') ? answer.json() : answer.text();
  }

  async seen(): Promise<Seen> { return (await fetch(`${this.url}/__test/requests`)).json() as Promise<Seen>; }
  faults(faults: object) { return this.hook('faults', faults); }
  reset() { return this.hook('reset'); }
  async renderKey(who: object = {}): Promise<string> { return (await this.hook('renderkey', who)).renderKey; }
  get port(): string { return new URL(this.url).port; }
  stop() { return this.child.stop(); }
}

export function fnv(text: string): number {
  let h = 0x811c9dc5;
  for (const byte of Buffer.from(text)) h = Math.imul(h ^ byte, 0x01000193) >>> 0;
  return h;
}

/** The colour of the square that says: this panel's data, of this window. */
export function stampColour(seed: string, from: number, to: number): string {
  return '#' + (fnv(`${seed}/${from}/${to}`) & 0xffffff).toString(16).padStart(6, '0');
}
