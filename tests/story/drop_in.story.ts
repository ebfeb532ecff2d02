// Grafana's own /render goes through Rounds: nothing but server_url and the token is set, on every version.
import { afterEach, describe, expect, it } from 'vitest';
import { Grafana, stampColour, viewerToken } from './lib/grafana.js';
import { Picture } from './lib/picture.js';
import { authToken, Rounds } from './lib/rounds.js';

const from = 1763000000000, to = 1763021600000;
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => { while (stops.length) await stops.pop()!(); });

async function pair(...options: string[]) {
  const rounds = await Rounds.start();
  stops.push(() => rounds.stop());
  const grafana = await Grafana.start('--renderer-url', `${rounds.url}/render`, '--renderer-token', authToken, ...options);
  stops.push(() => grafana.stop());
  return { rounds, grafana, ask: (path: string, more = {}) => fetch(`${grafana.url}/render${path}`, { headers: { authorization: `Bearer ${viewerToken}`, ...more } }) };
}
const solo = (uid: string, panel: number, more = '') => `/d-solo/${uid}/x?orgId=1&panelId=${panel}&from=${from}&to=${to}&timezone=utc${more}`;

describe.each([
  ['13.1.1', 'jwt'], ['12.3.0', 'jwt'], ['12.3.0', 'cache'], ['11.6.0', 'cache'], ['10.4.0', 'cache'], ['9.4.7', 'cache'],
])('Grafana %s with render keys of the kind %s', (version, kind) => {
  it('gets its pictures, and its keys are never logged', async () => {
    const { ask, rounds, grafana } = await pair('--grafana', version, '--render-auth', kind);
    for (const panel of [1, 2]) {
      const picture = await Picture.of(await ask(solo('demo', panel, '&width=640&height=320&scale=2')));
      expect([picture.width, picture.height]).toEqual([1280, 640]);
      expect(picture.has(stampColour(`demo/${panel}`, from, to)), `panel ${panel}`).toBe(true);
    }
    const plain = await Picture.of(await ask(solo('demo', 1)));
    expect([plain.width, plain.height]).toEqual(Number(version.split('.')[0]) >= 11 ? [1000, 500] : [800, 400]);
    expect(rounds.log).not.toMatch(/eyJ|renderKey/);
    expect((await grafana.seen()).requests.filter((r) => r.path.endsWith('/api/ds/query')).every((r) => r.by === 'render')).toBe(true);
  });
});

describe('the rest of the contract', () => {
  it('a whole dashboard, as high as it is', async () => {
    const { ask } = await pair();
    const picture = await Picture.of(await ask(`/d/demo/x?orgId=1&from=${from}&to=${to}&timezone=utc&kiosk=true&width=1000&height=-1`));
    expect(picture.height).toBeGreaterThan(700);
    expect(picture.has(stampColour('demo/9', from, to))).toBe(true);
  });

  it('the caller\'s language reaches the page', async () => {
    const { ask, grafana } = await pair();
    await Picture.of(await ask(solo('demo', 1), { 'accept-language': 'de-DE,de;q=0.9' }));
    const page = (await grafana.seen()).requests.find((r) => r.path.startsWith('/d-solo/'))! as any;
    expect(page.shown['accept-language']).toMatch(/^de-DE/);
  });

  it('a panel that is not there is a picture of Grafana saying so, as before', async () => {
    const { ask } = await pair();
    expect((await Picture.of(await ask(solo('demo', 77, '&timeout=20')))).width).toBe(1000);
  });

  it('a wrong token is an error of the renderer', async () => {
    const rounds = await Rounds.start();
    stops.push(() => rounds.stop());
    const grafana = await Grafana.start('--renderer-url', `${rounds.url}/render`, '--renderer-token', 'another-token-0123456789');
    stops.push(() => grafana.stop());
    const answer = await fetch(`${grafana.url}/render${solo('demo', 1)}`, { headers: { authorization: `Bearer ${viewerToken}` } });
    expect(answer.status).toBe(500);
    expect(await rounds.child.line((l) => l.includes('status=401'))).not.toContain('another-token');
  });
});
