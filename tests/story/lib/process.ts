// A child process with its output kept, a way to await a line of it, and an orderly end.
import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

export class Child {
  readonly lines: string[] = [];
  private readonly rests = new Map<Readable, string>(); // of each stream, what has no line end yet
  private waiters: { test: (line: string) => boolean; done: (line: string) => void }[] = [];
  exitCode: number | null = null;
  exited: Promise<unknown>;
  closed: Promise<unknown>; // ended, and all of its output is here

  private constructor(readonly process: ChildProcess) {
    for (const stream of [process.stdout, process.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => this.take(stream, text));
    this.closed = once(process, 'close');
    this.exited = once(process, 'exit').then(([code]) => { this.exitCode = code ?? -1; });
  }

  static start(command: string, args: string[], env: Record<string, string> = {}): Child {
    return new Child(spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  private take(stream: Readable, text: string) {
    const parts = ((this.rests.get(stream) ?? '') + text).split('\n');
    this.rests.set(stream, parts.pop() ?? '');
    for (const line of parts) {
      this.lines.push(line);
      for (const w of this.waiters.filter((x) => x.test(line))) w.done(line);
    }
  }

  /** The first line, old or new, that passes the test; rejects when the process ends without it. */
  async line(test: (line: string) => boolean): Promise<string> {
    const old = this.lines.find(test);
    if (old !== undefined) return old;
    const seen = new Promise<string>((done) => this.waiters.push({ test, done }));
    const ended = Promise.all([this.exited, this.closed]).then(() => {
      throw new Error(`the process ended (${this.exitCode}) before the line came:\n${this.output()}`);
    });
    return Promise.race([seen, ended]);
  }

  output(): string { return [...this.lines, ...this.rests.values()].join('\n'); }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    if (this.exitCode === null) this.process.kill(signal);
    await this.exited;
    return this.exitCode!;
  }
}
