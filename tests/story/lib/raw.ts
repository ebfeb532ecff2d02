// Bytes to a server and its answer's bytes, for requests that no decent client would send.
import { connect, Socket } from 'node:net';
import { once } from 'node:events';

export class Raw {
  received = '';
  readonly closed: Promise<unknown>;

  private constructor(readonly socket: Socket) {
    socket.on('data', (data) => { this.received += data.toString('latin1'); });
    socket.on('error', () => {});
    this.closed = once(socket, 'close');
  }

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
      if (this.socket.destroyed || this.socket.readableEnded) throw new Error(`closed without an answer: ${this.received}`);
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'end'), this.closed]);
    }
    return Number(this.received.split(' ')[1]);
  }

  drop() { this.socket.destroy(); }
}
