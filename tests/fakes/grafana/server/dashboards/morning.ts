// What the demo looks at: dashboards of ordinary business, whose numbers are alike from day to day until something is told to go wrong.
import { dashboard, dataPanel, textPanel, type Dashboard } from './model.js';

const LOW: [string, number | null][] = [['red', null], ['yellow', 99], ['green', 99.5]];
const upTo = (warn: number, alert: number): [string, number | null][] => [['green', null], ['yellow', warn], ['red', alert]];

export function payments(): Dashboard {
  const uid = 'pay';
  return dashboard(uid, '支付交易', ['早巡检'], [
    dataPanel(uid, 'timeseries', 1, '每秒交易量', { x: 0, y: 0, w: 12, h: 8 }, { unit: 'reqps', names: ['支付', '转账', '查询'], steady: { level: 2600, swing: 0.3, step: 0.35, digits: 0 }, steps: upTo(6000, 8000) }),
    dataPanel(uid, 'timeseries', 2, '响应时间 P99', { x: 12, y: 0, w: 12, h: 8 }, { unit: 'ms', fill: 20, names: ['支付'], steady: { level: 180, swing: 0.15, digits: 1 }, steps: upTo(400, 800) }),
    dataPanel(uid, 'stat', 3, '交易成功率', { x: 0, y: 8, w: 6, h: 5 }, { unit: 'percent', names: ['成功率'], steady: { level: 99.9, swing: 0.0004, most: 100 }, steps: LOW }),
    dataPanel(uid, 'gauge', 4, '连接池占用', { x: 6, y: 8, w: 6, h: 5 }, { unit: 'percent', names: ['占用'], steady: { level: 42, swing: 0.12, digits: 1 }, steps: upTo(70, 90) }),
    dataPanel(uid, 'bargauge', 5, '各渠道占比', { x: 12, y: 8, w: 12, h: 5 }, { unit: 'percent', names: ['手机银行', '网银', '开放平台', '柜面'], steady: { level: 46, swing: 0.04, step: 0.27, digits: 1 }, steps: upTo(80, 95) }),
    dataPanel(uid, 'timeseries', 6, '清算队列积压', { x: 0, y: 13, w: 12, h: 8 }, { unit: 'short', fill: 20, names: ['积压'], steady: { level: 34, swing: 0.25, digits: 0 }, steps: upTo(200, 400) }),
    dataPanel(uid, 'table', 7, '服务明细', { x: 12, y: 13, w: 12, h: 8 }, { names: ['payment', 'ledger', '清算', 'gateway', '风控', 'notify'], steady: { level: 52, swing: 0.15, step: 0.14 } }),
    textPanel(8, '值班说明', { x: 0, y: 21, w: 24, h: 5 }, '* 成功率低于 **99.5%** 立即上报\n* 夜间批量 01:00 – 03:00 期间响应时间允许升高'),
  ]);
}

export function edge(): Dashboard {
  const uid = 'edge';
  return dashboard(uid, '接入网关', ['早巡检'], [
    dataPanel(uid, 'timeseries', 1, '入口流量', { x: 0, y: 0, w: 12, h: 8 }, { unit: 'Bps', names: ['入', '出'], steady: { level: 42_000_000, swing: 0.3, step: 0.4, digits: 0 }, steps: upTo(2e8, 4e8) }),
    dataPanel(uid, 'timeseries', 2, '5xx 比例', { x: 12, y: 0, w: 12, h: 8 }, { unit: 'percent', names: ['5xx'], fill: 15, steady: { level: 0.08, swing: 0.2, digits: 3 }, steps: upTo(0.5, 1) }),
    dataPanel(uid, 'stat', 3, '活跃连接', { x: 0, y: 8, w: 8, h: 6 }, { unit: 'short', names: ['连接'], steady: { level: 8600, swing: 0.2, digits: 0 }, steps: upTo(20_000, 30_000) }),
    dataPanel(uid, 'gauge', 4, '缓存命中率', { x: 8, y: 8, w: 8, h: 6 }, { unit: 'percent', names: ['命中'], steady: { level: 94, swing: 0.01, most: 100, digits: 1 }, steps: [['red', null], ['yellow', 70], ['green', 85]] }),
    dataPanel(uid, 'bargauge', 5, '节点负载', { x: 16, y: 8, w: 8, h: 6 }, { unit: 'percent', names: ['gw-1', 'gw-2', 'gw-3'], steady: { level: 48, swing: 0.1, step: 0.06, digits: 1 }, steps: upTo(75, 90) }),
    dataPanel(uid, 'timeseries', 6, '后端延迟', { x: 0, y: 14, w: 24, h: 7 }, { unit: 'ms', names: ['P50', 'P95'], steady: { level: 36, swing: 0.15, step: -1.4, digits: 1 }, steps: upTo(250, 500) }),
  ]);
}

export function accounts(): Dashboard {
  const uid = 'accounts';
  return dashboard(uid, '账务数据库', ['早巡检'], [
    dataPanel(uid, 'timeseries', 1, '会话数', { x: 0, y: 0, w: 12, h: 8 }, { unit: 'short', names: ['活动', '空闲'], steady: { level: 320, swing: 0.2, step: 0.5, digits: 0 }, steps: upTo(800, 1000) }),
    dataPanel(uid, 'timeseries', 2, '主从延迟', { x: 12, y: 0, w: 12, h: 8 }, { unit: 's', names: ['ledger-2', 'ledger-3'], fill: 15, steady: { level: 0.6, swing: 0.2, step: 0.2, digits: 2 }, steps: upTo(5, 15) }),
    dataPanel(uid, 'bargauge', 3, '表空间', { x: 0, y: 8, w: 12, h: 6 }, { unit: 'percent', names: ['LEDGER', 'JOURNAL', 'INDEX', 'ARCHIVE'], steady: { level: 68, swing: 0.01, step: 0.12, digits: 1 }, steps: upTo(80, 90) }),
    dataPanel(uid, 'stat', 4, '慢查询', { x: 12, y: 8, w: 6, h: 6 }, { unit: 'short', names: ['慢查询'], steady: { level: 3, swing: 0.2, digits: 0 }, steps: upTo(20, 50) }),
    dataPanel(uid, 'gauge', 5, '缓冲命中率', { x: 18, y: 8, w: 6, h: 6 }, { unit: 'percent', names: ['命中'], steady: { level: 98, swing: 0.004, most: 100, digits: 1 }, steps: [['red', null], ['yellow', 80], ['green', 90]] }),
    dataPanel(uid, 'timeseries', 6, '锁等待', { x: 0, y: 14, w: 24, h: 7 }, { unit: 'ms', names: ['锁等待'], fill: 15, steady: { level: 12, swing: 0.25, digits: 1 }, steps: upTo(200, 500) }),
  ]);
}
