// Dashboards whose panels misbehave, each in its own way, without any fault being injected.
import { cell, dashboard, dataPanel, textPanel, type Dashboard } from './model.js';

/** Queries whose seed starts so are answered in the way named; see api/query.ts. */
export const TROUBLE = {
  error: 'trouble:error',
  refError: 'trouble:ref-error',
  noData: 'trouble:no-data',
  slow: 'trouble:slow',
  hang: 'trouble:hang',
  stream: 'trouble:stream',
  abort: 'trouble:abort',
};

function troubled(uid: string, id: number, title: string, i: number, trouble: string) {
  const panel = dataPanel(uid, 'timeseries', id, title, cell(i, 3, 8));
  return { ...panel, targets: panel.targets!.map((t) => ({ ...t, seed: `${trouble}/${uid}/${id}` })) };
}

export function faults(): Dashboard {
  const uid = 'faults';
  return dashboard(uid, '故障样本', ['faults'], [
    troubled(uid, 1, '查询报错', 0, TROUBLE.error),
    troubled(uid, 2, '无数据', 1, TROUBLE.noData),
    troubled(uid, 3, '慢查询', 2, TROUBLE.slow),
    { id: 4, type: 'acme-missing-panel', title: '缺失插件', gridPos: cell(3, 3, 8), options: {} },
    troubled(uid, 5, '实时流', 4, TROUBLE.stream),
    dataPanel(uid, 'timeseries', 6, '正常面板', cell(5, 3, 8)),
    troubled(uid, 7, '部分报错', 6, TROUBLE.refError),
    textPanel(8, '说明', cell(7, 3, 8), '此页各面板用于检验异常判定。'),
    { id: 9, type: 'crash', title: '绘制崩溃', gridPos: cell(8, 3, 8), options: {} },
  ]);
}

/** A page that never settles: one of its queries is never answered. */
export function hang(): Dashboard {
  return dashboard('hang', '永不完成', ['faults'], [
    troubled('hang', 1, '悬挂查询', 0, TROUBLE.hang),
    dataPanel('hang', 'timeseries', 2, '正常面板', cell(1, 3, 8)),
    troubled('hang', 3, '中断的查询', 2, TROUBLE.abort),
  ]);
}

/** Shortly after it is drawn the page never gives its thread back: nothing that is asked of it is answered. */
export function spin(): Dashboard {
  return dashboard('spin', '死循环', ['faults'], [
    dataPanel('spin', 'timeseries', 1, '正常面板', cell(0, 3, 8)),
    textPanel(2, '死循环', cell(1, 3, 8), '<script>setTimeout(function () { for (;;) {} }, 200)</script>', 'html'),
  ]);
}

/** The tab's process dies of its memory within a few seconds (up to 4 GB for a moment). */
export function crash(): Dashboard {
  return dashboard('crash', '页面崩溃', ['faults'], [
    textPanel(1, '页面崩溃', cell(0, 3, 8), '<script>setTimeout(function () { for (var a = [];;) { a.push(new Array(4e6).fill(a.length + 0.5)); } }, 200)</script>', 'html'),
  ]);
}

export function text(): Dashboard {
  return dashboard('text', '纯文字', ['text'], [
    textPanel(1, '公告', { x: 0, y: 0, w: 12, h: 8 }, '# 今日公告\n\n系统运行**正常**。\n\n1. 第一条\n2. 第二条'),
    textPanel(2, 'Scripts', { x: 12, y: 0, w: 12, h: 8 }, 'English, 中文, 日本語, 한국어, Ελληνικά, Русский, العربية, ไทย'),
  ]);
}

export function timefrom(): Dashboard {
  const uid = 'timefrom';
  return dashboard(uid, '自带时间范围', ['timefrom'], [
    dataPanel(uid, 'timeseries', 1, '跟随看板', cell(0, 3, 8)),
    { ...dataPanel(uid, 'timeseries', 2, '固定最近 1 小时', cell(1, 3, 8)), timeFrom: '1h' },
    { ...dataPanel(uid, 'timeseries', 3, '对比昨日', cell(2, 3, 8)), timeShift: '1d' },
  ]);
}

/** Panels that a rule shows and hides: 2 and 3 only while `mode` is 夜间; 3 is mounted all the time. */
export function rules(): Dashboard {
  const uid = 'rules', shownWhile = { variable: 'mode', value: '夜间' };
  const mode = { name: 'mode', label: '时段', type: 'custom', query: '日间,夜间', hide: 0, current: { text: '日间', value: '日间' } };
  return dashboard(uid, '按条件显示', ['rules'], [
    dataPanel(uid, 'timeseries', 1, '始终显示', cell(0, 3, 8)),
    { ...dataPanel(uid, 'timeseries', 2, '夜间批量', cell(1, 3, 8)), shownWhile },
    { ...dataPanel(uid, 'timeseries', 3, '夜间有数据', cell(2, 3, 8)), shownWhile: { ...shownWhile, mounted: true } },
  ], { templating: { list: [mode] } });
}
