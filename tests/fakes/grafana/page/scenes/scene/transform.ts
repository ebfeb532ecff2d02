// From a dashboard's JSON to its scene.
import { VariableHide, VariableRefresh, type VariableSort } from '@grafana/data';
import {
  behaviors, ConstantVariable, CustomVariable, dataLayers, IntervalVariable, performanceUtils, QueryVariable, SceneControlsSpacer, SceneDataLayerSet,
  SceneDataTransformer, SceneGridLayout, SceneGridRow, SceneQueryRunner, SceneRefreshPicker, SceneTimePicker, SceneTimeRange, SceneVariableSet,
  TextBoxVariable, VariableValueSelectors, VizPanel, type SceneGridItemLike, type SceneVariable, type VizPanelState,
} from '@grafana/scenes';
import { bootData, majorVersion } from '../../common/bootData';
import { DashboardGridItem } from './DashboardGridItem';
import { DashboardScene } from './DashboardScene';
import type { DashboardAnswer, DashboardJson, PanelJson, VariableJson } from './json';
import { LibraryPanelBehavior } from './LibraryPanelBehavior';
import { PanelTimeRange } from './PanelTimeRange';
import { RowRepeater } from './RowRepeater';
import { ShowRule } from './ShowRule';

function dataProviderOf(panel: PanelJson): SceneDataTransformer | undefined {
  if (!panel.targets?.length) {
    return undefined;
  }
  return new SceneDataTransformer({
    $data: new SceneQueryRunner({
      datasource: panel.datasource ?? undefined,
      queries: panel.targets,
      maxDataPoints: panel.maxDataPoints,
      maxDataPointsFromWidth: true,
      dataLayerFilter: { panelId: panel.id },
    }),
    transformations: (panel.transformations ?? []) as never[],
  });
}

/** What a panel's JSON says, as the state of a VizPanel; also used when a library panel arrives late. */
export function vizStateOf(panel: PanelJson): Partial<VizPanelState> {
  const hasOwnRange = panel.timeFrom || panel.timeShift;
  return {
    title: panel.title,
    description: panel.description,
    pluginId: panel.type,
    options: panel.options ?? {},
    fieldConfig: panel.fieldConfig ?? { defaults: {}, overrides: [] },
    displayMode: panel.transparent ? 'transparent' : undefined,
    hoverHeader: !panel.title,
    $data: dataProviderOf(panel),
    $timeRange: hasOwnRange
      ? new PanelTimeRange({ timeFrom: panel.timeFrom, timeShift: panel.timeShift, hideTimeOverride: panel.hideTimeOverride })
      : undefined,
  };
}

function vizOf(panel: PanelJson): VizPanel {
  const key = `panel-${panel.id}`;
  if (panel.libraryPanel) {
    return new VizPanel({
      key,
      title: panel.title,
      pluginId: LibraryPanelBehavior.PLACEHOLDER,
      $behaviors: [new LibraryPanelBehavior({ uid: panel.libraryPanel.uid, panelId: panel.id })],
    });
  }
  return new VizPanel({ key, ...vizStateOf(panel) });
}

function ruleOf({ shownWhile: rule }: PanelJson): ShowRule | undefined {
  return rule && new ShowRule({ variable: rule.variable, value: rule.value, renderHidden: Boolean(rule.mounted), result: true });
}

function itemOf(panel: PanelJson, isMountedLate: boolean): DashboardGridItem {
  const { x, y, w, h } = panel.gridPos;
  return new DashboardGridItem({
    key: `grid-item-${panel.id}`,
    x,
    y,
    width: panel.repeat && panel.repeatDirection !== 'v' ? 24 : w,
    height: h,
    itemHeight: h,
    body: vizOf(panel),
    variableName: panel.repeat,
    repeatDirection: panel.repeatDirection,
    maxPerRow: panel.maxPerRow,
    isMountedLate,
    conditionalRendering: ruleOf(panel),
  });
}

function childrenOf(panels: PanelJson[], isMountedLate: boolean): SceneGridItemLike[] {
  const children: SceneGridItemLike[] = [];
  let open: { json: PanelJson; items: SceneGridItemLike[] } | undefined;
  const close = () => {
    if (open) {
      children.push(rowOf(open.json, open.items));
      open = undefined;
    }
  };
  for (const panel of panels) {
    if (panel.type === 'row') {
      close();
      if (panel.collapsed) {
        children.push(rowOf(panel, (panel.panels ?? []).map((p) => itemOf(p, isMountedLate))));
      } else {
        open = { json: panel, items: [] };
      }
    } else if (open) {
      open.items.push(itemOf(panel, isMountedLate));
    } else {
      children.push(itemOf(panel, isMountedLate));
    }
  }
  close();
  return children;
}

function rowOf(row: PanelJson, items: SceneGridItemLike[]): SceneGridItemLike {
  return new SceneGridRow({
    key: `row-${row.id}`,
    title: row.title,
    y: row.gridPos.y,
    isCollapsed: Boolean(row.collapsed),
    children: items,
    $behaviors: row.repeat ? [new RowRepeater({ variableName: row.repeat })] : undefined,
  }) as unknown as SceneGridItemLike;
}

function variableOf(v: VariableJson): SceneVariable {
  const common = { name: v.name, label: v.label, hide: (v.hide ?? 0) as VariableHide };
  const value = v.current?.value ?? '';
  const text = v.current?.text ?? '';
  const many = { isMulti: v.multi, includeAll: v.includeAll, allValue: v.allValue, value, text };
  switch (v.type) {
    case 'query':
      return new QueryVariable({ ...common, ...many, query: v.query as never, datasource: v.datasource, refresh: (v.refresh ?? 1) as VariableRefresh, regex: v.regex ?? '', sort: (v.sort ?? 0) as VariableSort });
    case 'custom':
      return new CustomVariable({ ...common, ...many, query: String(v.query) });
    case 'interval':
      return new IntervalVariable({ ...common, value: String(value), intervals: String(v.query).split(',') });
    case 'textbox':
      return new TextBoxVariable({ ...common, value: String(value || v.query) });
    default:
      return new ConstantVariable({ ...common, value: String(v.query) });
  }
}

/** With a render key nothing is lazy; with every other identity everything is. */
function isLazy(dashboard: DashboardJson): boolean {
  return !(dashboard.preload || bootData.user.authenticatedBy === 'render');
}

function annotationLayer() {
  return new dataLayers.AnnotationsDataLayer({
    key: 'annotations-built-in',
    name: 'Annotations & Alerts',
    isEnabled: true,
    isHidden: true,
    query: { builtIn: 1, datasource: { uid: '-- Grafana --', type: 'grafana' }, enable: true, hide: true, iconColor: 'rgba(0, 211, 255, 1)', name: 'Annotations & Alerts', type: 'dashboard' } as never,
  });
}

export function sceneOf({ dashboard, meta }: DashboardAnswer): DashboardScene {
  const profiler = new performanceUtils.SceneRenderProfiler();
  const isProfiling = majorVersion >= 13;
  const lazy = isLazy(dashboard);
  const scene = new DashboardScene({
    key: `dashboard-${dashboard.uid}`,
    uid: dashboard.uid,
    title: dashboard.title,
    version: dashboard.version,
    meta,
    $timeRange: new SceneTimeRange({ from: dashboard.time.from, to: dashboard.time.to, timeZone: dashboard.timezone || undefined }),
    $variables: new SceneVariableSet({ variables: dashboard.templating.list.map(variableOf) }),
    $data: new SceneDataLayerSet({ layers: [annotationLayer()] }),
    $behaviors: [new behaviors.CursorSync({}), new behaviors.SceneQueryController({ enableProfiling: isProfiling }, profiler)],
    controls: [new VariableValueSelectors({}), new SceneControlsSpacer(), new SceneTimePicker({}), new SceneRefreshPicker({ refresh: '' })],
    body: new SceneGridLayout({ isLazy: lazy && majorVersion >= 13, children: childrenOf(dashboard.panels, lazy && majorVersion < 13) }),
  });
  profiler.setMetadata({ dashboardUID: dashboard.uid, dashboardTitle: dashboard.title, panelCount: dashboard.panels.length } as never);
  return scene;
}
