// Dashboards as a bank's morning round would look at them: mixed kinds, CJK titles, a variable with a repeat.
import { cell, dashboard, dataPanel, DATASOURCE, rowPanel, textPanel, type Dashboard, type Panel } from './model.js';

export function demo(): Dashboard {
  const uid = 'demo';
  return dashboard(uid, '核心交易', ['巡检', '交易'], [
    dataPanel(uid, 'timeseries', 1, '每秒交易量', { x: 0, y: 0, w: 12, h: 8 }, { unit: 'reqps', names: ['支付', '转账', '查询'] }),
    dataPanel(uid, 'timeseries', 2, '响应时间 P99', { x: 12, y: 0, w: 12, h: 8 }, { unit: 'ms', fill: 25 }),
    dataPanel(uid, 'stat', 3, '连接池占用', { x: 0, y: 8, w: 6, h: 5 }, { unit: 'percent' }),
    dataPanel(uid, 'gauge', 4, 'CPU 使用率', { x: 6, y: 8, w: 6, h: 5 }, { unit: 'percent' }),
    dataPanel(uid, 'bargauge', 5, '各渠道占比', { x: 12, y: 8, w: 12, h: 5 }, { unit: 'percent', names: ['手机银行', '网银', '柜面', '开放平台'] }),
    dataPanel(uid, 'table', 6, '服务明细', { x: 0, y: 13, w: 12, h: 8 }, {
      names: ['payment', 'ledger', '清算', 'gateway', '风控', 'notify'],
      overrides: [{ matcher: { id: 'byName', options: '错误率' }, properties: [{ id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } }] }],
    }),
    dataPanel(uid, 'logs', 7, '最近日志', { x: 12, y: 13, w: 12, h: 8 }),
    textPanel(8, '值班说明', { x: 0, y: 21, w: 8, h: 6 }, '### 巡检要点\n\n* 成功率低于 **99.5%** 立即上报\n* 夜间批量 01:00 – 03:00 期间响应时间允许升高\n\n联系方式见值班表。'),
    dataPanel(uid, 'timeseries', 9, '阶梯 · 连接数', { x: 8, y: 21, w: 8, h: 6 }, { thresholds: true }),
    dataPanel(uid, 'stat', 10, '各机房延迟', { x: 16, y: 21, w: 8, h: 6 }, { unit: 'ms', names: ['北京', '上海'] }),
  ]);
}

export function gateway(): Dashboard {
  const uid = 'gateway';
  const kinds = ['timeseries', 'timeseries', 'stat', 'gauge', 'timeseries', 'bargauge'] as const;
  const titles = ['入口流量', '后端延迟', '活跃连接', '缓存命中率', '5xx 比例', '节点负载'];
  const units = ['Bps', 'ms', 'short', 'percent', 'percent', 'percent'];
  const panels = kinds.map((kind, i) =>
    dataPanel(uid, kind, i + 1, titles[i]!, cell(i, 3, 8), { unit: units[i], names: kind === 'bargauge' ? ['gw-1', 'gw-2', 'gw-3'] : undefined })
  );
  return dashboard(uid, 'API 网关', ['巡检', '网关'], panels, { timezone: 'utc' });
}

export const HOSTS = ['web-01', 'web-02', 'db-01', 'db-02'];

function hostVariable() {
  return {
    name: 'host',
    label: '主机',
    type: 'query',
    datasource: DATASOURCE,
    query: { refId: 'host', shape: 'options', names: HOSTS },
    definition: HOSTS.join(','),
    refresh: 1,
    multi: true,
    includeAll: true,
    hide: 0,
    regex: '',
    sort: 0,
    skipUrlSync: false,
    options: [],
    current: { text: ['All'], value: ['$__all'] },
  };
}

export function host(): Dashboard {
  const uid = 'host';
  const perHost = (panel: Panel): Panel => ({
    ...panel,
    targets: panel.targets!.map((t) => ({ ...t, seed: `${t.seed}/$host`, names: ['$host'] })),
  });
  return dashboard(uid, '主机概览', ['巡检', '主机'], [
    dataPanel(uid, 'timeseries', 1, '整体负载', { x: 0, y: 0, w: 24, h: 7 }),
    { ...perHost(dataPanel(uid, 'timeseries', 2, 'CPU · $host', { x: 0, y: 7, w: 12, h: 7 }, { unit: 'percent' })), repeat: 'host', repeatDirection: 'h', maxPerRow: 2 },
    { ...perHost(dataPanel(uid, 'stat', 3, '内存 · $host', { x: 0, y: 14, w: 24, h: 4 }, { unit: 'percent' })) },
  ], { templating: { list: [hostVariable()] } });
}

export function rows(): Dashboard {
  const uid = 'rows';
  return dashboard(uid, '分行分组', ['巡检'], [
    rowPanel(100, '总览', 0, false),
    dataPanel(uid, 'timeseries', 1, '总体吞吐', { x: 0, y: 1, w: 12, h: 7 }),
    dataPanel(uid, 'stat', 2, '在线终端', { x: 12, y: 1, w: 12, h: 7 }),
    rowPanel(101, '明细（折叠）', 8, true, [
      dataPanel(uid, 'timeseries', 3, '华北', { x: 0, y: 9, w: 12, h: 7 }),
      dataPanel(uid, 'timeseries', 4, '华东', { x: 12, y: 9, w: 12, h: 7 }),
      dataPanel(uid, 'gauge', 5, '磁盘', { x: 0, y: 16, w: 8, h: 6 }, { unit: 'percent' }),
    ]),
    rowPanel(102, '备注', 9, false),
    textPanel(6, '说明', { x: 0, y: 10, w: 24, h: 4 }, '折叠的行不会加载其中的面板。'),
  ]);
}

const SITES = ['北京', '上海', '深圳'];

/** A row that repeats: everything in it once for each site. */
export function fleet(): Dashboard {
  const uid = 'fleet';
  const site = (panel: Panel): Panel => ({ ...panel, targets: panel.targets!.map((t) => ({ ...t, seed: `${t.seed}/$site` })) });
  const variable = { ...hostVariable(), name: 'site', label: '机房', query: { refId: 'site', shape: 'options', names: SITES }, definition: SITES.join(',') };
  return dashboard(uid, '多机房', ['巡检'], [
    { ...rowPanel(100, '机房 $site', 0, false), repeat: 'site' },
    site(dataPanel(uid, 'timeseries', 1, '$site 流量', { x: 0, y: 1, w: 16, h: 6 }, { unit: 'Bps' })),
    site(dataPanel(uid, 'stat', 2, '$site 健康度', { x: 16, y: 1, w: 8, h: 6 }, { unit: 'percent' })),
    rowPanel(101, '汇总', 7, false),
    dataPanel(uid, 'gauge', 3, '合计', { x: 0, y: 8, w: 24, h: 6 }, { unit: 'percent' }),
  ], { templating: { list: [variable] } });
}

/** Variables that only a page knows: `rack` follows `dc`; the query of `broken` fails. Panels repeat by them. */
export function chain(): Dashboard {
  const uid = 'chain';
  const query = (name: string, label: string, names: string[], more: object = {}) =>
    ({ ...hostVariable(), name, label, query: { refId: name, shape: 'options', names, ...more }, definition: name });
  const perRack = (panel: Panel): Panel => ({ ...panel, targets: panel.targets!.map((t) => ({ ...t, seed: `${t.seed}/$rack` })) });
  return dashboard(uid, '机柜', ['lab'], [
    { ...perRack(dataPanel(uid, 'timeseries', 1, '功率 · $rack', { x: 0, y: 0, w: 12, h: 7 })), repeat: 'rack', repeatDirection: 'h', maxPerRow: 2 },
    { ...dataPanel(uid, 'stat', 2, '温度 · $broken', { x: 0, y: 7, w: 12, h: 5 }), repeat: 'broken', repeatDirection: 'h' },
    dataPanel(uid, 'timeseries', 3, '合计', { x: 12, y: 7, w: 12, h: 5 }),
  ], { templating: { list: [
    { ...query('dc', '机房', ['北京', '上海']), multi: false, includeAll: false, current: { text: '上海', value: '上海' } },
    query('rack', '机柜', ['$dc-r1', '$dc-r2']),
    query('broken', '故障', ['x'], { seed: 'trouble:error/chain/0' }),
  ] } });
}

/** One of its panels lives in the library; only the reference is in the dashboard. */
export function library(): Dashboard {
  return dashboard('library', '库面板', ['library'], [
    { id: 1, type: 'library-panel-ref', title: '共享：平均负载', gridPos: { x: 0, y: 0, w: 12, h: 8 }, libraryPanel: { uid: 'lib-load', name: '共享：平均负载' } },
    dataPanel('library', 'stat', 2, '自有面板', { x: 12, y: 0, w: 12, h: 8 }),
  ]);
}

export const LIBRARY: Record<string, { name: string; model: Panel }> = {
  'lib-load': {
    name: '共享：平均负载',
    model: dataPanel('library', 'timeseries', 1, '共享：平均负载', { x: 0, y: 0, w: 12, h: 8 }, { unit: 'short' }),
  },
};

export function secret(): Dashboard {
  return dashboard('secret', '机密清算', ['机密'], [dataPanel('secret', 'stat', 1, '头寸', cell(0, 2, 8))]);
}

export function branch(): Dashboard {
  return dashboard('branch', '分行大屏', ['巡检'], [
    dataPanel('branch', 'timeseries', 1, '分行交易', cell(0, 2, 8)),
    dataPanel('branch', 'stat', 2, '网点在线', cell(1, 2, 8)),
  ]);
}
