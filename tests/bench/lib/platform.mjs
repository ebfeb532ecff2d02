// The whole product as an operator uses it: a source, a plan, a round by hand; its shots are stored and judged.
import { sleep } from './cdp.mjs';
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
      if (r.state === 'finished' || r.state === 'cancelled') return { n: r.total, failed: r.failed, wrong: await this.wrong(id), how: '' };
      await sleep(100);
    }
  }

  stop() { return this.rounds.stop(); }
}
