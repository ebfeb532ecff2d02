// Dashboards for load: one of forty panels, ten of ten to twelve.
import { cell, dashboard, dataPanel, type Dashboard, type PanelKind } from './model.js';

const MIX: PanelKind[] = ['timeseries', 'timeseries', 'stat', 'timeseries', 'gauge', 'timeseries', 'bargauge', 'timeseries', 'table', 'timeseries'];
const UNITS = ['short', 'ms', 'percent', 'Bps', 'percent', 'reqps', 'percent', 'bytes', 'short', 's'];

function panelsOf(uid: string, count: number, perRow: number) {
  return Array.from({ length: count }, (_, i) => {
    const kind = MIX[i % MIX.length]!;
    const names = kind === 'bargauge' || kind === 'table' ? ['node-a', 'node-b', 'node-c'] : i % 4 === 3 ? ['读', '写'] : ['值'];
    return dataPanel(uid, kind, i + 1, `指标 ${String(i + 1).padStart(2, '0')}`, cell(i, perRow, 8), { unit: UNITS[i % UNITS.length], names });
  });
}

export function heavy(): Dashboard {
  return dashboard('heavy', '重载大屏（40 面板）', ['heavy'], panelsOf('heavy', 40, 3));
}

export function heavySet(): Dashboard[] {
  return Array.from({ length: 10 }, (_, n) => {
    const uid = `heavy-${String(n + 1).padStart(2, '0')}`;
    return dashboard(uid, `业务系统 ${String(n + 1).padStart(2, '0')}`, ['heavy', 'round'], panelsOf(uid, 10 + (n % 3), 3));
  });
}

/** Taller than any bitmap a browser makes in one piece. */
export function huge(): Dashboard {
  const panels = Array.from({ length: 60 }, (_, i) =>
    dataPanel('huge', i % 3 === 0 ? 'timeseries' : 'stat', i + 1, `第 ${i + 1} 层`, { x: 0, y: i * 12, w: 24, h: 12 })
  );
  return dashboard('huge', '超长页面', ['huge'], panels);
}
