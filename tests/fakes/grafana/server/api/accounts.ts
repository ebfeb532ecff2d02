// Who am I, where am I, what may I.
import type { Context } from '../context.js';
import { ORGS } from '../auth/identity.js';

export function org(ctx: Context): void {
  ctx.json(200, { id: ctx.identity.orgId, name: ctx.identity.orgName, address: {} });
}

export function preferences(ctx: Context): void {
  ctx.json(200, { timezone: '', theme: '', homeDashboardUID: '', weekStart: '', language: '' });
}

export function user(ctx: Context): void {
  const who = ctx.identity;
  if (!ctx.user) {
    return ctx.message(404, 'user not found');
  }
  ctx.json(200, {
    id: who.userId,
    uid: `u${who.userId}`,
    email: who.email,
    name: who.name,
    login: who.login,
    theme: '',
    orgId: who.orgId,
    isGrafanaAdmin: who.role === 'Admin',
    isDisabled: false,
    isExternal: false,
    authLabels: [],
  });
}

export function userOrgs(ctx: Context): void {
  const role = ctx.identity.role;
  ctx.json(200, ctx.identity.orgIds.map((orgId) => ({ orgId, name: ORGS[orgId], role })));
}

export function useOrg(ctx: Context, params: Record<string, string>): void {
  const orgId = Number(params['orgId']);
  if (!ctx.user || !ctx.user.orgIds.includes(orgId)) {
    return ctx.message(401, 'Not a valid organization');
  }
  ctx.user.activeOrgId = orgId;
  ctx.message(200, 'Active organization changed');
}

export function permissions(ctx: Context): void {
  const all: Record<string, string[]> = {
    'dashboards:read': ctx.identity.role === 'Admin' ? ['dashboards:*', 'folders:*'] : ['folders:uid:core', 'folders:uid:infra', 'folders:uid:lab'],
    'folders:read': ['folders:*'],
    'datasources:query': ['datasources:uid:stand-in'],
    'annotations:read': ['annotations:*'],
  };
  if (ctx.identity.role === 'Admin') {
    all['datasources:read'] = ['datasources:*'];
    all['dashboards:write'] = ['dashboards:*', 'folders:*'];
    all['datasources:write'] = ['datasources:*'];
    all['org.users:write'] = ['users:*'];
  }
  ctx.json(200, all);
}

/** Option --traces: a page tells what it found in its browser. */
export async function addTraces(ctx: Context): Promise<void> {
  ctx.world.traces.push(await ctx.body<unknown>());
  ctx.json(200, {});
}
