// One request on its way through, and the ways to answer it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authenticator } from './auth/authenticate.js';
import type { Identity, User } from './auth/identity.js';
import type { Catalog } from './dashboards/catalog.js';
import type { Faults } from './faults.js';
import type { Options } from './options.js';
import type { Recorder } from './record.js';
import type { Assets } from './assets.js';

/** What lives as long as the server. */
export interface World {
  options: Options;
  auth: Authenticator;
  faults: Faults;
  catalog: Catalog;
  recorder: Recorder;
  thief?: Recorder;
  assets: Assets;
  /** What pages found of earlier identities (option --traces), as they told it. */
  traces: unknown[];
}

export class Context {
  /** Path without the sub-path, decoded by segment only where matched. */
  readonly path: string;

  constructor(
    readonly world: World,
    readonly req: IncomingMessage,
    readonly res: ServerResponse,
    readonly url: URL,
    readonly identity: Identity,
    readonly user?: User
  ) {
    this.path = url.pathname.slice(world.options.subPath.length);
  }

  json(status: number, body: unknown): void {
    sendJson(this.res, status, body);
  }

  message(status: number, message: string): void {
    this.json(status, { message });
  }

  async body<T>(): Promise<T> {
    return JSON.parse((await readBody(this.req)) || '{}') as T;
  }

  /** The root as the browser sees it, with the sub-path and without a slash at the end. */
  rootUrl(): string {
    return rootUrlOf(this.world.options, this.req);
  }
}

export function rootUrlOf(options: Options, req: IncomingMessage): string {
  if (options.rootUrl) {
    return options.rootUrl;
  }
  const scheme = options.tlsCert ? 'https' : 'http';
  return `${scheme}://${req.headers.host ?? '127.0.0.1'}${options.subPath}`;
}

export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  if (res.headersSent || res.destroyed) {
    return;
  }
  res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  res.end(JSON.stringify(body));
}

export function sendHtml(res: ServerResponse, status: number, html: string, headers: Record<string, string> = {}): void {
  if (res.headersSent || res.destroyed) {
    return;
  }
  res.writeHead(status, { 'content-type': 'text/html; charset=UTF-8', 'cache-control': 'no-store', ...headers });
  res.end(html);
}

export function redirect(res: ServerResponse, location: string, cookies: string[] = []): void {
  res.writeHead(302, { location, 'cache-control': 'no-store', ...(cookies.length ? { 'set-cookie': cookies } : {}) });
  res.end();
}

const BODY_MAX = 16 << 20;

export async function readBody(req: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of req as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > BODY_MAX) {
      throw new Error('request body is too large');
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

export const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
