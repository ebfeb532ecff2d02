// The dashboard as the older front end holds it: a flat list of panels, clones of repeats with ids of their own.
import { requestHeaders, bootData } from '../common/bootData';

export interface Target {
  refId: string;
  shape?: string;
  seed?: string;
  names?: string[];
}

export interface PanelJson {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: Target[];
  options?: { content?: string; mode?: string };
  fieldConfig?: { defaults: { unit?: string; color?: { fixedColor?: string } } };
  collapsed?: boolean;
  panels?: PanelJson[];
  repeat?: string;
  maxPerRow?: number;
  timeFrom?: string;
}

export interface VariableJson {
  name: string;
  type: string;
  query: { names?: string[] };
}

export interface DashboardJson {
  uid: string;
  title: string;
  time: { from: string; to: string };
  templating: { list: VariableJson[] };
  panels: PanelJson[];
}

export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string
  ) {
    super(message);
  }
}

export async function fetchJson<T>(path: string, init: RequestInit = {}): Promise<T> {
  const answer = await fetch(`${bootData.settings.appSubUrl}${path}`, { ...init, headers: { ...requestHeaders(), ...init.headers } });
  const body = (await answer.json().catch(() => ({}))) as T & { message?: string };
  if (!answer.ok) {
    throw new HttpError(answer.status, body.message ?? answer.statusText);
  }
  return body;
}

export async function fetchDashboard(uid: string): Promise<DashboardJson> {
  const answer = await fetchJson<{ dashboard: DashboardJson }>(`/api/dashboards/uid/${encodeURIComponent(uid)}`);
  return answer.dashboard;
}

export type Values = Record<string, string[]>;

export function valuesFromUrl(dashboard: DashboardJson, query: URLSearchParams): Values {
  const values: Values = {};
  for (const v of dashboard.templating.list) {
    const asked = query.getAll(`var-${v.name}`);
    values[v.name] = !asked.length || asked.includes('$__all') || asked.includes('All') ? (v.query.names ?? []) : asked;
  }
  return values;
}

const fill = (text: string, values: Values) => text.replace(/\$(\w+)/g, (all, name: string) => values[name]?.join(',') ?? all);

function withValues(panel: PanelJson, values: Values): PanelJson {
  return {
    ...panel,
    title: fill(panel.title, values),
    targets: panel.targets?.map((t) => ({ ...t, seed: t.seed && fill(t.seed, values), names: t.names?.flatMap((n) => fill(n, values).split(',')) })),
  };
}

/** Panels that are to be shown, repeats unfolded, in the places where they stand; rows keep their line. */
export function unfold(dashboard: DashboardJson, values: Values): PanelJson[] {
  let nextId = Math.max(0, ...dashboard.panels.flatMap((p) => [p.id, ...(p.panels ?? []).map((c) => c.id)])) + 1;
  let pushed = 0;
  const shown: PanelJson[] = [];
  for (const panel of dashboard.panels) {
    const base = { ...panel, gridPos: { ...panel.gridPos, y: panel.gridPos.y + pushed } };
    const list = panel.repeat ? (values[panel.repeat] ?? []) : [];
    if (!list.length) {
      shown.push(withValues(base, values));
      continue;
    }
    const perRow = Math.min(list.length, panel.maxPerRow ?? 4);
    const w = 24 / perRow;
    list.forEach((value, i) => {
      const gridPos = { x: (i % perRow) * w, y: base.gridPos.y + Math.floor(i / perRow) * base.gridPos.h, w, h: base.gridPos.h };
      shown.push(withValues({ ...base, id: i === 0 ? base.id : nextId++, gridPos }, { ...values, [panel.repeat!]: [value] }));
    });
    pushed += (Math.ceil(list.length / perRow) - 1) * base.gridPos.h;
  }
  return shown;
}
