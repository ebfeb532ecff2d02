// A small web server of the test's own: pages that tell the server what they see, or misbehave.
import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';

type Handler = (req: IncomingMessage, res: ServerResponse, url: URL) => void;

export class Site {
  readonly requests: { path: string; query: URLSearchParams; headers: IncomingMessage['headers'] }[] = [];
  private readonly sockets = new Set<Socket>();
  private waiters: { path: string; done: () => void }[] = [];

  private constructor(private readonly server: Server, readonly url: string) {}

  static async start(pages: Record<string, Handler | string>, host = '127.0.0.1'): Promise<Site> {
    const server = createServer({ maxHeaderSize: 256 * 1024 }).listen(0, host);
    await once(server, 'listening');
    const { port, family, address } = server.address() as AddressInfo;
    const site = new Site(server, `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`);
    server.on('connection', (socket) => { site.sockets.add(socket); socket.on('close', () => site.sockets.delete(socket)); });
    server.on('request', (req, res) => site.answer(pages, req, res));
    return site;
  }

  private answer(pages: Record<string, Handler | string>, req: IncomingMessage, res: ServerResponse) {
    const url = new URL(req.url!, this.url);
    this.requests.push({ path: url.pathname, query: url.searchParams, headers: req.headers });
    for (const w of this.waiters.filter((x) => x.path === url.pathname)) w.done();
    const page = pages[url.pathname];
    if (typeof page === 'function') return page(req, res, url);
    res.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    res.end(page ?? 'nothing here');
  }

  /** Resolves at the next request of this path, or at once if there was one. */
  async asked(path: string): Promise<void> {
    if (this.requests.some((r) => r.path === path)) return;
    await new Promise<void>((done) => this.waiters.push({ path, done }));
  }

  async stop() {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}
