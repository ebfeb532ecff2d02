// /apis/dashboard.grafana.app: which versions there are, and dashboards in the v1 and the v2 schema.
import type { Context } from '../context.js';
import { slugOf } from '../dashboards/catalog.js';
import type { Entry } from '../dashboards/model.js';
import { toV2Spec } from '../dashboards/v2.js';
import { majorOf } from '../options.js';
import { entryOr, versionOf } from './dashboards.js';

const GROUP = 'dashboard.grafana.app';

function versionsOf(version: string): string[] {
  const major = majorOf(version);
  if (major >= 13) {
    return ['v2', 'v2beta1', 'v2alpha1', 'v1', 'v1beta1', 'v0alpha1'];
  }
  return major === 12 ? ['v1beta1', 'v0alpha1', 'v2alpha1'] : [];
}

function isServed(ctx: Context, version: string | undefined): boolean {
  if (version && versionsOf(ctx.world.options.version).includes(version)) {
    return true;
  }
  ctx.json(404, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'the server could not find the requested resource', reason: 'NotFound', code: 404 });
  return false;
}

export function group(ctx: Context): void {
  const versions = versionsOf(ctx.world.options.version);
  if (!versions.length) {
    return ctx.message(404, 'Not found');
  }
  const named = versions.map((version) => ({ groupVersion: `${GROUP}/${version}`, version }));
  ctx.json(200, { kind: 'APIGroup', apiVersion: 'v1', name: GROUP, versions: named, preferredVersion: named[0] });
}

function resourceOf(ctx: Context, entry: Entry, version: string): Record<string, unknown> {
  const isV2 = version.startsWith('v2');
  return {
    kind: 'Dashboard',
    apiVersion: `${GROUP}/${version}`,
    metadata: {
      name: entry.dashboard.uid,
      namespace: ctx.identity.orgId === 1 ? 'default' : `org-${ctx.identity.orgId}`,
      uid: `k8s-${entry.dashboard.uid}`,
      resourceVersion: String(1000 + versionOf(ctx, entry)),
      generation: versionOf(ctx, entry),
      creationTimestamp: '2024-01-01T00:00:00Z',
      labels: {},
      annotations: { 'grafana.app/folder': entry.folderUid, 'grafana.app/updatedBy': 'user:u1' },
    },
    spec: isV2 ? toV2Spec(entry.dashboard) : entry.dashboard,
    status: {},
  };
}

export function list(ctx: Context, params: Record<string, string>): void {
  if (!isServed(ctx, params['version'])) {
    return;
  }
  const all = ctx.world.catalog.dashboardsFor(ctx.identity);
  const limit = Number(ctx.url.searchParams.get('limit') || 500);
  const start = Number(ctx.url.searchParams.get('continue') || 0);
  const end = start + limit;
  ctx.json(200, {
    kind: 'DashboardList',
    apiVersion: `${GROUP}/${params['version']}`,
    metadata: { resourceVersion: '1', ...(end < all.length && { continue: String(end) }) },
    items: all.slice(start, end).map((e) => resourceOf(ctx, e, params['version']!)),
  });
}

export async function get(ctx: Context, params: Record<string, string>): Promise<void> {
  if (!isServed(ctx, params['version'])) {
    return;
  }
  const entry = await entryOr(ctx, params['uid']!);
  if (entry) {
    ctx.json(200, resourceOf(ctx, entry, params['version']!));
  }
}

export async function dto(ctx: Context, params: Record<string, string>): Promise<void> {
  if (!isServed(ctx, params['version'])) {
    return;
  }
  const entry = await entryOr(ctx, params['uid']!);
  if (entry) {
    const slug = slugOf(entry.dashboard.title);
    const url = `${ctx.world.options.subPath}/d/${entry.dashboard.uid}/${slug}`;
    ctx.json(200, { ...resourceOf(ctx, entry, params['version']!), kind: 'DashboardWithAccessInfo', access: { slug, url, canView: true, canEdit: ctx.identity.role !== 'Viewer', canSave: false, canDelete: false } });
  }
}
