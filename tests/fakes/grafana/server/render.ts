// /render/*: what Grafana does when somebody asks it for a picture. It makes a key, asks the renderer, drops the key.
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { sendHtml, type Context } from './context.js';
import { errorPage } from './pages/html.js';
import { majorOf, type Options } from './options.js';

const TIMEOUT_FACTOR = 2;

interface Asked {
  widthPx: number;
  heightPx: number;
  timeoutS: number;
  scale: number;
  timezone: string;
  encoding: string;
}

function integerOf(text: string | null, fallback: number): number {
  if (text === null || text === '') {
    return fallback;
  }
  if (!/^-?\d+$/.test(text)) {
    throw new Error(`'${text}' is no integer`);
  }
  return Number(text);
}

function askedOf(query: URLSearchParams, major: number): Asked {
  const scale = Number(query.get('scale') ?? 1);
  return {
    widthPx: integerOf(query.get('width'), major >= 11 ? 1000 : 800),
    heightPx: integerOf(query.get('height'), major >= 11 ? 500 : 400),
    timeoutS: integerOf(query.get('timeout'), 60),
    scale: Number.isFinite(scale) && scale !== 0 ? scale : 1,
    timezone: query.get('tz') ?? '',
    encoding: query.get('encoding') ?? '',
  };
}

/** `UTC+02:00` as people write it → `UTC-02:00` as POSIX means it; everything else stays. */
export function posixZone(tz: string): string {
  return /^UTC\+/.test(tz) ? tz.replace('UTC+', 'UTC-') : /^UTC-/.test(tz) ? tz.replace('UTC-', 'UTC+') : tz;
}

/** As Go's url.Values.Encode: sorted by key, spaces as `+`, everything else percent-encoded. */
export function goEncode(values: Record<string, string>): string {
  const escape = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase()).replace(/%20/g, '+');
  return Object.keys(values).sort().map((key) => `${escape(key)}=${escape(values[key]!)}`).join('&');
}

function rendererQuery(ctx: Context, rest: string, asked: Asked, renderKey: string): Record<string, string> {
  const { options } = ctx.world;
  const major = majorOf(options.version);
  const callback = (options.callbackUrl ?? ctx.rootUrl()).replace(/\/*$/, '/');
  const query: Record<string, string> = {
    url: `${callback}${rest}?${ctx.url.search.slice(1)}&render=1`,
    renderKey,
    domain: new URL(callback).hostname.replace(/^\[|\]$/g, ''),
    timezone: posixZone(asked.timezone),
    encoding: major >= 11 ? asked.encoding || 'png' : asked.encoding,
    timeout: String(asked.timeoutS),
    deviceScaleFactor: asked.scale.toFixed(6),
  };
  if (major < 11 || query['encoding'] === 'png') {
    query['width'] = String(asked.widthPx);
    query['height'] = String(asked.heightPx);
  }
  return query;
}

function headersFor(ctx: Context, query: Record<string, string>): Record<string, string | string[]> {
  const { options } = ctx.world;
  const language = ctx.req.headers['accept-language'];
  return {
    'X-Auth-Token': options.rendererToken,
    'User-Agent': `Grafana/${options.version}`,
    ...(language && { 'Accept-Language': language }),
    ...(majorOf(options.version) >= 12 && { 'X-Tenant-ID': query['domain']! }),
  };
}

/** Asks the renderer; resolves with its answer once the headers are there. */
function ask(address: string, headers: Record<string, string | string[]>, timeoutMs: number, signal: AbortSignal): Promise<IncomingMessage> {
  const send = address.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((done, fail) => {
    const req = send(address, { headers, timeout: timeoutMs, signal, rejectUnauthorized: false }, done);
    req.on('timeout', () => req.destroy(new Error('timeout')));
    req.on('error', fail);
    req.end();
  });
}

async function bytesOf(answer: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of answer as AsyncIterable<Buffer>) {
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const failed = (ctx: Context, why: string) => sendHtml(ctx.res, 500, errorPage('Rendering failed.', why));

export async function renderRequest(ctx: Context, params: Record<string, string>): Promise<void> {
  const { options, auth } = ctx.world;
  if (params['rest'] === 'version') {
    return rendererVersion(ctx);
  }
  if (!options.rendererUrl) {
    return failed(ctx, 'No image renderer available/installed');
  }
  const { identity } = ctx;
  let asked: Asked;
  try {
    asked = askedOf(ctx.url.searchParams, majorOf(options.version));
  } catch (err) {
    return sendHtml(ctx.res, 400, errorPage('Render parameters error', String(err)));
  }
  const renderKey = await auth.renderKeys.add({ orgId: identity.orgId, userId: identity.userId, role: identity.role });
  const gone = new AbortController();
  ctx.res.on('close', () => gone.abort());
  try {
    const query = rendererQuery(ctx, params['rest']!, asked, renderKey);
    const separator = options.rendererUrl.includes('?') ? '&' : '?';
    const address = `${options.rendererUrl}${separator}${goEncode(query)}`;
    const answer = await ask(address, headersFor(ctx, query), asked.timeoutS * 1000 * TIMEOUT_FACTOR, gone.signal);
    await pass(ctx, options, answer, query['encoding']!);
  } catch (err) {
    failed(ctx, (err as Error).message === 'timeout' ? 'timeout error - you can set timeout in seconds with &timeout url parameter' : 'remote rendering request failed');
  } finally {
    auth.renderKeys.drop(renderKey);
  }
}

async function pass(ctx: Context, options: Options, answer: IncomingMessage, encoding: string): Promise<void> {
  const major = majorOf(options.version);
  if (answer.statusCode === 429 && major >= 12) {
    answer.resume();
    return ctx.message(429, 'Too many rendering requests');
  }
  if (answer.statusCode !== 200) {
    answer.resume();
    return failed(ctx, `remote rendering request failed, status code: ${answer.statusCode}, status: ${answer.statusMessage}`);
  }
  const body = await bytesOf(answer);
  ctx.res.writeHead(200, { 'content-type': encoding === 'pdf' ? 'application/pdf' : 'image/png', 'content-length': body.length, 'cache-control': 'private' });
  ctx.res.end(body);
}

/** The probe of the renderer's version, on demand: GET /render/version. */
async function rendererVersion(ctx: Context): Promise<void> {
  const { options } = ctx.world;
  if (!options.rendererUrl) {
    return ctx.message(404, 'no renderer is configured');
  }
  const headers = { 'X-Auth-Token': options.rendererToken, 'User-Agent': `Grafana/${options.version}` };
  try {
    const answer = await ask(`${options.rendererUrl}/version`, headers, 30_000, new AbortController().signal);
    const text = (await bytesOf(answer)).toString('utf8');
    if (answer.statusCode === 404) {
      return ctx.json(200, { version: '1.0.0' });
    }
    ctx.json(answer.statusCode === 200 ? 200 : 502, answer.statusCode === 200 ? JSON.parse(text) : { message: `status ${answer.statusCode}` });
  } catch (err) {
    ctx.message(502, (err as Error).message);
  }
}
