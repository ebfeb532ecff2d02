// A server for each file of tests, with empty pages: what is asked here needs no build.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { ADMIN_TOKEN, BRANCH_TOKEN, parseOptions, VIEWER_TOKEN } from '../server/options.js';
import { start, type Running } from '../server/start.js';

const made: string[] = [];
afterAll(() => {
  for (const dir of made.splice(0)) {
    rmSync(dir, { recursive: true, force: true });
  }
});

function emptyPages(): string {
  const dir = mkdtempSync(join(tmpdir(), 'stand-in-'));
  made.push(dir);
  mkdirSync(join(dir, 'build', '.vite'), { recursive: true });
  mkdirSync(join(dir, 'build', 'assets'));
  writeFileSync(join(dir, 'build', 'assets', 'scenes-1.js'), '');
  const chunk = (name: string) => ({ file: `assets/${name}-1.js`, isEntry: true });
  writeFileSync(
    join(dir, 'build', '.vite', 'manifest.json'),
    JSON.stringify({ 'page/scenes/main.tsx': chunk('scenes'), 'page/legacy/main.ts': chunk('legacy') })
  );
  return dir;
}

export const startServer = (...argv: string[]): Promise<Running> => start(parseOptions(argv, emptyPages()));

export const viewer = { authorization: `Bearer ${VIEWER_TOKEN}` };
export const admin = { authorization: `Bearer ${ADMIN_TOKEN}` };
export const branch = { authorization: `Bearer ${BRANCH_TOKEN}` };
export const basic = (login: string, password: string) => ({ authorization: `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}` });

export interface Answer {
  status: number;
  body: any;
  text: string;
  headers: Headers;
}

export async function get(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  return answerOf(await fetch(url, { headers, redirect: 'manual' }));
}

export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return answerOf(
    await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body), redirect: 'manual' })
  );
}

async function answerOf(res: Response): Promise<Answer> {
  const text = await res.text();
  const isJson = (res.headers.get('content-type') ?? '').includes('json');
  return { status: res.status, text, body: isJson ? JSON.parse(text) : undefined, headers: res.headers };
}

export interface Listener {
  url: string;
  stop: () => void;
}

/** A plain server of the test's own: a key set, a renderer. */
export async function listen(handler: (req: IncomingMessage, res: ServerResponse) => void): Promise<Listener> {
  const server: Server = createServer(handler);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
