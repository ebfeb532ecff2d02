// What processes cost, read from /proc: CPU seconds and memory of a process and of the tree below it.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const tick = 1 / Number(execFileSync('getconf', ['CLK_TCK']).toString());

function read(path) {
  try { return readFileSync(path, 'utf8'); } catch { return ''; } // it ended meanwhile
}

function stat(pid) {
  const text = read(`/proc/${pid}/stat`);
  if (!text) return undefined;
  const f = text.slice(text.lastIndexOf(')') + 2).split(' '); // the name may hold anything
  return { ppid: Number(f[1]), own: (Number(f[11]) + Number(f[12])) * tick, reaped: (Number(f[13]) + Number(f[14])) * tick };
}

/** The process and all below it. */
export function tree(root) {
  const children = new Map();
  for (const name of readdirSync('/proc')) {
    const s = /^\d+$/.test(name) ? stat(name) : undefined;
    if (s) children.set(s.ppid, [...(children.get(s.ppid) ?? []), Number(name)]);
  }
  const found = [];
  for (let next = [root]; next.length; next = next.flatMap((pid) => children.get(pid) ?? [])) found.push(...next);
  return found;
}

/** User and system seconds of the process alone. */
export const cpuOwn = (pid) => stat(pid)?.own ?? 0;

/** Of the tree, those that have ended and were reaped included. */
export const cpuTree = (pid) => tree(pid).reduce((sum, p) => { const s = stat(p); return sum + (s ? s.own + s.reaped : 0); }, 0);

const field = (text, name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) / 1024;

/** Resident memory of one process, MB. */
export const rssMb = (pid) => field(read(`/proc/${pid}/status`), 'VmRSS');

/** Proportional memory of everything below the process, MB: shared pages are counted once. */
export const pssBelowMb = (pid) => tree(pid).slice(1).reduce((sum, p) => sum + field(read(`/proc/${p}/smaps_rollup`), 'Pss'), 0);

export const load1 = () => Number(read('/proc/loadavg').split(' ')[0]);
