// From a request to its route: record, faults, what needs no identity, who asks, the route's handler.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Context, sendHtml, sendJson, wait, type World } from './context.js';
import { testHook } from './hooks.js';
import { errorPage } from './pages/html.js';
import { login, sendToLogin } from './pages/routes.js';
import { majorOf } from './options.js';
import { findRoute } from './routes.js';
import type { RecordedRequest } from './record.js';

function isApi(path: string): boolean {
  return path.startsWith('/api/') || path.startsWith('/apis/');
}

function refuse(world: World, req: IncomingMessage, res: ServerResponse, path: string): void {
  if (!isApi(path)) {
    return sendToLogin(world, req, res);
  }
  const more = majorOf(world.options.version) >= 11 ? { extra: null, messageId: 'auth.unauthorized', statusCode: 401, traceID: '' } : {};
  sendJson(res, 401, { message: 'Unauthorized', ...more });
}

/** True if a path fault ended the request. */
async function meetsPathFault(world: World, req: IncomingMessage, res: ServerResponse, path: string): Promise<boolean> {
  const fault = world.faults.path(path);
  if (!fault) {
    return false;
  }
  if (fault.delayMs) {
    await wait(fault.delayMs);
  }
  if (fault.hang) {
    return true;
  }
  if (fault.abort) {
    req.socket.destroy();
    return true;
  }
  if (fault.status) {
    Object.entries(fault.headers ?? {}).forEach(([name, value]) => res.setHeader(name, value));
    sendJson(res, fault.status, { message: fault.message ?? 'injected failure' });
    return true;
  }
  return false;
}

function health(world: World, res: ServerResponse): void {
  sendJson(res, 200, { database: 'ok', version: world.options.version, commit: '0000000000' });
}

/** Paths that ask for no identity. True if the request was one of them. */
async function servesOpenly(world: World, req: IncomingMessage, res: ServerResponse, path: string): Promise<boolean> {
  if (path.startsWith('/__test/')) {
    await testHook(world, req, res, path);
  } else if (path === '/api/health') {
    health(world, res);
  } else if (path === '/login') {
    await login(world, req, res);
  } else if (path.startsWith('/public/')) {
    if (world.faults.state.slowAssetsMs) {
      await wait(world.faults.state.slowAssetsMs);
    }
    if (!world.assets.send(res, path.slice('/public/'.length), req.method === 'HEAD')) {
      sendHtml(res, 404, errorPage('Not found', path));
    }
  } else if (path === '/robots.txt' || path === '/favicon.ico') {
    res.writeHead(404).end();
  } else {
    return false;
  }
  return true;
}

async function serve(world: World, req: IncomingMessage, res: ServerResponse, url: URL, entry: RecordedRequest): Promise<void> {
  const { subPath } = world.options;
  if (!`${url.pathname}/`.startsWith(`${subPath}/`)) {
    return sendHtml(res, 404, errorPage('Not found', url.pathname));
  }
  const path = url.pathname.slice(subPath.length) || '/';
  if (!path.startsWith('/__test/') && (await meetsPathFault(world, req, res, path))) {
    return;
  }
  if (await servesOpenly(world, req, res, path)) {
    return;
  }
  const result = await world.auth.authenticate(req, url);
  if ('refusal' in result) {
    return sendJson(res, result.refusal.status, { message: result.refusal.message });
  }
  if (!result.identity) {
    return refuse(world, req, res, path);
  }
  entry.by = result.identity.by;
  const found = findRoute(req.method === 'HEAD' ? 'GET' : (req.method ?? 'GET'), path);
  if (!found) {
    return isApi(path) ? sendJson(res, 404, { message: 'Not found' }) : sendHtml(res, 404, errorPage('Page not found', path));
  }
  await found.route.handler(new Context(world, req, res, url, result.identity, result.user), found.params);
}

export async function handle(world: World, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const isHook = (req.url ?? '').includes('/__test/');
  const entry = world.recorder.add(req, isHook);
  res.on('close', () => {
    entry.status = res.headersSent ? res.statusCode : 0;
  });
  try {
    await serve(world, req, res, new URL(req.url ?? '/', `http://${req.headers.host ?? 'localhost'}`), entry);
  } catch (err) {
    sendJson(res, err instanceof SyntaxError ? 400 : 500, { message: (err as Error).message });
  }
}
