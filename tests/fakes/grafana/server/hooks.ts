// /__test/*: for tests only, open to whoever reaches the port.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Role } from './options.js';
import type { FaultState } from './faults.js';
import { readBody, sendJson, type World } from './context.js';

interface KeyWish {
  orgId?: number;
  userId?: number;
  role?: Role;
  /** A random key in JWT mode too. */
  isRandom?: boolean;
}

export async function testHook(world: World, req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
  const body = req.method === 'POST' ? JSON.parse((await readBody(req)) || '{}') : {};
  switch (`${req.method} ${path}`) {
    case 'GET /__test/faults':
      return sendJson(res, 200, world.faults.state);
    case 'POST /__test/faults':
      world.faults.set(body as Partial<FaultState>);
      return sendJson(res, 200, world.faults.state);
    case 'POST /__test/reset':
      world.faults.reset();
      world.auth.reset();
      world.recorder.clear();
      world.thief?.clear();
      world.traces = [];
      return sendJson(res, 200, {});
    case 'GET /__test/traces':
      return sendJson(res, 200, { traces: world.traces });
    case 'GET /__test/requests':
      return sendJson(res, 200, { requests: world.recorder.list(), thief: world.thief?.list() ?? [] });
    case 'POST /__test/requests/clear':
      world.recorder.clear();
      world.thief?.clear();
      return sendJson(res, 200, {});
    case 'POST /__test/renderkey': {
      const wish = body as KeyWish;
      const user = { orgId: wish.orgId ?? 1, userId: wish.userId ?? 1, role: wish.role ?? 'Viewer' };
      const keys = world.auth.renderKeys;
      return sendJson(res, 200, { renderKey: wish.isRandom ? keys.remember(user) : await keys.add(user) });
    }
    case 'POST /__test/renderkey/drop':
      return sendJson(res, 200, { dropped: world.auth.renderKeys.drop((body as { renderKey: string }).renderKey) });
    default:
      return sendJson(res, 404, { message: `no such hook: ${req.method} ${path}` });
  }
}
