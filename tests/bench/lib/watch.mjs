// A relay before the stand-in Grafana that notes when each query's answer ended, and, if asked, puts a script into pages that
// notes when something was last drawn or changed. It tells so only when the page has been still for a second; still, it
// costs a little at each stroke, which a dashboard of forty panels would feel.
import { createServer, request } from 'node:http';
import { once } from 'node:events';
import { sleep } from './cdp.mjs';

const script = `(() => {
  let last = 0, timer = 0, seen = [];
  const now = () => performance.timeOrigin + performance.now();
  const tell = () => { if (seen.length) navigator.sendBeacon('/__bench/paint', JSON.stringify(seen.splice(0))); };
  const note = () => { const t = now(); if (t - last >= 1) { last = t; seen.push(t); } clearTimeout(timer); timer = setTimeout(tell, 1000); };
  for (const name of ['stroke', 'fill', 'fillRect', 'clearRect', 'fillText', 'strokeText', 'drawImage']) {
    const own = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...a) { note(); return own.apply(this, a); };
  }
  new MutationObserver(note).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
})();`;

export class Watch {
  answeredAt = 0; #paints = [];

  static async start(to, { paints = true } = {}) {
    const w = new Watch();
    w.hasPaints = paints;
    w.server = createServer((req, res) => w.#relay(new URL(to), req, res)).listen(0, '127.0.0.1');
    await once(w.server, 'listening');
    w.url = `http://127.0.0.1:${w.server.address().port}`;
    return w;
  }

  #relay(to, req, res) {
    if (req.url === '/__bench/paint') {
      let text = '';
      req.on('data', (d) => { text += d; }).on('end', () => { this.#paints.push(...JSON.parse(text)); res.writeHead(204).end(); });
      return;
    }
    const headers = { ...req.headers, 'accept-encoding': 'identity' };
    const up = request({ host: to.hostname, port: to.port, method: req.method, path: req.url, headers }, (answer) => this.#answer(req, res, answer));
    up.on('error', () => res.destroy());
    res.on('close', () => up.destroy());
    req.pipe(up);
  }

  #answer(req, res, answer) {
    const isPage = this.hasPaints && /text\/html/.test(answer.headers['content-type'] ?? '');
    if (!isPage) {
      res.writeHead(answer.statusCode, answer.headers);
      answer.pipe(res);
      if (req.url.includes('/api/ds/query')) res.on('finish', () => { this.answeredAt = Date.now(); });
      return;
    }
    const parts = [];
    answer.on('data', (d) => parts.push(d)).on('end', () => {
      const html = Buffer.concat(parts).toString('utf8').replace(/<head[^>]*>/, (head) => `${head}<script>${script}</script>`);
      const { 'content-length': _, 'content-security-policy': __, ...headers } = answer.headers;
      res.writeHead(answer.statusCode, headers).end(html);
    });
  }

  clear() { this.#paints = []; this.answeredAt = 0; }

  /** When something was last drawn before this moment. */
  async painted(before) {
    for (let i = 0; i < 100 && !this.#paints.length; i++) await sleep(50);
    await sleep(100);
    return Math.max(...this.#paints.filter((t) => t <= before));
  }

  stop() { this.server.closeAllConnections?.(); this.server.close(); }
}
