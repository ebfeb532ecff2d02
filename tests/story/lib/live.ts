// A stream of server-sent events: what came, and waiting for what comes.
import { Caller } from './api.js';

export interface LiveEvent { name: string; data: any; id?: string }

export class Live {
  readonly events: LiveEvent[] = [];
  isOver = false;
  private waiters: (() => void)[] = [];

  private constructor(private readonly end: AbortController, readonly type: string) {}

  static async open(caller: Caller, path: string, headers: Record<string, string> = {}): Promise<Live> {
    const end = new AbortController();
    const who: Record<string, string> = caller.token ? { Authorization: `Bearer ${caller.token}` } : { Cookie: caller.cookie };
    const answer = await fetch(`${caller.rounds.url}/api/v1${path}`, { headers: { ...who, ...headers }, signal: end.signal });
    if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
    const live = new Live(end, answer.headers.get('content-type') ?? '');
    void live.read(answer.body!);
    return live;
  }

  private async read(body: ReadableStream<Uint8Array>) {
    const decoder = new TextDecoder();
    let text = '';
    try {
      for await (const piece of body as any) {
        text += decoder.decode(piece, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) this.take(block);
      }
    } catch { /* closed by us, or cut */ }
    this.isOver = true;
    this.wake();
  }

  private take(block: string) {
    const fields = Object.fromEntries(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
    if (!fields.event) return;
    this.events.push({ name: fields.event, data: JSON.parse(fields.data ?? 'null'), ...(fields.id ? { id: fields.id } : {}) });
    this.wake();
  }

  private wake() { for (const w of this.waiters.splice(0)) w(); }

  /** The first event, old or new, that passes the test; rejects when the stream ends without it. */
  async until(test: (e: LiveEvent) => boolean): Promise<LiveEvent> {
    for (let seen = 0; ; ) {
      for (; seen < this.events.length; seen++) if (test(this.events[seen]!)) return this.events[seen]!;
      if (this.isOver) throw new Error(`the stream ended; it told ${JSON.stringify(this.events.slice(-3))}`);
      await new Promise<void>((done) => this.waiters.push(done));
    }
  }

  of(name: string) { return this.events.filter((e) => e.name === name).map((e) => e.data); }
  close() { this.end.abort(); }
}
