// A panel's query, with the headers of Grafana 9.4.
import type { PanelJson } from './model';
import type { Range } from './time';

export interface Frame {
  schema: { name?: string; meta?: { custom?: { stamp?: string } }; fields: { name: string; type: string; config?: { displayNameFromDS?: string } }[] };
  data: { values: unknown[][] };
}

export type PanelState = 'NotStarted' | 'Loading' | 'Done' | 'Error' | 'Streaming';

export interface PanelData {
  state: PanelState;
  series: Frame[];
  timeRange: Range;
  error?: { message: string };
}

interface Answer {
  results: Record<string, { frames?: Frame[]; error?: string }>;
}

const DATASOURCE = { uid: 'stand-in', type: 'stand-in-datasource' };
let requests = 100;

function init(uid: string, panel: PanelJson, range: Range, widthPx: number, signal: AbortSignal): RequestInit {
  const queries = panel.targets!.map((t) => ({ ...t, datasource: DATASOURCE, intervalMs: 60_000, maxDataPoints: widthPx }));
  return {
    method: 'POST',
    signal,
    headers: {
      'content-type': 'application/json',
      'x-dashboard-uid': uid,
      'x-panel-id': String(panel.id),
      'x-datasource-uid': DATASOURCE.uid,
      'x-plugin-id': DATASOURCE.type,
    },
    body: JSON.stringify({ queries, from: String(range.from), to: String(range.to) }),
  };
}

/** Status 400 carries results too: the errors of single queries. */
async function send(url: string, request: RequestInit): Promise<Answer> {
  const answer = await fetch(url, request);
  const body = (await answer.json()) as Answer & { message?: string };
  if (!body.results) {
    throw new Error(body.message ?? `status ${answer.status}`);
  }
  return body;
}

export async function runQuery(sub: string, uid: string, panel: PanelJson, range: Range, widthPx: number, signal: AbortSignal): Promise<PanelData> {
  try {
    const answer = await send(`${sub}/api/ds/query?ds_type=${DATASOURCE.type}&requestId=Q${requests++}`, init(uid, panel, range, widthPx, signal));
    const all = Object.values(answer.results);
    const error = all.find((r) => r.error)?.error;
    const series = all.flatMap((r) => r.frames ?? []);
    return { state: error ? 'Error' : 'Done', series, timeRange: range, ...(error && { error: { message: error } }) };
  } catch (err) {
    return { state: 'Error', series: [], timeRange: range, error: { message: (err as Error).message } };
  }
}

