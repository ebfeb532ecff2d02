// Bytes to a server and its answer's bytes, for requests that no decent client would send.
import { connect, Socket } from 'node:net';
import { once } from 'node:events';

export class Raw {
  received = '';
  readonly closed: Promise<unknown>; // by either side, orderly or not
  private isOver = false; // nothing more will come
  private waiters: (() => void)[] = [];

  private constructor(readonly socket: Socket) {
    const over = () => { this.isOver = true; this.wake(); };
    socket.on('data', (data) => { this.received += data.toString('latin1'); this.wake(); });
    socket.on('error', () => {}); // its close tells
    socket.on('end', over);
    this.closed = new Promise<void>((done) => socket.on('close', () => { over(); done(); }));
  }

  private wake() { for (const w of this.waiters.splice(0)) w(); }

  static async open(url: string): Promise<Raw> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), allowHalfOpen: true });
    await once(socket, 'connect');
    return new Raw(socket);
  }

  send(text: string) { this.socket.write(text); return this; }

  /** Resolves when an answer's head has come, with its status. */
  async status(): Promise<number> {
    while (!this.received.includes('\r\n\r\n')) {
      if (this.isOver) throw new Error(`closed without an answer: ${this.received}`);
      await new Promise<void>((done) => this.waiters.push(done));
    }
    return Number(this.received.split(' ')[1]);
  }

  drop() { this.socket.destroy(); }
}
