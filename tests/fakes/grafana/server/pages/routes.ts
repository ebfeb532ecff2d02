// Pages: dashboards (both front ends), login, logout, and the redirect that the stealing dashboard uses.
import { cookiesOf } from '../auth/authenticate.js';
import { majorOf } from '../options.js';
import { readBody, redirect, sendHtml, sendJson, type Context, type World } from '../context.js';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorPage, loginPage, shell } from './html.js';

/**
 * `?orgId=` of another organisation: a person is moved there for good and sent again, as Grafana does; a token or a
 * render key belongs to one organisation. Answers true if the request is dealt with.
 */
function changesOrg(ctx: Context): boolean {
  const wanted = Number(ctx.url.searchParams.get('orgId') || 0);
  const { identity, user } = ctx;
  if (!wanted || wanted === identity.orgId || identity.by === 'render') {
    return false;
  }
  if (!user || !user.orgIds.includes(wanted)) {
    sendHtml(ctx.res, 404, errorPage('Not found', 'Not found'));
    return true;
  }
  user.activeOrgId = wanted;
  redirect(ctx.res, `${ctx.rootUrl()}${ctx.path}${ctx.url.search}`);
  return true;
}

export function dashboard(ctx: Context, params: Record<string, string>): void {
  const { faults, options, assets, catalog } = ctx.world;
  if (faults.state.hangPages || changesOrg(ctx)) {
    return;
  }
  if (faults.state.redirectTo) {
    return redirect(ctx.res, faults.state.redirectTo);
  }
  const isLegacy = catalog.find(params['uid']!, ctx.identity.orgId)?.isLegacy ?? options.stack === 'legacy';
  const theme = ctx.url.searchParams.get('theme') === 'light' ? 'light' : 'dark';
  const html = shell({
    options, identity: ctx.identity, rootUrl: ctx.rootUrl(), theme, files: assets.entry(isLegacy ? 'legacy' : 'scenes'),
    faults: faults.state,
  });
  sendHtml(ctx.res, 200, html);
}

export function home(ctx: Context): void {
  const items = ctx.world.catalog
    .dashboardsFor(ctx.identity)
    .map((e) => `<li><a href="${ctx.world.options.subPath}/d/${e.dashboard.uid}">${e.dashboard.title}</a> (${e.dashboard.uid})</li>`);
  sendHtml(ctx.res, 200, `<!DOCTYPE html><html><head><meta charset="utf-8"><title>Grafana</title></head><body><h1>Dashboards</h1><ul>${items.join('')}</ul></body></html>`);
}

export function redirectTo(ctx: Context): void {
  redirect(ctx.res, ctx.url.searchParams.get('to') ?? '/');
}

export function logout(ctx: Context): void {
  ctx.world.auth.closeSession(cookiesOf(ctx.req).get('grafana_session') ?? '');
  redirect(ctx.res, `${ctx.world.options.subPath}/login`, [`grafana_session=; Path=${ctx.world.options.subPath || '/'}; Max-Age=0`]);
}

/** GET and POST /login need no identity, so they are served before anybody is authenticated. */
export async function login(world: World, req: IncomingMessage, res: ServerResponse): Promise<void> {
  if (req.method !== 'POST') {
    return sendHtml(res, 200, loginPage(world.options));
  }
  const text = await readBody(req);
  const isJson = (req.headers['content-type'] ?? '').includes('json');
  const form = isJson ? (JSON.parse(text || '{}') as { user?: string; password?: string }) : Object.fromEntries(new URLSearchParams(text));
  const user = world.auth.checkPassword(form.user ?? '', form.password ?? '');
  if (!user) {
    return isJson
      ? sendJson(res, 401, { message: 'Invalid username or password', messageId: 'password-auth.failed', statusCode: 401 })
      : sendHtml(res, 401, loginPage(world.options, 'Invalid username or password'));
  }
  const path = world.options.subPath || '/';
  const cookies = [
    `grafana_session=${world.auth.openSession(user)}; Path=${path}; Max-Age=2592000; HttpOnly; SameSite=Lax`,
    `grafana_session_expiry=${Math.floor(Date.now() / 1000) + 590}; Path=${path}; Max-Age=2592000; SameSite=Lax`,
    `redirect_to=; Path=${path}; Max-Age=0`,
  ];
  if (isJson) {
    res.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store', 'set-cookie': cookies });
    res.end(JSON.stringify({ message: 'Logged in', redirectUrl: `${world.options.subPath}/` }));
    return;
  }
  redirect(res, cookiesOf(req).get('redirect_to') ?? `${world.options.subPath}/`, cookies);
}

/** Where a page goes when nobody is signed in. */
export function sendToLogin(world: World, req: IncomingMessage, res: ServerResponse): void {
  const sub = world.options.subPath;
  if (world.faults.state.redirectTo) {
    return redirect(res, world.faults.state.redirectTo);
  }
  if (majorOf(world.options.version) >= 12) {
    return redirect(res, `${sub}/login?redirectTo=${encodeURIComponent(req.url ?? '/')}`);
  }
  redirect(res, `${sub}/login`, [`redirect_to=${encodeURIComponent(req.url ?? '/')}; Path=${sub || '/'}; HttpOnly; SameSite=Lax`]);
}
