// POST /api/ds/query: frames, and all the ways in which a query can go wrong.
import { wait, type Context } from '../context.js';
import { framesOf, type Frame, type Target } from '../data/frames.js';
import { TROUBLE } from '../dashboards/troubled.js';
import type { PanelFault } from '../faults.js';

interface QueryBody {
  queries: Target[];
  from: string;
  to: string;
}

interface RefResult {
  status: number;
  frames: Frame[];
  error?: string;
  errorSource?: string;
}

const SLOW_MS = 3000;
const ERROR_TEXT = 'connection to database refused: 数据源不可用';

function troubleOf(t: Target): PanelFault | undefined {
  const seed = t.seed ?? '';
  const named = (Object.keys(TROUBLE) as (keyof typeof TROUBLE)[]).find((k) => seed.startsWith(TROUBLE[k] + '/'));
  switch (named) {
    case 'error':
      return { error: ERROR_TEXT };
    case 'noData':
      return { noData: true };
    case 'slow':
      return { delayMs: SLOW_MS };
    case 'hang':
      return { hang: true };
    case 'abort':
      return { abort: true };
    default:
      return undefined;
  }
}

function answerOne(t: Target, from: number, to: number, fault: PanelFault | undefined): RefResult {
  if (fault?.error) {
    return { status: 400, frames: [], error: fault.error, errorSource: 'downstream' };
  }
  if (fault?.noData) {
    return { status: 200, frames: [] };
  }
  const frames = framesOf(t, from, to, { surge: fault?.surge, hole: fault?.hole });
  if (t.seed?.startsWith(TROUBLE.stream)) {
    frames.forEach((f) => Object.assign(f.schema.meta!['custom']!, { isStream: true }));
  }
  return { status: 200, frames };
}

/** A panel of which one of two queries fails: its second ref. */
function withRefError(targets: Target[], results: Record<string, RefResult>): void {
  if (targets.some((t) => t.seed?.startsWith(TROUBLE.refError))) {
    results['B'] = { status: 400, frames: [], error: 'ref B: syntax error', errorSource: 'downstream' };
  }
}

export async function query(ctx: Context): Promise<void> {
  const body = await ctx.body<Partial<QueryBody>>();
  const targets = body.queries ?? [];
  const from = Number(body.from);
  const to = Number(body.to);
  if (!targets.length) {
    return ctx.message(400, 'no queries found');
  }
  if (!Number.isFinite(from) || !Number.isFinite(to)) {
    return ctx.message(400, 'Query data error: invalid time range');
  }
  const { faults } = ctx.world;
  const header = (name: string) => String(ctx.req.headers[name] ?? '');
  const fault = faults.panel(header('x-dashboard-uid'), header('x-panel-id')) ?? troubleOf(targets[0]!);
  const delayMs = fault?.delayMs ?? faults.drawQueryDelayMs();
  if (delayMs > 0) {
    await wait(delayMs);
  }
  if (fault?.hang) {
    return;
  }
  if (fault?.abort) {
    ctx.req.socket.destroy();
    return;
  }
  if (fault?.status && !fault.error) {
    return ctx.message(fault.status, fault.status === 403 ? 'Access denied' : 'An error occurred within the plugin');
  }
  const results: Record<string, RefResult> = {};
  for (const t of targets) {
    results[t.refId] = answerOne(t, from, to, fault);
  }
  withRefError(targets, results);
  const hasFailed = Object.values(results).some((r) => r.error);
  ctx.json(fault?.status ?? (hasFailed ? 400 : 200), { results });
}

export function annotations(ctx: Context): void {
  ctx.json(200, []);
}

export function alertRules(ctx: Context): void {
  ctx.json(200, { status: 'success', data: { groups: [] } });
}
