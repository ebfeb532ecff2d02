// A v1 dashboard told in the v2 schema: elements and a layout instead of a flat list of panels.
import type { Dashboard, Panel } from './model.js';

interface Kind {
  kind: string;
  spec: Record<string, unknown>;
}

const elementName = (p: Panel) => `panel-${p.id}`;

function elementOf(p: Panel): Kind {
  if (p.libraryPanel) {
    return { kind: 'LibraryPanel', spec: { id: p.id, title: p.title, libraryPanel: p.libraryPanel } };
  }
  const queries = (p.targets ?? []).map((t) => {
    const { refId, ...spec } = t;
    return { kind: 'PanelQuery', spec: { refId, hidden: false, query: { kind: 'DataQuery', group: p.datasource?.type ?? '', version: 'v0', datasource: { name: p.datasource?.uid }, spec } } };
  });
  return {
    kind: 'Panel',
    spec: {
      id: p.id,
      title: p.title,
      description: p.description ?? '',
      links: [],
      data: { kind: 'QueryGroup', spec: { queries, transformations: [], queryOptions: { ...(p.timeFrom && { timeFrom: p.timeFrom }), ...(p.timeShift && { timeShift: p.timeShift }) } } },
      vizConfig: { kind: 'VizConfig', group: p.type, version: '', spec: { options: p.options ?? {}, fieldConfig: p.fieldConfig ?? { defaults: {}, overrides: [] } } },
      transparent: p.transparent ?? false,
    },
  };
}

function gridItem(p: Panel): Kind {
  const { x, y, w, h } = p.gridPos;
  const repeat = p.repeat && { repeat: { mode: 'variable', value: p.repeat, direction: p.repeatDirection ?? 'h', ...(p.maxPerRow && { maxPerRow: p.maxPerRow }) } };
  return { kind: 'GridLayoutItem', spec: { x, y, width: w, height: h, element: { kind: 'ElementReference', name: elementName(p) }, ...repeat } };
}

const gridOf = (panels: Panel[]): Kind => ({ kind: 'GridLayout', spec: { items: panels.map(gridItem) } });

function layoutOf(panels: Panel[]): Kind {
  if (!panels.some((p) => p.type === 'row')) {
    return gridOf(panels);
  }
  const rows: { title: string; isCollapsed: boolean; isHidden: boolean; repeat?: string; panels: Panel[] }[] = [];
  for (const p of panels) {
    if (p.type === 'row') {
      rows.push({ title: p.title, isCollapsed: Boolean(p.collapsed), isHidden: false, repeat: p.repeat, panels: [...(p.panels ?? [])] });
    } else {
      if (!rows.length) {
        rows.push({ title: '', isCollapsed: false, isHidden: true, panels: [] });
      }
      rows.at(-1)!.panels.push(p);
    }
  }
  return {
    kind: 'RowsLayout',
    spec: { rows: rows.map((r) => ({ kind: 'RowsLayoutRow', spec: { title: r.title, collapse: r.isCollapsed, hideHeader: r.isHidden, ...(r.repeat && { repeat: { mode: 'variable', value: r.repeat } }), layout: gridOf(r.panels) } })) },
  };
}

export function toV2Spec(d: Dashboard): Record<string, unknown> {
  const all = d.panels.flatMap((p) => (p.type === 'row' ? (p.panels ?? []) : [p]));
  const variables = (d.templating.list as { name: string }[]).map((v) => ({ kind: 'QueryVariable', spec: { ...v, query: { kind: 'DataQuery', group: '', version: 'v0', spec: {} } } }));
  return {
    title: d.title,
    description: '',
    tags: d.tags,
    cursorSync: 'Off',
    liveNow: d.liveNow,
    preload: d.preload,
    editable: d.editable,
    links: [],
    timeSettings: { timezone: d.timezone, from: d.time.from, to: d.time.to, autoRefresh: d.refresh, autoRefreshIntervals: [], hideTimepicker: false, fiscalYearStartMonth: 0 },
    annotations: [],
    variables,
    elements: Object.fromEntries(all.map((p) => [elementName(p), elementOf(p)])),
    layout: layoutOf(d.panels),
  };
}
