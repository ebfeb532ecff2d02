// The whole product as an operator uses it: a source, a plan, a round by hand; its shots are stored and judged.
import { sleep } from './cdp.mjs';
import { decode, hasStamp } from './picture.mjs';
import { adminPassword, Rounds, viewerToken } from './services.mjs';

export class Platform {
  static async start(grafanaUrl, extra) {
    const p = new Platform();
    p.rounds = await Rounds.start({ isPlatform: true, extra });
    const answer = await fetch(`${p.rounds.url}/api/v1/session`, { method: 'POST', body: JSON.stringify({ user: 'admin', password: adminPassword }), headers: { 'Content-Type': 'application/json' } });
    if (!answer.ok) throw new Error(`session: ${answer.status} ${await answer.text()}`);
    p.cookie = answer.headers.get('set-cookie').split(';')[0];
    p.csrf = (await answer.json()).csrf_token;
    p.source = await p.call('POST', '/sources', { name: 'bench', url: grafanaUrl, org_id: 1, credential: { kind: 'token', secret: viewerToken }, max_parallel: 4 });
    return p;
  }

  get pid() { return this.rounds.pid; }

  async call(method, path, body) {
    const answer = await fetch(`${this.rounds.url}/api/v1${path}`, {
      method, body: body && JSON.stringify(body), headers: { Cookie: this.cookie, 'X-CSRF-Token': this.csrf, 'Content-Type': 'application/json' },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  async round(layout, { uids, panels, wins }) {
    const iso = (ms) => new Date(ms).toISOString();
    const spec = {
      name: `${layout} ${uids.length} ${wins[0].from}`, timezone: 'UTC',
      selections: uids.map((dashboard) => ({ source: this.source.id, dashboard, panels })),
      windows: wins.map((w, i) => ({ name: `w${i}`, kind: 'fixed', from: iso(w.from), to: iso(w.to) })),
      picture: layout === 'dashboard' ? { layout, width: 1600, scale: 1, theme: 'light', format: 'png' } : { layout, width: 1000, height: 500, scale: 1, theme: 'light', format: 'png' },
      schedule: { cron: [], holidays: [], paused: true }, load: { parallel: 3 },
    };
    const plan = await this.call('POST', '/plans', { spec });
    const { id } = await this.call('POST', `/plans/${plan.id}/rounds`, {});
    for (;;) {
      const r = await this.call('GET', `/rounds/${id}`);
      if (r.state === 'finished' || r.state === 'cancelled') return { id, n: r.total, failed: r.failed, how: 'stored, with data' };
      await sleep(100);
    }
  }

  /** Of the stored pictures, up to 300, how many are not of their panel and window. */
  async wrong(id) {
    const shots = [];
    for (let cursor = ''; cursor !== null;) {
      const page = await this.call('GET', `/rounds/${id}/shots?limit=500${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      shots.push(...page.items);
      cursor = page.next;
    }
    let n = 0;
    const step = Math.ceil(shots.length / 300);
    for (const shot of shots.filter((s, i) => s.picture && i % step === 0)) {
      const answer = await fetch(`${this.rounds.url}/api/v1/shots/${shot.id}/picture`, { headers: { Cookie: this.cookie } });
      const png = decode(Buffer.from(await answer.arrayBuffer())), { from, to } = shot.window;
      n += !hasStamp(png, `${shot.dashboard.uid}/${shot.panel.id}`, Date.parse(from), Date.parse(to));
    }
    return n;
  }

  stop() { return this.rounds.stop(); }
}
