// What a round asks for: dashboards × panels × windows, as lines for POST /render/batch.
export const HOUR = 3600_000, T0 = 1763000000000, WIDTH = 1600;

/** Windows of different lengths, none alike, from the n-th on. */
export const windows = (n, first = 0) => Array.from({ length: n }, (_, i) => {
  const from = T0 + (first + i) * 600_000;
  return { from, to: from + [1, 6, 24][i % 3] * HOUR };
});

export const dashboards = (n) => Array.from({ length: n }, (_, i) => `heavy-${String(i + 1).padStart(2, '0')}`);
export const numbers = (n) => Array.from({ length: n }, (_, i) => i + 1);

const range = (w) => `orgId=1&from=${w.from}&to=${w.to}&timezone=utc`;

export function lines(base, { layout, uids, panels, wins, more = '' }) {
  return uids.flatMap((uid) => wins.flatMap((w) => panels.map((panel) => {
    const id = JSON.stringify({ uid, panel, ...w });
    return layout === 'dashboard'
      ? { id, url: `${base}/d/${uid}/x?${range(w)}&kiosk${more}`, panel, width: WIDTH }
      : { id, url: `${base}/d-solo/${uid}/x?${range(w)}&panelId=${panel}${more}`, width: 1000, height: 500 };
  })));
}

/** Whole dashboards dealt out to so many requests. */
export function deal(uids, n) {
  const hands = Array.from({ length: Math.min(n, uids.length) }, () => []);
  uids.forEach((uid, i) => hands[i % hands.length].push(uid));
  return hands;
}
