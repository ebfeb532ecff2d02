// The numbers. A pure function of (seed, from, to): the README of this folder gives the formula.
import { fnv1a } from './hash.js';

export const POINTS_DEFAULT = 121;

export interface Series {
  times: number[];
  values: number[];
}

const round = (v: number) => Math.round(v * 10_000) / 10_000;

export function timesOf(from: number, to: number, points: number): number[] {
  const times: number[] = [];
  for (let i = 0; i < points; i++) {
    times.push(from + Math.floor((i * (to - from)) / (points - 1)));
  }
  return times;
}

/** Series number k of a panel: its level belongs to the seed, its shape to the window. */
export function seriesOf(seed: string, from: number, to: number, k: number, points = POINTS_DEFAULT): Series {
  const s = fnv1a(seed);
  const w = fnv1a(`${seed}/${from}/${to}`);
  const base = 20 + ((s + 17 * k) % 60);
  const amplitude = 5 + ((w >>> 8) % 15);
  const phase = ((w >>> 16) % 628) / 100;
  const cycles = 1 + (w % 4);
  const values: number[] = [];
  for (let i = 0; i < points; i++) {
    values.push(round(base + amplitude * Math.sin((2 * Math.PI * cycles * i) / (points - 1) + phase + k)));
  }
  return { times: timesOf(from, to, points), values };
}

/** The single number of a stat, gauge or bar: 0.00 … 99.99. */
export function valueOf(seed: string, from: number, to: number, k: number): number {
  return (fnv1a(`${seed}/${from}/${to}/${k}`) % 10_000) / 100;
}
