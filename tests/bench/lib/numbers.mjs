// Medians, percentiles, and tables as Markdown.
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}
export const median = (values) => percentile(values, 0.5);
export const p95 = (values) => percentile(values, 0.95);
export const sum = (values) => values.reduce((a, b) => a + b, 0);
export const round = (n, digits = 0) => Number.isFinite(n) ? n.toFixed(digits) : '–';

export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  console.log([line(head), line(head.map((_, i) => (i ? '---:' : '---'))), ...rows.map(line)].join('\n') + '\n');
}

/** Runs the jobs, so many at once. */
export async function inParallel(jobs, width) {
  const left = [...jobs.entries()], results = [];
  await Promise.all(Array.from({ length: width }, async () => {
    for (let next; (next = left.shift());) results[next[0]] = await next[1]();
  }));
  return results;
}
