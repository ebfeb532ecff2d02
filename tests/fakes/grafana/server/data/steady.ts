// Numbers of an ordinary business: a daily curve with a little noise, the same at the same hour of every day. They are a pure function of
// the seed and the moment, so two rounds a day apart look alike, and a surge is all that stands out.
import { fnv1a } from './hash.js';
import { timesOf, type Series } from './series.js';

export interface Steady {
  /** What it is about; series number k lies `step` (a share of the level) below number k − 1. */
  level: number;
  /** How far the day moves it, as a share of the level. */
  swing?: number;
  step?: number;
  /** Never more than this, e.g. 100 %. */
  most?: number;
  digits?: number;
}

const DAY = 86_400_000;
const GRAIN = 540_000;
const NOISE = 0.1;

const unit = (text: string) => (fnv1a(text) % 2001) / 1000 - 1;

/** Smooth noise, −1 … 1. */
function noiseAt(seed: string, t: number): number {
  const n = Math.floor(t / GRAIN);
  const part = t / GRAIN - n;
  return unit(`${seed}#${n % 160}`) * (1 - part) + unit(`${seed}#${(n + 1) % 160}`) * part;
}

export function steadyAt(s: Steady, seed: string, k: number, t: number): number {
  const level = s.level * Math.max(0.05, 1 - k * (s.step ?? 0.25));
  const hour = (t % DAY) / DAY;
  const day = Math.sin(2 * Math.PI * (hour - 0.08)) * 0.8 + Math.sin(4 * Math.PI * (hour - 0.02)) * 0.2;
  return level * (1 + (s.swing ?? 0.25) * (day + NOISE * 4 * noiseAt(`${seed}/${k}`, t)));
}

/** The last sixth of the window climbs to `surge` times what it would be. */
function surgeAt(i: number, points: number, surge: number | undefined): number {
  const from = Math.floor(points * 0.84);
  return surge === undefined || i < from ? 1 : 1 + ((surge - 1) * (i - from + 1)) / (points - from);
}

export function steadySeries(s: Steady, seed: string, from: number, to: number, k: number, points: number, surge?: number): Series {
  const times = timesOf(from, to, points);
  const scale = 10 ** (s.digits ?? 2);
  const values = times.map((t, i) => {
    const v = steadyAt(s, seed, k, t) * surgeAt(i, points, surge);
    return Math.round(Math.min(v, s.most ?? Infinity) * scale) / scale;
  });
  return { times, values };
}
