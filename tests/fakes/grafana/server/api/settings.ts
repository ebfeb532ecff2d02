// What the front end is told about its server.
import type { Identity } from '../auth/identity.js';
import type { Context } from '../context.js';
import { DATASOURCE } from '../dashboards/model.js';
import { majorOf, type Options } from '../options.js';

const PANEL_IDS = ['timeseries', 'stat', 'gauge', 'bargauge', 'table', 'text', 'logs'];

const info = () => ({ author: { name: '' }, description: '', links: [], logos: { small: '', large: '' }, screenshots: [], version: '', updated: '' });

const panelMeta = (id: string) => ({ id, name: id, type: 'panel', info: info(), module: `core:plugin/${id}`, baseUrl: '', hideFromList: false, sort: 1, skipDataQuery: id === 'text', state: '' });

const datasourceSettings = {
  id: 1, uid: DATASOURCE.uid, type: DATASOURCE.type, name: 'Stand-in', isDefault: true, readOnly: true, access: 'proxy', jsonData: {},
  url: '/api/datasources/proxy/uid/stand-in',
  meta: { id: DATASOURCE.type, name: 'Stand-in', type: 'datasource', info: info(), module: `core:plugin/${DATASOURCE.type}`, baseUrl: '', metrics: true },
};

export function settingsOf(options: Options, who: Identity | undefined, rootUrl: string): Record<string, unknown> {
  return {
    appUrl: `${rootUrl}/`,
    appSubUrl: options.subPath,
    namespace: who && who.orgId !== 1 ? `org-${who.orgId}` : 'default',
    buildInfo: { version: options.version, commit: '0000000000', env: 'production', edition: 'Open Source', buildstamp: 0, hideVersion: false, latestVersion: '', hasUpdate: false },
    featureToggles: { reportRenderBinding: majorOf(options.version) >= 13 },
    datasources: { 'Stand-in': datasourceSettings },
    defaultDatasource: 'Stand-in',
    panels: Object.fromEntries(PANEL_IDS.map((id) => [id, panelMeta(id)])),
    rendererAvailable: Boolean(options.rendererUrl),
    rendererVersion: '',
    anonymousEnabled: Boolean(options.anonymousOrgRole),
    jwtHeaderName: options.jwksUrl ? options.jwtHeader : '',
    jwtUrlLogin: options.isJwtUrlLogin,
    disableSanitizeHtml: true,
    liveEnabled: false,
  };
}

export function frontendSettings(ctx: Context): void {
  ctx.json(200, settingsOf(ctx.world.options, ctx.identity, ctx.rootUrl()));
}

export function datasources(ctx: Context): void {
  if (ctx.identity.role === 'Viewer') {
    return ctx.json(403, { message: "You'll need additional permissions to perform this action. Permissions needed: datasources:read", title: 'Access denied' });
  }
  ctx.json(200, [{ ...datasourceSettings, meta: undefined, orgId: ctx.identity.orgId, typeName: 'Stand-in', database: '', user: '' }]);
}

export function datasource(ctx: Context, params: Record<string, string>): void {
  if (params['uid'] !== DATASOURCE.uid) {
    return ctx.message(404, 'Data source not found');
  }
  ctx.json(200, { ...datasourceSettings, meta: undefined, orgId: ctx.identity.orgId });
}

export function datasourceHealth(ctx: Context, params: Record<string, string>): void {
  if (params['uid'] !== DATASOURCE.uid) {
    return ctx.message(404, 'Data source not found');
  }
  ctx.json(200, { status: 'OK', message: 'Data source is working' });
}

export function pluginSettings(ctx: Context, params: Record<string, string>): void {
  const id = params['id']!;
  if (!PANEL_IDS.includes(id)) {
    return ctx.message(404, 'Plugin not found, no installed plugin with that id');
  }
  ctx.json(200, { ...panelMeta(id), enabled: true, pinned: false, signature: 'internal' });
}
