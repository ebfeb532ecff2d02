// The main road: a panel of Grafana becomes a picture that shows that panel, of that window.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Grafana, stampColour, viewerToken } from './lib/grafana.js';
import { Picture } from './lib/picture.js';
import { authToken, grafanaSettings, Rounds } from './lib/rounds.js';

const from = 1763000000000, to = 1763021600000;
let grafana: Grafana, rounds: Rounds;

beforeAll(async () => {
  grafana = await Grafana.start();
  rounds = await Rounds.start({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken } });
});
afterAll(async () => { await rounds?.stop(); await grafana?.stop(); });

const solo = (panel: number, a = from, b = to, uid = 'demo') =>
  `${grafana.url}/d-solo/${uid}/x?orgId=1&panelId=${panel}&from=${a}&to=${b}&timezone=utc`;

describe('a panel by our own credential', () => {
  it('is the picture of this panel and this window', async () => {
    for (const [panel, a] of [[1, from], [2, from], [2, from + 3600000], [9, from]]) {
      const picture = await Picture.of(await rounds.render({ url: solo(panel, a), width: 1000, height: 500 }));
      expect([picture.width, picture.height]).toEqual([1000, 500]);
      expect(picture.count(stampColour(`demo/${panel}`, a, to)), `panel ${panel} from ${a}`).toBeGreaterThan(50);
    }
  });

  it('says how it went', async () => {
    const answer = await rounds.render({ url: solo(1), width: 600, height: 300 });
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect(answer.headers.get('x-rounds-status')).toBe('ok');
    expect(answer.headers.get('server-timing')).toMatch(/queue;dur=\d+, navigate;dur=\d+, ready;dur=\d+, capture;dur=\d+/);
  });

  it('takes a URL that is only half percent-encoded, as people write it', async () => {
    const query = `url=${grafana.url}/d-solo/demo/x?panelId=1%26orgId=1%26from=${from}%26to=${to}%26render=1&width=1000&height=500&domain=localhost`;
    const picture = await Picture.of(await rounds.get(`/render?${query}`));
    expect(picture.has(stampColour('demo/1', from, to))).toBe(true);
  });
});

describe('a panel by Grafana\'s render key', () => {
  it('is rendered, and the key is never logged', async () => {
    const key = await grafana.renderKey();
    const picture = await Picture.of(await rounds.render({
      url: solo(1), width: 500, height: 300, renderKey: key, domain: '127.0.0.1', encoding: '',
    }));
    expect(picture.has(stampColour('demo/1', from, to))).toBe(true);
    expect(rounds.log).not.toContain(key);
  });
});

describe('who may call', () => {
  it('nobody without a token, or with a wrong one', async () => {
    const none = await fetch(`${rounds.url}/render?url=${encodeURIComponent(solo(1))}`);
    expect([none.status, await none.text()]).toEqual([401, 'Missing X-Auth-Token header\n']);
    const wrong = await rounds.get('/render', { 'X-Auth-Token': authToken.slice(0, -1) + 'X' });
    expect([wrong.status, await wrong.text()]).toEqual([401, 'Unauthorized\n']);
  });

  it('anybody may ask for the version, before any browser is up', async () => {
    const answer = await fetch(`${rounds.url}/render/version`);
    expect(await answer.json()).toEqual({ version: '5.0.0' });
  });
});
