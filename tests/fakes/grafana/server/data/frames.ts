// Data frames as a Grafana data source answers them, one function per shape of query.
import { stampColor } from './hash.js';
import { POINTS_DEFAULT, seriesOf, timesOf, valueOf, type Series } from './series.js';
import { steadyAt, steadySeries, type Steady } from './steady.js';

export type QueryShape = 'series' | 'values' | 'table' | 'logs' | 'options' | 'annotations';

export interface Target {
  refId: string;
  shape?: QueryShape;
  seed?: string;
  names?: string[];
  points?: number;
  unit?: string;
  hide?: boolean;
  /** Numbers of an ordinary business instead of ones that differ with each window. */
  steady?: Steady;
}

/** What of a fault changes the numbers themselves. */
export interface Twist {
  surge?: number | undefined;
  hole?: boolean | undefined;
}

interface FieldSchema {
  name: string;
  type: string;
  typeInfo: { frame: string };
  labels?: Record<string, string>;
  config?: Record<string, unknown>;
}

export interface Frame {
  schema: { name?: string; refId: string; meta?: Record<string, unknown>; fields: FieldSchema[] };
  data: { values: unknown[][] };
}

const TIME: FieldSchema = { name: 'Time', type: 'time', typeInfo: { frame: 'time.Time' } };

const number = (name: string, config: Record<string, unknown> = {}, labels?: Record<string, string>): FieldSchema => ({
  name,
  type: 'number',
  typeInfo: { frame: 'float64' },
  labels,
  config,
});
const text = (name: string): FieldSchema => ({ name, type: 'string', typeInfo: { frame: 'string' } });

function metaOf(t: Target, seed: string, from: number, to: number): Record<string, unknown> {
  return { custom: { ...(t.steady ? {} : { stamp: stampColor(seed, from, to) }), seed, from, to } };
}

function numbersOf(t: Target, seed: string, from: number, to: number, k: number, points: number | undefined, twist: Twist): Series {
  return t.steady
    ? steadySeries(t.steady, seed, from, to, k, points ?? POINTS_DEFAULT, twist.surge)
    : seriesOf(seed, from, to, k, points);
}

const holed = (values: number[]): (number | null)[] =>
  values.map((v, i) => (i >= values.length / 3 && i < (2 * values.length) / 3 ? null : v));

function seriesFrames(t: Target, seed: string, from: number, to: number, twist: Twist): Frame[] {
  return (t.names ?? ['A']).map((name, k) => {
    const { times, values } = numbersOf(t, seed, from, to, k, t.points, twist);
    return {
      schema: {
        name,
        refId: t.refId,
        meta: metaOf(t, seed, from, to),
        fields: [{ ...TIME }, number('Value', { displayNameFromDS: name }, { series: name })],
      },
      data: { values: [times, twist.hole ? holed(values) : values] },
    };
  });
}

/** A short series per name whose last point is `valueOf`: what stat, gauge and bar gauge reduce to one number. */
function valueFrames(t: Target, seed: string, from: number, to: number, twist: Twist): Frame[] {
  return (t.names ?? ['A']).map((name, k) => {
    const { times, values } = numbersOf(t, seed, from, to, k, t.points ?? 31, twist);
    if (!t.steady) {
      values[values.length - 1] = valueOf(seed, from, to, k);
    }
    return {
      schema: {
        name,
        refId: t.refId,
        meta: metaOf(t, seed, from, to),
        fields: [{ ...TIME }, number('Value', { displayNameFromDS: name })],
      },
      data: { values: [times, values] },
    };
  });
}

function tableFrame(t: Target, seed: string, from: number, to: number): Frame {
  const rows = t.names ?? ['A'];
  const valueAt = (k: number) => (t.steady ? steadyAt(t.steady, seed, k, to) : valueOf(seed, from, to, k));
  const shareAt = (k: number) => (t.steady ? Math.round(steadyAt({ level: 0.4, swing: 0.1, step: 0.12 }, seed, k, to) * 100) / 100 : valueOf(seed, from, to, k + 100));
  return {
    schema: {
      refId: t.refId,
      meta: { ...metaOf(t, seed, from, to), preferredVisualisationType: 'table' },
      fields: [{ ...TIME, name: '时间' }, text('服务'), number('请求量'), number('错误率', { unit: 'percent' })],
    },
    data: {
      values: [
        timesOf(from, to, Math.max(rows.length, 2)).slice(0, rows.length),
        rows,
        rows.map((_, k) => Math.round(valueAt(k) * 100)),
        rows.map((_, k) => shareAt(k)),
      ],
    },
  };
}

const LEVELS = ['info', 'info', 'info', 'warn', 'error'];
const MESSAGES = ['支付请求已受理', '批量对账完成', '连接池等待超过阈值', '下游超时，正在重试', 'checkpoint written'];

function logFrame(t: Target, seed: string, from: number, to: number): Frame {
  const times = timesOf(from, to, t.points ?? 24).reverse();
  const pick = (k: number) => Math.floor(valueOf(seed, from, to, k)) % 5;
  return {
    schema: {
      refId: t.refId,
      meta: { ...metaOf(t, seed, from, to), preferredVisualisationType: 'logs' },
      fields: [{ ...TIME }, text('Line'), text('level')],
    },
    data: {
      values: [
        times,
        times.map((time, k) => `${new Date(time).toISOString()} ${seed} #${k} ${MESSAGES[pick(k)]}`),
        times.map((_, k) => LEVELS[pick(k)]),
      ],
    },
  };
}

function optionsFrame(t: Target): Frame {
  return {
    schema: { refId: t.refId, fields: [text('text')] },
    data: { values: [t.names ?? []] },
  };
}

export function framesOf(t: Target, from: number, to: number, twist: Twist = {}): Frame[] {
  const seed = t.seed ?? `adhoc/${t.refId}`;
  switch (t.shape ?? 'series') {
    case 'series':
      return seriesFrames(t, seed, from, to, twist);
    case 'values':
      return valueFrames(t, seed, from, to, twist);
    case 'table':
      return [tableFrame(t, seed, from, to)];
    case 'logs':
      return [logFrame(t, seed, from, to)];
    case 'options':
      return [optionsFrame(t)];
    case 'annotations':
      return [];
  }
}
