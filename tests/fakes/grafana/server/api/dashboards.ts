// A dashboard's JSON, with the refusals that Grafana gives.
import { wait, type Context } from '../context.js';
import { FOLDERS, slugOf } from '../dashboards/catalog.js';
import { LIBRARY } from '../dashboards/business.js';
import type { Entry, Panel } from '../dashboards/model.js';

/** The entry, or undefined when an answer was already given. */
export async function entryOr(ctx: Context, uid: string): Promise<Entry | undefined> {
  const fault = ctx.world.faults.state.dashboards[uid];
  if (fault?.delayMs) {
    await wait(fault.delayMs);
  }
  if (fault?.status) {
    const said = fault.status === 403 ? 'Access denied' : fault.status === 404 ? 'Dashboard not found' : 'Internal server error';
    ctx.message(fault.status, said);
    return undefined;
  }
  const entry = fault?.deleted ? undefined : ctx.world.catalog.find(uid, ctx.identity.orgId);
  if (!entry) {
    ctx.message(404, 'Dashboard not found');
    return undefined;
  }
  if (!ctx.world.catalog.canSee(entry, ctx.identity)) {
    ctx.json(403, {
      accessErrorId: 'ACE0000000001',
      message: "You'll need additional permissions to perform this action. Permissions needed: dashboards:read",
      title: 'Access denied',
    });
    return undefined;
  }
  return fault?.without ? { ...entry, dashboard: { ...entry.dashboard, panels: panelsWithout(entry.dashboard.panels, fault.without) } } : entry;
}

const panelsWithout = (panels: Panel[], gone: number[]): Panel[] =>
  panels.filter((p) => !gone.includes(p.id)).map((p) => (p.panels ? { ...p, panels: panelsWithout(p.panels, gone) } : p));

export function metaOf(ctx: Context, entry: Entry): Record<string, unknown> {
  const { dashboard } = entry;
  const folder = FOLDERS.find((f) => f.uid === entry.folderUid);
  const slug = slugOf(dashboard.title);
  const isEditor = ctx.identity.role !== 'Viewer';
  return {
    type: 'db', canSave: isEditor, canEdit: isEditor, canAdmin: ctx.identity.role === 'Admin', canStar: true, canDelete: isEditor,
    slug, url: `${ctx.world.options.subPath}/d/${dashboard.uid}/${slug}`, expires: '0001-01-01T00:00:00Z',
    created: '2024-01-01T00:00:00Z', updated: '2024-01-01T00:00:00Z', updatedBy: 'admin', createdBy: 'admin',
    version: versionOf(ctx, entry), hasAcl: false, isFolder: false, folderId: folder?.id ?? 0, folderUid: folder?.uid ?? '',
    folderTitle: folder?.title ?? 'General', folderUrl: folder ? `${ctx.world.options.subPath}/dashboards/f/${folder.uid}/${folder.uid}` : '',
    provisioned: true, provisionedExternalId: `${dashboard.uid}.json`, isSnapshot: false, publicDashboardEnabled: false,
  };
}

export function versionOf(ctx: Context, entry: Entry): number {
  return ctx.world.faults.state.dashboards[entry.dashboard.uid]?.version ?? entry.dashboard.version;
}

export async function dashboardByUid(ctx: Context, params: Record<string, string>): Promise<void> {
  const entry = await entryOr(ctx, params['uid']!);
  if (entry) {
    ctx.json(200, { meta: metaOf(ctx, entry), dashboard: { ...entry.dashboard, version: versionOf(ctx, entry) } });
  }
}

export async function versions(ctx: Context, params: Record<string, string>): Promise<void> {
  const entry = await entryOr(ctx, params['uid']!);
  if (entry) {
    ctx.json(200, { versions: [{ id: entry.dashboard.id, version: versionOf(ctx, entry), created: '2024-01-01T00:00:00Z', createdBy: 'admin', message: '' }] });
  }
}

export function libraryElement(ctx: Context, params: Record<string, string>): void {
  const found = LIBRARY[params['uid']!];
  if (!found) {
    return ctx.message(404, 'library element could not be found');
  }
  ctx.json(200, {
    result: { id: 1, orgId: 1, folderUid: 'core', uid: params['uid'], name: found.name, kind: 1, type: found.model.type, version: 1, model: found.model },
  });
}
