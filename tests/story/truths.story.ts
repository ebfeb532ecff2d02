// The truth of each panel of a visit: neighbours of one page, each with its own word and text.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Grafana, stampColour, viewerToken } from './lib/grafana.js';
import { Picture } from './lib/picture.js';
import { grafanaSettings, Rounds } from './lib/rounds.js';

const start = 1763000000000, hour = 3600000;
let grafana: Grafana, rounds: Rounds;
const open = () => Rounds.start({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken } });

beforeAll(async () => { grafana = await Grafana.start(); rounds = await open(); });
afterAll(async () => { await rounds?.stop(); await grafana?.stop(); });
afterEach(async () => { await grafana.reset(); });

async function cut(uid: string, panels: string[], windows = [0], by = rounds, timeout = 60, more = ''): Promise<any[]> {
  const asks = windows.flatMap((n) => panels.map((panel) => ({
    id: `${panel}/${n}`, panel, width: 1600,
    url: `${grafana.url}/d/${uid}/x?orgId=1&kiosk&timezone=utc&from=${start + n * hour}&to=${start + (n + 6) * hour}${more}`,
  })));
  const answer = await fetch(`${by.url}/render/batch?timeout=${timeout}`, {
    method: 'POST', headers: { 'X-Auth-Token': 'a-token-of-the-tests-0123456789' }, body: asks.map((ask) => JSON.stringify(ask)).join('\n'),
  });
  return (await answer.text()).trim().split('\n').map((line) => JSON.parse(line));
}
const pictureOf = (one: any) => new Picture(Buffer.from(one.body, 'base64'));
const expectStamp = (one: any, seed: string, from: number, to: number) =>
  expect(pictureOf(one).count(stampColour(seed, from, to)), `${seed} ${from} by ${one.how}`).toBeGreaterThan(40);
const wordOf = async (uid: string, panel: string) => (await cut(uid, [panel, '6']))[0];

it.each([
  ['a query error, with its text', '1', 'query_error', 'connection to database refused'],
  ['no data', '2', 'no_data', '无数据'],
  ['a plugin that is not there', '4', 'plugin_missing', 'not installed'],
  ['data that stream', '5', 'ok', ''],
  ['one of two queries failing', '7', 'query_error', ''],
  ['a text', '8', 'ok', ''],
  ['a panel that is not there', '99', 'panel_missing', '99'],
])('%s', async (_, panel, word, text) => {
  const landed = await wordOf('faults', panel);
  expect(landed.outcome).toBe(word);
  expect(landed.message ?? '').toContain(text);
});

it.each([
  ['a panel in a collapsed row is opened and shown', 'rows', ['3', '1'], ['ok', 'ok']],
  ['a panel that a rule hides', 'rules', ['2', '1'], ['hidden', 'ok']],
  ['a panel that a rule hides while it is mounted', 'rules', ['3', '1'], ['hidden', 'ok']],
])('%s', async (_, uid, panels, words) => {
  for (const windows of [[0], [1]]) { // a page of its own, then a change inside the application
    const landed = await cut(uid, panels, windows);
    expect(landed.map((one) => one.outcome)).toEqual(words);
    for (const [i, one] of landed.entries()) {
      if (words[i] === 'ok') expectStamp(one, `${uid}/${panels[i]}`, start + windows[0] * hour, start + (windows[0] + 6) * hour);
      else expect([one.status, one.message]).toEqual(['target_missing', expect.stringContaining('is not shown')]);
    }
  }
});

it('a rule that holds shows its panels', async () => {
  const landed = await cut('rules', ['2', '3'], [0], rounds, 60, '&var-mode=夜间');
  expect(landed.map((one) => one.outcome)).toEqual(['ok', 'ok']);
  for (const one of landed) expectStamp(one, `rules/${one.id[0]}`, start, start + 6 * hour);
});

it('a panel with a range of its own is said to show another range, cut or solo, fresh or changed', async () => {
  const shifted = (n: number) => [start + (n - 24) * hour, start + (n - 18) * hour] as const;
  for (const n of [0, 1]) {
    const [follows, fixed, compared] = await cut('timefrom', ['1', '2', '3'], [n]);
    expect([follows, fixed, compared].map((one) => [one.outcome, one.other_range])).toEqual([['ok', false], ['ok', false], ['ok', true]]);
    expectStamp(fixed, 'timefrom/2', start + n * hour, start + (n + 6) * hour); // timeFrom counts beside relative ranges only
    expectStamp(compared, 'timefrom/3', ...shifted(n));
  }
  const solo = (panel: number, from: string | number, to: string | number) =>
    rounds.render({ url: `${grafana.url}/d-solo/timefrom/x?orgId=1&panelId=${panel}&timezone=utc&from=${from}&to=${to}`, timeout: 30 });
  const said = async (answer: Promise<Response>) => (await answer).headers.get('x-rounds-status');
  expect(await said(solo(1, start, start + hour))).toBe('ok');
  expect(await said(solo(3, start, start + hour))).toBe('ok; range=other');
  expect(await said(solo(1, 'now-6h', 'now'))).toBe('ok');
  expect(await said(solo(2, 'now-6h', 'now'))).toBe('ok; range=other');
});

it('an answer that was cut off in the middle is named as the network\'s', async () => {
  const [lost] = await cut('hang', ['3', '2'], [0], rounds, 15);
  expect(lost.outcome).toBe('query_error');
  expect(lost.message).toMatch(/cut off \(net::ERR_/);
});

it('a panel that is still loading at the deadline does not take its neighbours with it', async () => {
  const [hanging, fine] = await cut('hang', ['1', '2'], [0], rounds, 12);
  expect(['loading', 'timeout']).toContain(hanging.outcome);
  expect(fine.outcome).toBe('ok');
});

it('stats show the new window whole after a change inside the application', async () => {
  const stats = ['3', '10'];
  const landed = await cut('demo', stats, [0, 3]);
  const fresh = await open();
  try {
    const alone = await cut('demo', stats, [3], fresh);
    expect(landed.slice(2).map((one) => one.how)).toEqual(['in-app', 'in-app']);
    expect(alone[0].how).not.toBe('in-app');
    for (const [i, one] of alone.entries()) {
      const a = pictureOf(one), b = pictureOf(landed[2 + i]);
      expect(a.different(b), one.id).toBeLessThan(50);
    }
  } finally { await fresh.stop(); }
});
