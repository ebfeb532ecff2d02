// Dashboard JSON as it arrives (v1), only what the page reads of it.
import type { FieldConfigSource } from '@grafana/data';
import type { StandInQuery } from '../data/query';

export interface PanelJson {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: { uid: string; type: string } | null;
  targets?: StandInQuery[];
  options?: Record<string, unknown>;
  fieldConfig?: FieldConfigSource;
  transformations?: { id: string; options: unknown }[];
  collapsed?: boolean;
  panels?: PanelJson[];
  repeat?: string;
  repeatDirection?: 'h' | 'v';
  maxPerRow?: number;
  /** A rule: shown while this variable has this value. `mounted`: there unseen meanwhile, as rules about data have it. */
  shownWhile?: { variable: string; value: string; mounted?: boolean };
  timeFrom?: string;
  timeShift?: string;
  hideTimeOverride?: boolean;
  transparent?: boolean;
  libraryPanel?: { uid: string; name: string };
  maxDataPoints?: number;
}

export interface VariableJson {
  name: string;
  label?: string;
  type: string;
  query: unknown;
  datasource?: { uid: string; type: string };
  current?: { text: string | string[]; value: string | string[] };
  multi?: boolean;
  includeAll?: boolean;
  allValue?: string;
  refresh?: number;
  hide?: number;
  regex?: string;
  sort?: number;
}

export interface DashboardJson {
  uid: string;
  title: string;
  version: number;
  timezone: string;
  time: { from: string; to: string };
  templating: { list: VariableJson[] };
  panels: PanelJson[];
  preload?: boolean;
}

export interface DashboardAnswer {
  dashboard: DashboardJson;
  meta: { slug?: string; canEdit?: boolean };
}
