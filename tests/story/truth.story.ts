// A picture is what it says it is: login pages, missing panels and broken pages are named, not delivered as panels.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Grafana, stampColour, viewerToken } from './lib/grafana.js';
import { Picture } from './lib/picture.js';
import { grafanaSettings, Rounds } from './lib/rounds.js';
import { Site } from './lib/site.js';

const from = 1763000000000, to = 1763021600000;
let grafana: Grafana, rounds: Rounds, loose: Rounds, elsewhere: Site;

beforeAll(async () => {
  elsewhere = await Site.start({ '/': 'an identity provider' });
  grafana = await Grafana.start();
  const env = { TEST_GRAFANA_TOKEN: viewerToken };
  rounds = await Rounds.start({ settings: grafanaSettings(grafana.url), env });
  loose = await Rounds.start({ settings: grafanaSettings(grafana.url, undefined, 'render: {strict: false, strict_drop_in: true}\n'), env });
});
afterEach(async () => { await grafana.reset(); });
afterAll(async () => { await rounds?.stop(); await loose?.stop(); await grafana?.stop(); await elsewhere?.stop(); });

const page = (uid: string, panel?: number | string, more = '') =>
  `${grafana.url}/${panel === undefined ? 'd' : 'd-solo'}/${uid}/x?orgId=1${panel === undefined ? '' : `&panelId=${panel}`}&from=${from}&to=${to}&timezone=utc${more}`;
const status = (answer: Response) => (answer.headers.get('x-rounds-status') ?? '').split(';')[0];

interface Case { name: string; url: () => string; faults?: () => object; word: string; text: RegExp }
const fatal: Case[] = [
  { name: 'a dashboard that does not exist', url: () => page('nosuch', 1), word: 'dashboard_missing', text: /404|no such/ },
  { name: 'a dashboard that the API forbids', url: () => page('secret', 1), word: 'dashboard_missing', text: /may not see|not visible/ },
  { name: 'a panel that the dashboard does not have', url: () => page('demo', 77), word: 'panel_missing', text: /no panel 77/ },
  { name: 'a panel on the older front end that is not there', url: () => page('legacy-demo', 77), word: 'panel_missing', text: /no panel 77/ },
  { name: 'a panel whose plugin is missing', url: () => page('faults', 4), word: 'plugin_missing', text: /plugin/ },
  { name: 'an application that does not start', url: () => page('demo', 1), faults: () => ({ boot: 'fail' }), word: 'target', text: /did not start|front end/ },
  { name: 'a page that answers 401', url: () => page('demo', 1), faults: () => ({ paths: [{ path: '/d-solo/', status: 401, message: 'Invalid Render Key' }] }), word: 'login', text: /401/ },
  { name: 'a page that answers 403', url: () => page('demo', 1), faults: () => ({ paths: [{ path: '/d-solo/', status: 403, message: 'no' }] }), word: 'login', text: /403/ },
  { name: 'a page that answers 404', url: () => page('demo', 1), faults: () => ({ paths: [{ path: '/d-solo/', status: 404, message: 'no' }] }), word: 'dashboard_missing', text: /404/ },
  { name: 'a page that answers 503', url: () => page('demo', 1), faults: () => ({ paths: [{ path: '/d-solo/', status: 503, message: 'no' }] }), word: 'target', text: /503/ },
  { name: 'a dashboard API that answers 500', url: () => page('demo', 1), faults: () => ({ dashboards: { demo: { status: 500 } } }), word: 'target', text: /500/ },
  { name: 'a redirect to another site', url: () => page('demo', 1), faults: () => ({ redirectTo: `${elsewhere.url}/` }), word: 'login', text: /another site/ },
];

describe('strictly, for credentials of our own', () => {
  it.each(fatal)('$name is an error with its reason, long before the deadline', async ({ url, faults, word, text }) => {
    if (faults) await grafana.faults(faults());
    const answer = await rounds.render({ url: url(), timeout: 30 });
    const body = await answer.text();
    expect([answer.status, status(answer)], body).toEqual([502, word]);
    expect(body).toMatch(text);
    expect(answer.headers.get('content-type')).toContain('text/plain');
  });

  it('nobody answers at the address', async () => {
    const gone = await Site.start({});
    await gone.stop();
    const answer = await rounds.render({ url: `${gone.url}/d-solo/demo/x?panelId=1`, timeout: 20 });
    expect([answer.status, status(answer)]).toEqual([502, 'target']);
    expect(await answer.text()).toMatch(/ERR_|refused|reach/i);
  });
});

describe('as the peer does, where strictness is off', () => {
  it.each(fatal.filter((c) => !/redirect|nobody/.test(c.name)))('$name is a picture, and the status says the truth', async ({ url, faults, word }) => {
    if (faults) await grafana.faults(faults());
    const answer = await loose.render({ url: url(), timeout: 30, width: 400, height: 300 });
    const picture = await Picture.of(answer);
    expect([picture.width, picture.height, status(answer)]).toEqual([400, 300, word]);
  });
});

describe('Grafana\'s own calls', () => {
  it('get the picture of the login page when the key is bad, and the truth beside it', async () => {
    const parameters = { url: page('demo', 1), renderKey: 'x'.repeat(32), domain: '127.0.0.1', width: 400, height: 300 };
    const answer = await rounds.render(parameters);
    expect([(await Picture.of(answer)).width, status(answer)]).toEqual([400, 'login']);
    const strict = await loose.render(parameters); // strict_drop_in is on there
    expect([strict.status, status(strict)]).toEqual([502, 'login']);
  });
});

describe('what is no failure of the render', () => {
  it.each([['a query error', 'faults', 1, 'query_error'], ['no data', 'faults', 2, 'no_data'], ['one of two queries failing', 'faults', 7, 'query_error'],
    ['a query error on the older front end', 'legacy-faults', 1, 'query_error'], ['no data on the older front end', 'legacy-faults', 2, 'no_data']] as const,
  )('%s gives the picture and says so', async (_what, uid, panel, word) => {
    const answer = await rounds.render({ url: page(uid, panel), timeout: 30 });
    const picture = await Picture.of(answer);
    expect(picture.colours()).toBeGreaterThan(5);
    expect(status(answer)).toBe(word);
    expect(answer.headers.get('x-rounds-status')).toMatch(/message=.+/);
  });

  it('all is well: ok, and nothing else', async () => {
    const answer = await rounds.render({ url: page('demo', 1) });
    expect(answer.headers.get('x-rounds-status')).toBe('ok');
    expect((await Picture.of(answer)).has(stampColour('demo/1', from, to))).toBe(true);
  });

  it('on a whole page, how many panels are affected', async () => {
    const answer = await rounds.render({ url: page('faults'), width: 1200, height: -1, timeout: 40 });
    expect(answer.status, await answer.clone().text()).toBe(200);
    expect(answer.headers.get('x-rounds-status')).toMatch(/^(query_error|plugin_missing); panels=\d+\/\d+/);
  });
});

it('the stages of a render are told', async () => {
  const timing = (await rounds.render({ url: page('demo', 2) })).headers.get('server-timing')!;
  const stages = Object.fromEntries(timing.split(', ').map((s) => s.split(';dur=')));
  expect(Object.keys(stages)).toEqual(['queue', 'navigate', 'ready', 'capture']);
  expect(Number(stages.capture)).toBeGreaterThan(0);
});
