// What a round says about a shot before a person looks: thresholds of the fields that show them, the plan's rules, and what it is compared with.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Caller, Description, platform } from './lib/api.js';
import { Grafana, viewerToken } from './lib/grafana.js';
import { Picture } from './lib/picture.js';
import { Rounds } from './lib/rounds.js';
import { good, makePlan, runRound, shotsOf, sixHours } from './lib/round.js';

let rounds: Rounds, grafana: Grafana, admin: Caller, source: string;

beforeAll(async () => {
  grafana = await Grafana.start();
  rounds = await Rounds.start(platform);
  admin = await Caller.signIn(rounds, await Description.of(rounds));
  source = await admin.source(grafana.url, viewerToken);
});
afterAll(async () => { await rounds?.stop(); await grafana?.stop(); });

const pick = (dashboard: string, panels: number[]) => ({ selections: [{ source, dashboard, panels }], windows: [sixHours] });
const found = (shot: any, kind: string) => shot.findings.filter((f: any) => f.kind === kind);
const shotsAt = async (plan: string, moment: string) => {
  const shots = await shotsOf(admin, (await runRound(admin, plan, { moment })).id);
  return Object.fromEntries(shots.map((s) => [s.panel.key, s]));
};

describe('thresholds of the panel', () => {
  it('of a table count for the columns whose cells they colour, and for no other', async () => {
    const plan = await makePlan(admin, source, [], { name: 'table', ...pick('demo', [6]) });
    const { 6: table } = await shotsAt(plan, '2026-11-20T02:00:00Z');
    const { series } = good(await admin.get(`/shots/${table.id}/data`));
    const over = (column: string) => series.filter((x: any) => x.name.startsWith(column) && x.last >= 60).map((x: any) => x.name).sort();
    expect(over('请求量').length, 'the other column is far above the same thresholds').toBe(6);
    expect(over('错误率').length).toBeGreaterThan(0);
    expect(found(table, 'threshold').map((f: any) => f.evidence.series).sort()).toEqual(over('错误率'));
  });

  it('are judged where they are drawn, and told in numbers that a person reads', async () => {
    await grafana.faults({ panels: { 'edge/1': { surge: 15 } } });
    const plan = await makePlan(admin, source, [], { name: 'edge', ...pick('edge', [1, 6]) });
    const { 1: traffic, 6: calm } = await shotsAt(plan, '2026-11-20T02:00:00Z');
    await grafana.faults({ panels: { 'edge/1': null } });
    const [first] = found(traffic, 'threshold');
    expect(first.severity).toBe('alert');
    expect(first.text.en).toMatch(/^入: last value \d{3}(\.\d)? MB\/s is at or above the panel's threshold 400 MB\/s$/);
    expect(first.text['zh-CN']).toMatch(/最新值 \d{3}(\.\d)? MB\/s 达到或超过面板阈值 400 MB\/s/);
    expect(found(calm, 'threshold')).toEqual([]);
  });
});

describe('rules of the plan', () => {
  it('about values, gaps and the usual are quiet on calm days and speak on the day that differs', async () => {
    const rules = [
      { panels: ['pay/1'], series: '支*', stat: 'max', op: '>', value: 20_000, severity: 'alert', text: '交易量异常' },
      { panels: ['pay/6'], stat: 'missing_longest', op: '>', value: 300, severity: 'warn' },
      { panels: ['pay/2'], stat: 'mean', op: 'sigma', value: 3, severity: 'warn' },
    ];
    const plan = await makePlan(admin, source, [], { name: 'rules', ...pick('pay', [1, 2, 6]), rules });
    await grafana.faults({ panels: { 'pay/2': { surge: 3 } } });
    await shotsAt(plan, '2026-11-05T02:00:00Z'); // longer ago than a week: not what is usual
    await grafana.faults({ panels: { 'pay/2': null } });
    for (const day of [15, 16, 17, 18]) {
      const calm = await shotsAt(plan, `2026-11-${day}T02:00:00Z`);
      expect(Object.values(calm).flatMap((s) => found(s, 'rule')), `the ${day}th`).toEqual([]);
    }
    await grafana.faults({ panels: { 'pay/1': { surge: 15 }, 'pay/2': { surge: 3 }, 'pay/6': { hole: true } } });
    const odd = await shotsAt(plan, '2026-11-19T02:00:00Z');
    await grafana.faults({ panels: { 'pay/1': null, 'pay/2': null, 'pay/6': { noData: true } } });
    const said = (key: string) => found(odd[key], 'rule').map((f: any) => [f.severity, f.text.en]);
    expect(said('1')).toEqual([['alert', expect.stringMatching(/^交易量异常 \(支付: maximum \d\d(\.\d+)?K req\/s > 20K req\/s\)$/)]]);
    expect(said('6')).toEqual([['warn', expect.stringMatching(/^积压: longest gap [12](\.\d+)? hours > 5 min$/)]]);
    expect(said('2')).toEqual([['warn', expect.stringMatching(/^支付: mean \d+(\.\d+)? ms, usually \d+(\.\d+)? ms ± .* \(> 3σ\)$/)]]);
    const nothing = await shotsAt(plan, '2026-11-20T02:00:00Z');
    await grafana.faults({ panels: { 'pay/6': null } });
    expect(found(nothing[6], 'rule').map((f: any) => f.text.en), 'no series at all is the longest gap').toEqual(['longest gap 6 hours > 5 min']);
    expect(found(nothing[6], 'no_data')).toHaveLength(1);
  });
});

describe('what a shot is compared with', () => {
  it('is of four kinds, each found by what it means', async () => {
    const id = await makePlan(admin, source, [], { name: 'references', reference: 'same_weekday', ...pick('pay', [6]) });
    const days = { week: 12, normal: 17, pinned: 16, previous: 18, now: 19 };
    const shot: Record<string, any> = {};
    for (const name of ['week', 'pinned', 'normal', 'previous', 'now'] as const) {
      await grafana.faults({ panels: { 'pay/6': name === 'now' ? { surge: 15 } : null } });
      shot[name] = (await shotsAt(id, `2026-11-${days[name]}T02:00:00Z`))[6];
    }
    await grafana.faults({ panels: { 'pay/6': null } });
    good(await admin.post(`/shots/${shot.normal.id}/verdict`, { value: 'normal' }));
    good(await admin.call('PUT', `/panels/${encodeURIComponent(shot.now.panel_key)}/pin`, { shot_id: shot.pinned.id, window: sixHours.name }));
    const refs = good(await admin.get(`/shots/${shot.now.id}/references`));
    const ids = Object.fromEntries(['chosen', 'previous', 'same_weekday', 'last_normal', 'pinned'].map((k) => [k, refs[k]?.id]));
    expect(ids).toEqual({ chosen: shot.week.id, previous: shot.previous.id, same_weekday: shot.week.id, last_normal: shot.normal.id, pinned: shot.pinned.id });
    expect(shot.now.change.reference_id, 'and judged against what the plan chose').toBe(shot.week.id);
    expect(found(shot.now, 'data_changed')).toHaveLength(1);
    expect(shot.previous.change.reference_id, 'a week before it there is none: then the round before').toBe(shot.normal.id);
  });

  it('any two shots have a difference picture, of other panels and sizes too', async () => {
    const plan = await makePlan(admin, source, [], { name: 'any two', ...pick('demo', [1, 3]) });
    const { 1: line, 3: stat } = await shotsAt(plan, '2026-11-19T02:00:00Z');
    const [one, two] = await Promise.all([[line, line], [line, stat]].map(([a, b]) => admin.get(`/shots/${a.id}/difference/${b.id}`)));
    expect(Number(one!.headers.get('x-rounds-changed-share'))).toBe(0);
    expect(Number(two!.headers.get('x-rounds-changed-share'))).toBeGreaterThan(0.1);
    expect(new Picture(two!.bytes).width).toBeGreaterThanOrEqual(line.picture.width);
  });
});
