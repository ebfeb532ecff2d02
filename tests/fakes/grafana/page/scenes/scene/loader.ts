// Where scenes come from: the API, with Grafana's two caches (the answer for half a second, the scene by version).
import type { FetchError } from '@grafana/runtime';
import { backendSrv } from '../boot/backendSrv';
import type { DashboardScene } from './DashboardScene';
import type { DashboardAnswer } from './json';
import { sceneOf } from './transform';

const ANSWER_LIFETIME_MS = 500;

export interface LoadError {
  status: number;
  message: string;
}

const scenes = new Map<string, DashboardScene>();
let last: { uid: string; atMs: number; answer: DashboardAnswer } | undefined;

async function fetchAnswer(uid: string): Promise<DashboardAnswer> {
  if (last?.uid === uid && Date.now() - last.atMs < ANSWER_LIFETIME_MS) {
    return last.answer;
  }
  const answer = await backendSrv.get<DashboardAnswer>(`/api/dashboards/uid/${encodeURIComponent(uid)}`);
  last = { uid, atMs: Date.now(), answer };
  return answer;
}

export async function loadScene(uid: string): Promise<DashboardScene> {
  const answer = await fetchAnswer(uid);
  const known = scenes.get(uid);
  if (known && known.state.version === answer.dashboard.version) {
    return known;
  }
  const scene = sceneOf(answer);
  scenes.set(uid, scene);
  return scene;
}

export function toLoadError(err: unknown): LoadError {
  const failure = err as FetchError<{ message?: string }>;
  return { status: failure.status ?? 0, message: failure.data?.message ?? failure.statusText ?? String(err) };
}
