// Dashboard JSON (v1), as far as we write it, and small builders for it.
import type { Target } from '../data/frames.js';
import type { Steady } from '../data/steady.js';

export interface GridPos { x: number; y: number; w: number; h: number }

export interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: GridPos;
  description?: string;
  datasource?: { uid: string; type: string } | null;
  targets?: (Target & { datasource?: unknown })[];
  options?: Record<string, unknown>;
  fieldConfig?: { defaults: Record<string, unknown>; overrides: unknown[] };
  transformations?: unknown[];
  collapsed?: boolean;
  panels?: Panel[];
  repeat?: string;
  repeatDirection?: 'h' | 'v';
  maxPerRow?: number;
  /** Conditional rendering: shown while this variable has this value. `mounted`: there unseen meanwhile, as rules about data have it. */
  shownWhile?: { variable: string; value: string; mounted?: boolean };
  timeFrom?: string;
  timeShift?: string;
  hideTimeOverride?: boolean;
  transparent?: boolean;
  libraryPanel?: { uid: string; name: string };
}

export interface Dashboard {
  uid: string;
  id: number;
  title: string;
  tags: string[];
  timezone: string;
  schemaVersion: number;
  version: number;
  refresh: string;
  time: { from: string; to: string };
  timepicker: Record<string, unknown>;
  graphTooltip: number;
  templating: { list: unknown[] };
  annotations: { list: unknown[] };
  links: unknown[];
  panels: Panel[];
  liveNow: boolean;
  preload: boolean;
  editable: boolean;
}

export interface Entry {
  folderUid: string;
  orgId: number;
  /** Served as the stand-in's older front end whatever the server's own stack is. */
  isLegacy?: boolean;
  dashboard: Dashboard;
}

export const DATASOURCE = { uid: 'stand-in', type: 'stand-in-datasource' };

export type PanelKind = 'timeseries' | 'stat' | 'gauge' | 'bargauge' | 'table' | 'logs';

/** Twelve colours that no two neighbouring ids share: a wrong panel is seen at once. */
const COLORS = [
  '#73bf69', '#f2cc0c', '#8ab8ff', '#ff780a', '#f2495c', '#5794f2', '#b877d9', '#705da0', '#37872d', '#fade2a',
  '#447ebc', '#c15c17',
];
export const colorOf = (id: number): string => COLORS[id % COLORS.length]!;

const THRESHOLDS = {
  mode: 'absolute',
  steps: [
    { color: 'green', value: null },
    { color: 'yellow', value: 60 },
    { color: 'red', value: 85 },
  ],
};

const SHAPE_OF: Record<PanelKind, Target['shape']> = {
  timeseries: 'series',
  stat: 'values',
  gauge: 'values',
  bargauge: 'values',
  table: 'table',
  logs: 'logs',
};

const OPTIONS_OF: Record<PanelKind, Record<string, unknown>> = {
  timeseries: {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
    tooltip: { mode: 'single', sort: 'none' },
  },
  stat: { colorMode: 'value', graphMode: 'area', justifyMode: 'auto', textMode: 'auto', reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false } },
  gauge: { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false }, showThresholdLabels: false, showThresholdMarkers: true },
  bargauge: { displayMode: 'gradient', orientation: 'horizontal', showUnfilled: true, reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false } },
  table: { showHeader: true, cellHeight: 'sm' },
  logs: { showTime: true, sortOrder: 'Descending', wrapLogMessage: false },
};

export interface PanelMore extends Partial<Panel> {
  unit?: string;
  names?: string[];
  points?: number;
  color?: string;
  fill?: number;
  thresholds?: boolean;
  /** Ordinary numbers; see data/steady.ts. */
  steady?: Steady;
  /** Threshold steps of its own: colour and from where. */
  steps?: [string, number | null][];
  overrides?: unknown[];
  /** The upper end of a gauge. */
  max?: number;
}

/** The seed under which a panel's data are made: `<dashboard uid>/<panel id>`. */
export const seedOf = (uid: string, id: number): string => `${uid}/${id}`;

export function dataPanel(uid: string, kind: PanelKind, id: number, title: string, gridPos: GridPos, more: PanelMore = {}): Panel {
  const { unit, names, points, color, fill, thresholds, steady, steps, max, overrides, ...rest } = more;
  const isThresholds = thresholds ?? kind !== 'timeseries';
  return {
    id,
    type: kind,
    title,
    gridPos,
    datasource: DATASOURCE,
    targets: [{ refId: 'A', shape: SHAPE_OF[kind], seed: seedOf(uid, id), names: names ?? ['A'], points, ...(steady ? { steady } : {}) }],
    options: OPTIONS_OF[kind],
    fieldConfig: {
      defaults: {
        unit: unit ?? 'short',
        min: kind === 'timeseries' || kind === 'stat' || kind === 'table' ? undefined : 0,
        max: kind === 'timeseries' || kind === 'stat' || kind === 'table' ? undefined : (max ?? 100),
        color: isThresholds
          ? { mode: 'thresholds' }
          : names && names.length > 1
            ? { mode: 'palette-classic' }
            : { mode: 'fixed', fixedColor: color ?? colorOf(id) },
        thresholds: steps ? { mode: 'absolute', steps: steps.map(([c, value]) => ({ color: c, value })) } : THRESHOLDS,
        custom: kind === 'timeseries'
          ? { drawStyle: 'line', lineWidth: 1, fillOpacity: fill ?? 10, showPoints: 'never', spanNulls: false, ...(steps ? { thresholdsStyle: { mode: 'dashed' } } : {}) }
          : {},
      },
      overrides: overrides ?? [],
    },
    ...rest,
  };
}

export function textPanel(id: number, title: string, gridPos: GridPos, content: string, mode: 'markdown' | 'html' = 'markdown'): Panel {
  return { id, type: 'text', title, gridPos, options: { mode, content, code: { language: 'plaintext' } } };
}

export function rowPanel(id: number, title: string, y: number, isCollapsed: boolean, panels: Panel[] = []): Panel {
  return { id, type: 'row', title, gridPos: { x: 0, y, w: 24, h: 1 }, collapsed: isCollapsed, panels };
}

let nextId = 1;

export function dashboard(uid: string, title: string, tags: string[], panels: Panel[], more: Partial<Dashboard> = {}): Dashboard {
  return {
    uid,
    id: nextId++,
    title,
    tags,
    timezone: 'browser',
    schemaVersion: 41,
    version: 1,
    refresh: '',
    time: { from: 'now-6h', to: 'now' },
    timepicker: {},
    graphTooltip: 0,
    templating: { list: [] },
    annotations: { list: [] },
    links: [],
    panels,
    liveNow: false,
    preload: false,
    editable: true,
    ...more,
  };
}

/** Where panel number `i` stands if `perRow` panels of equal size fill the 24 columns. */
export function cell(i: number, perRow: number, h: number): GridPos {
  const w = 24 / perRow;
  return { x: (i % perRow) * w, y: Math.floor(i / perRow) * h, w, h };
}
