// Panel plugins come as chunks of their own, on first use; one that nobody knows is reported as Grafana reports it.
import type { PanelPlugin, PanelPluginMeta } from '@grafana/data';
import { config } from '@grafana/runtime';
import { backendSrv } from './backendSrv';

const LOADERS: Record<string, () => Promise<{ plugin: PanelPlugin }>> = {
  timeseries: () => import('../plugins/timeseries'),
  stat: () => import('../plugins/stat'),
  gauge: () => import('../plugins/gauge'),
  bargauge: () => import('../plugins/bargauge'),
  table: () => import('../plugins/table'),
  text: () => import('../plugins/text'),
  logs: () => import('../plugins/logs'),
  crash: () => import('../plugins/crash'),
  'library-panel-loading-plugin': () => import('../plugins/libraryPlaceholder'),
};

const loaded = new Map<string, PanelPlugin>();

async function load(id: string): Promise<PanelPlugin> {
  const known = loaded.get(id);
  if (known) {
    return known;
  }
  const loader = LOADERS[id];
  if (!loader) {
    await backendSrv.get(`/api/plugins/${id}/settings`).catch(() => undefined);
    throw new Error(`Panel plugin not found: ${id}`);
  }
  const { plugin } = await loader();
  plugin.meta = { ...plugin.meta, ...metaOf(id) };
  loaded.set(id, plugin);
  return plugin;
}

function metaOf(id: string): PanelPluginMeta {
  const info = { author: { name: '' }, description: '', links: [], logos: { small: '', large: '' }, screenshots: [], updated: '', version: '' };
  return (
    config.panels[id] ??
    ({ id, name: id, type: 'panel', info, module: `core:plugin/${id}`, baseUrl: '', sort: 1, skipDataQuery: true } as unknown as PanelPluginMeta)
  );
}

export const pluginImportUtils = {
  importPanelPlugin: load,
  getPanelPluginFromCache: (id: string): PanelPlugin | undefined => loaded.get(id),
};
