// Plans over the stand-in Grafana, and their rounds to the end.
import { Answer, Caller } from './api.js';
import { Live } from './live.js';

export const sixHours = { name: '六小时', kind: 'rolling', length: '6h' };
export const yesterday = { name: '昨天上午', kind: 'calendar', unit: 'day', offset: -1, from: '09:00', to: '12:00' };

export function good<T>(answer: Answer<T>, ...statuses: number[]): T {
  const fits = statuses.length ? statuses.includes(answer.status) : answer.status < 300;
  if (!fits) throw new Error(`${answer.status}: ${answer.bytes.toString('utf8').slice(0, 1000)}`);
  return answer.json;
}

/** A plan of these dashboards; its id. */
export async function makePlan(admin: Caller, source: string, dashboards: string[], more: object = {}): Promise<string> {
  const spec = {
    name: `早巡检 ${dashboards.join(' ')}`, timezone: 'Asia/Shanghai',
    selections: dashboards.map((dashboard) => ({ source, dashboard, panels: 'all' })),
    windows: [sixHours], picture: { layout: 'dashboard', width: 1200, height: 700, scale: 1, theme: 'light', format: 'png' }, ...more,
  };
  return good(await admin.post('/plans', { spec }), 201).id;
}

export const isOver = (card: any) => !['waiting', 'running'].includes(card.state);

/** Waits for the end of a round by its events. */
export async function finished(caller: Caller, id: string): Promise<any> {
  const live = await Live.open(caller, `/rounds/${id}/events`);
  try {
    return (await live.until((e) => e.name === 'round' && isOver(e.data))).data;
  } finally {
    live.close();
  }
}

/** Starts a round and waits for its end; the round in full. */
export async function runRound(caller: Caller, plan: string, body: object = {}): Promise<any> {
  const { id } = good(await caller.post(`/plans/${plan}/rounds`, body), 202);
  await finished(caller, id);
  return good(await caller.get(`/rounds/${id}`));
}

export async function shotsOf(caller: Caller, round: string, query = ''): Promise<any[]> {
  return good(await caller.get(`/rounds/${round}/shots?limit=1000${query}`)).items;
}
