// What callers of grafana-image-renderer rely on: addresses, parameters, texts, statuses, encodings.
import { inflateSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Grafana, stampColour, viewerToken } from './lib/grafana.js';
import { Picture } from './lib/picture.js';
import { authToken, grafanaSettings, Rounds } from './lib/rounds.js';
import { Site } from './lib/site.js';

const from = 1763000000000, to = 1763021600000;
let grafana: Grafana, rounds: Rounds, site: Site;

// A page that tells what it sees, in its own colours and to the server.
const mirror = `<!doctype html><title>mirror</title><body style="margin:0;background:#123456"><script>
document.title = Intl.DateTimeFormat().resolvedOptions().timeZone;
new Image().src = '/seen?' + new URLSearchParams({zone: document.title, offset: new Date(1763000000000).getTimezoneOffset(),
  language: navigator.language, languages: navigator.languages.join(), width: innerWidth, height: innerHeight, scale: devicePixelRatio,
  cookie: document.cookie, dark: matchMedia('(prefers-color-scheme: dark)').matches});
</script>`;

beforeAll(async () => {
  grafana = await Grafana.start();
  site = await Site.start({
    '/mirror': mirror,
    '/tall': '<!doctype html><body style="margin:0"><div style="height:2600px;background:linear-gradient(#000,#fff)"></div>',
    '/seen': (_req, res) => { res.writeHead(204).end(); },
    '/d-csv/abc': '<!doctype html><script>location.href = "/download.csv"</script>',
    '/download.csv': (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/csv', 'content-disposition': 'attachment; filename="other.csv"; filename*=UTF-8\'\'traffic.csv' });
      res.end('time,value\n1,2\n');
    },
    '/bare.csv': (_req, res) => { res.writeHead(200, { 'content-type': 'text/csv', 'content-disposition': 'attachment' }).end('a\n1\n'); },
  });
  rounds = await Rounds.start({ settings: grafanaSettings(grafana.url), env: { TEST_GRAFANA_TOKEN: viewerToken } });
});
afterEach(async () => { await grafana.reset(); });
afterAll(async () => { await rounds?.stop(); await grafana?.stop(); await site?.stop(); });

const solo = (panel: number, more = '') =>
  `${grafana.url}/d-solo/demo/x?orgId=1&panelId=${panel}&from=${from}&to=${to}&timezone=utc${more}`;
const asked = async (parameters: Record<string, string | number>, headers = {}) => {
  const answer = await rounds.render({ url: solo(1), ...parameters }, headers);
  return [answer.status, await answer.text()] as const;
};
/** What the mirror page saw under these parameters. */
const seen = async (parameters: Record<string, string | number> = {}, headers = {}) => {
  const before = site.requests.length;
  const answer = await rounds.render({ url: `${site.url}/mirror`, ...parameters }, headers);
  expect(answer.status, await answer.clone().text()).toBe(200);
  return Object.fromEntries(site.requests.slice(before).filter((r) => r.path === '/seen').pop()!.query);
};

describe('addresses', () => {
  it('that anybody may ask', async () => {
    for (const [path, type, text] of [
      ['/render/version', 'application/json', /^\{"version":"5\.0\.0"\}$/],
      ['/version', 'text/plain', /^rounds \d+\.\d+\.\d+\S*\nbrowser .+\n$/],
      ['/healthz', 'text/plain', /^ok\n$/],
      ['/metrics', 'text/plain', /^# HELP [\s\S]*rounds_renders_total/],
      ['/', 'text/plain', /^Rounds /],
    ] as const) {
      const answer = await fetch(rounds.url + path);
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.headers.get('content-type')).toContain(type);
      expect(await answer.text()).toMatch(text);
    }
    const health = await (await fetch(`${rounds.url}/healthz?verbose`)).json() as any;
    expect(health.checks.map((c: any) => c.name)).toEqual(expect.arrayContaining(['browser', 'sandbox', 'fonts']));
    // A sandbox that is off is in the log too: as root, as these tests often run, it cannot be on.
    const sandbox = health.checks.find((c: any) => c.name === 'sandbox');
    expect(rounds.log.includes('the browser runs without its sandbox'), sandbox.detail).toBe(!sandbox.ok);
  });

  it('that need the token, and nothing else gives it away', async () => {
    for (const path of ['/render', '/render/csv']) {
      const none = await fetch(rounds.url + path);
      expect([none.status, await none.text()]).toEqual([401, 'Missing X-Auth-Token header\n']);
      const wrong = await rounds.get(path, { 'X-Auth-Token': authToken + 'x' });
      expect([wrong.status, await wrong.text()]).toEqual([401, 'Unauthorized\n']);
      const empty = await rounds.get(path, { 'X-Auth-Token': '' });
      expect(empty.status).toBe(401);
    }
  });

  it('that are not there, or not for this method', async () => {
    expect((await rounds.get('/nothing')).status).toBe(404);
    for (const path of ['/sanitize', '/render/sanitize', '/render']) {
      const answer = await fetch(rounds.url + path, { method: 'POST', headers: { 'X-Auth-Token': authToken } });
      expect([404, 405], path).toContain(answer.status);
    }
  });

  it('answer HEAD as GET without a body', async () => {
    const answer = await fetch(`${rounds.url}/healthz`, { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });
});

describe('the url', () => {
  it('must be there, parse, and be http or https', async () => {
    expect(await asked({ url: '' })).toEqual([400, "missing 'url' query parameter\n"]);
    const none = await rounds.get('/render');
    expect([none.status, await none.text()]).toEqual([400, "missing 'url' query parameter\n"]);
    for (const url of ['http://', 'http://[::1', 'http://host:99999/', 'nonsense', 'http://a b/', '//x/y']) {
      const [status, text] = await asked({ url });
      expect([url, status]).toEqual([url, 400]);
      expect(text).toMatch(/^Invalid URL in query/);
    }
    for (const url of ['file:///etc/passwd', 'chrome://version/', 'javascript:alert(1)', 'data:text/html,x', 'view-source:http://x/', 'ftp://x/', 'FILE:///etc/passwd']) {
      const [status, text] = await asked({ url });
      expect([url, status]).toEqual([url, 403]);
      expect(text).toMatch(/^Forbidden query url protocol/);
    }
  });

  it('may not hold a user and password', async () => {
    const [status] = await asked({ url: 'http://user:secret@127.0.0.1/' });
    expect([400, 403]).toContain(status);
  });

  it('reaches Grafana verbatim: order, repeats and empty values', async () => {
    const query = 'b=2&a=1&var-x=p&var-x=q&empty=&z';
    await rounds.render({ url: `${site.url}/mirror?${query}`, width: 100, height: 100 });
    expect(site.requests.filter((r) => r.path === '/mirror').pop()!.query.toString()).toBe(new URLSearchParams(query).toString());
  });
});

describe('size', () => {
  it.each([
    [{}, [1000, 500]],
    [{ width: '', height: '' }, [1000, 500]],
    [{ width: 400 }, [400, 500]],
    [{ width: 16, height: 16 }, [16, 16]],
    [{ width: 1, height: 1 }, [16, 16]],
    [{ width: 300, height: 200, deviceScaleFactor: '2.000000' }, [600, 400]],
    [{ width: 300, height: 200, deviceScaleFactor: '0.5' }, [150, 100]],
    [{ width: 100, height: 50, deviceScaleFactor: 99 }, [400, 200]],
  ] as [Record<string, string | number>, number[]][])('%j is a picture of %j', async (parameters, size) => {
    const picture = await Picture.of(await rounds.render({ url: `${site.url}/mirror`, ...parameters }));
    expect([picture.width, picture.height]).toEqual(size);
    expect(picture.at(1, 1)).toBe('#123456');
  });

  it('is cut to the largest, and the status says so', async () => {
    const answer = await rounds.render({ url: `${site.url}/mirror`, width: 5000, height: 4000 });
    expect(answer.headers.get('x-rounds-status')).toContain('clamped=width=3000 height=3000');
    const picture = await Picture.of(answer);
    expect([picture.width, picture.height]).toEqual([3000, 3000]);
  });

  it('height -1 is the whole page', async () => {
    const picture = await Picture.of(await rounds.render({ url: `${site.url}/tall`, width: 300, height: -1 }));
    expect([picture.width, picture.height]).toEqual([300, 2600]);
    expect(picture.at(10, 2590)).not.toBe(picture.at(10, 10));
  });

  it.each([['width', 'abc'], ['width', '1.5'], ['width', '0'], ['width', '-5'], ['height', 'tall'], ['height', '-2'], ['height', '0'],
    ['width', '99999999999999999999'], ['deviceScaleFactor', 'x'], ['deviceScaleFactor', 'NaN'], ['deviceScaleFactor', 'Inf'],
  ])('%s=%s is refused by name', async (name, value) => {
    const [status, text] = await asked({ [name]: value });
    expect([status, text]).toEqual([400, expect.stringMatching(new RegExp(`^invalid '${name}' query parameter: `))]);
  });

  it.each(['0', '-1'])('deviceScaleFactor=%s is refused', async (value) => {
    expect(await asked({ deviceScaleFactor: value })).toEqual([400, expect.stringMatching(/^invalid request: /)]);
  });

  it('has a floor by setting, as version 5 of the peer', async () => {
    const other = await Rounds.start({ args: ['--render.size_floor=1000x500', '--render.default_encoding=pdf'] });
    try {
      const picture = await Picture.of(await other.render({ url: `${site.url}/mirror`, width: 400, height: 300, encoding: 'png' }));
      expect([picture.width, picture.height]).toEqual([1000, 500]);
      const empty = await other.render({ url: `${site.url}/mirror`, encoding: '' });
      expect(empty.headers.get('content-type')).toBe('application/pdf');
    } finally { await other.stop(); }
  });
});

describe('time zone', () => {
  it.each([
    ['Europe/Paris', 'Europe/Paris', '-60'],
    ['Asia/Shanghai', 'Asia/Shanghai', '-480'],
    ['UTC-02:00', 'Etc/GMT-2', '-120'], // as Grafana sends it for UTC+02:00: the POSIX sense
    ['UTC+03:00', 'Etc/GMT+3', '180'],
    ['utc', 'UTC', '0'],
  ])('%s is %s', async (timezone, zone, offset) => {
    const facts = await seen({ timezone });
    expect(facts.offset).toBe(offset);
    if (zone !== 'UTC') expect(facts.zone).toBe(zone);
  });

  it('of half hours, inverted as well', async () => {
    expect((await seen({ timezone: 'UTC-05:30' })).offset).toBe('-330');
  });

  it('that does not exist is refused by name', async () => {
    for (const timezone of ['Mars/Olympus', 'UTC+99:00', '../../etc/passwd', 'x'.repeat(300)]) {
      const [status, text] = await asked({ timezone });
      expect([timezone, status]).toEqual([timezone, 400]);
      expect(text).toMatch(/timezone|time zone/);
      if (timezone.length < 100) expect(text).toContain(timezone);
    }
    expect((await seen({ timezone: 'Asia/Tokyo' })).zone).toBe('Asia/Tokyo'); // the tab is not spoilt
  });

  it('is not handed on to the next caller', async () => {
    await seen({ timezone: 'Asia/Tokyo' });
    expect((await seen()).zone).not.toBe('Asia/Tokyo');
  });
});

describe('timeout', () => {
  it.each(['25', '30s', '1m30s', '25500ms', '1h'])('%s is understood', async (timeout) => {
    expect((await rounds.render({ url: `${site.url}/mirror`, width: 50, height: 50, timeout })).status).toBe(200);
  });

  it.each(['-1', 'soon', '5x', '1e9', '0x10', '5 s', '99999999999999999999'])('%s is refused', async (timeout) => {
    expect(await asked({ timeout })).toEqual([400, expect.stringMatching(/^invalid 'timeout' query parameter: /)]);
  });

  it('that passes is answered 408', async () => {
    await grafana.faults({ hangPages: true });
    const [status, text] = await asked({ timeout: 1 });
    expect([status, text.split('\n')[0]]).toEqual([408, 'Request timed out']);
    const csv = await rounds.render({ url: solo(1), timeout: 1 }, {}, '/render/csv');
    expect([csv.status, (await csv.text()).split('\n')[0]]).toEqual([408, 'request timed out']);
  });
});

describe('encoding', () => {
  const bytes = async (parameters: Record<string, string | number>) => {
    const answer = await rounds.render({ url: solo(1), width: 600, height: 300, ...parameters });
    expect(answer.status, await answer.clone().text()).toBe(200);
    return [answer.headers.get('content-type'), Buffer.from(await answer.arrayBuffer())] as const;
  };

  it('png by default, also when empty, as old Grafanas send it', async () => {
    for (const parameters of [{}, { encoding: '' }, { encoding: 'png' }, { encoding: 'PNG' }]) {
      const [type, body] = await bytes(parameters as Record<string, string>);
      expect(type).toBe('image/png');
      expect(new Picture(body).has(stampColour('demo/1', from, to))).toBe(true);
    }
  });

  it('jpeg and webp, whose quality counts', async () => {
    const [jpegType, jpeg] = await bytes({ encoding: 'jpeg', quality: 90 });
    expect([jpegType, jpeg.subarray(0, 3).toString('hex')]).toEqual(['image/jpeg', 'ffd8ff']);
    const [, small] = await bytes({ encoding: 'jpeg', quality: 10 });
    expect(small.length).toBeLessThan(jpeg.length);
    const [webpType, webp] = await bytes({ encoding: 'webp' });
    expect([webpType, webp.subarray(8, 12).toString()]).toEqual(['image/webp', 'WEBP']);
  });

  it('others are refused by name', async () => {
    for (const encoding of ['gif', 'csv', 'png;x', '../png']) {
      const [status, text] = await asked({ encoding });
      expect([status, text]).toEqual([400, expect.stringContaining(`invalid 'encoding' query parameter: "${encoding}"`)]);
    }
    for (const quality of ['0', '101', 'best']) expect((await asked({ encoding: 'jpeg', quality }))[0]).toBe(400);
  });

  it.each([
    [{}, 'A4 landscape', [842, 595]],
    [{ 'pdf.format': 'Letter', 'pdf.landscape': 'false' }, 'letter upright', [612, 792]],
    [{ 'pdf.format': 'LEGAL', landscape: 'false' }, 'legal upright', [612, 1008]],
    [{ 'pdf.format': 'a5', 'pdf.landscape': 'true' }, 'a5 lying', [595, 420]],
    [{ landscape: 'no' }, 'anything but true stands', [595, 842]],
  ] as [Record<string, string>, string, number[]][])('pdf %j is %s', async (parameters, _what, size) => {
    const [type, body] = await bytes({ encoding: 'pdf', ...parameters });
    expect([type, body.subarray(0, 5).toString()]).toEqual(['application/pdf', '%PDF-']);
    const box = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(body.toString('latin1'))!;
    expect(Math.abs(Number(box[1]) - size[0])).toBeLessThan(2);
    expect(Math.abs(Number(box[2]) - size[1])).toBeLessThan(2);
  });

  it('pdf options may stand in the page\'s own URL, as reporting has it; the request\'s win', async () => {
    const inner = solo(1, '&pdf.format=letter&pdf.landscape=false');
    const [, body] = await bytes({ encoding: 'pdf', url: inner });
    expect(body.toString('latin1')).toMatch(/\/MediaBox \[0 0 612(\.0*)? 792(\.0*)?\]/);
    const [, other] = await bytes({ encoding: 'pdf', url: inner, 'pdf.format': 'legal' });
    expect(other.toString('latin1')).toMatch(/\/MediaBox \[0 0 612(\.0*)? 1008(\.0*)?\]/);
  });

  it('a pdf has only the pages asked for', async () => {
    const pages = (b: Buffer) => (b.toString('latin1').match(/\/Type \/Page\b(?!s)/g) ?? []).length;
    const [, all] = await bytes({ encoding: 'pdf', url: `${site.url}/tall` });
    const [, one] = await bytes({ encoding: 'pdf', url: `${site.url}/tall`, 'pdf.pageRanges': '1' });
    expect(pages(all)).toBeGreaterThan(1);
    expect(pages(one)).toBe(1);
  });

  it('bad pdf options are refused by name', async () => {
    for (const [name, value] of [['pdf.format', 'a9'], ['pdf.pageRanges', '1;rm'], ['pdf.pageRanges', '0'], ['pdf.pageRanges', '5-2'], ['pdf.pageRanges', '900']]) {
      const [status, text] = await asked({ encoding: 'pdf', [name]: value });
      expect([name, value, status]).toEqual([name, value, 400]);
      expect(text).toContain(name);
    }
  });
});

describe('csv', () => {
  const csv = (parameters: Record<string, string>) => rounds.render(parameters, {}, '/render/csv');

  it('is the file that the page downloads, under its name', async () => {
    const answer = await csv({ url: `${site.url}/d-csv/abc?panelId=1` });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv']);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="traffic.csv"');
    expect(await answer.text()).toBe('time,value\n1,2\n');
  });

  it('takes the name, and only the name, of filePath', async () => {
    for (const [filePath, name] of [['/etc/cron.d/x.csv', 'x.csv'], ['..\\..\\up', 'up.csv'], ['report', 'report.csv'], ['/', 'data.csv'], ['a"b\r\nX-Evil: 1.csv', 'a_b__X-Evil: 1.csv']]) {
      const answer = await csv({ url: `${site.url}/d-csv/abc`, filePath });
      expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${name}"`);
      expect(answer.headers.get('x-evil')).toBeNull();
    }
  });

  it('also when the URL is itself the download, without a name', async () => {
    const answer = await csv({ url: `${site.url}/bare.csv` });
    expect(answer.status, await answer.clone().text()).toBe(200);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="[^"/\\]+\.csv"$/);
  });

  it('of anything else is refused', async () => {
    const answer = await csv({ url: `${site.url}/d-csv/abc`, encoding: 'png' });
    expect([answer.status, await answer.text()]).toEqual([400, "invalid 'encoding' query parameter: must be 'csv' or empty/missing\n"]);
    expect((await csv({ url: `${site.url}/d-csv/abc`, encoding: 'csv' })).status).toBe(200);
  });
});

describe('what the page sees', () => {
  it('the caller\'s language, in the header and in the page', async () => {
    const facts = await seen({}, { 'Accept-Language': 'zh-CN,zh;q=0.9,en;q=0.5' });
    expect(facts.language).toBe('zh-CN');
    expect(site.requests.filter((r) => r.path === '/mirror').pop()!.headers['accept-language']).toBe('zh-CN,zh;q=0.9,en;q=0.8'); // the browser weighs by order
  });

  it('never a language that no browser would send', async () => {
    for (const language of ['*', 'xx_YY!!', '*;q=0.1, !', 'a'.repeat(900)]) {
      expect((await seen({}, { 'Accept-Language': language })).language).toMatch(/^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$/);
    }
  });

  it('the render key as a cookie of its domain, only with both', async () => {
    expect((await seen({ renderKey: 'key-1', domain: '127.0.0.1' })).cookie).toBe('renderKey=key-1');
    expect((await seen({ renderKey: 'key-2', domain: 'elsewhere.example' })).cookie).toBe('');
    expect((await seen({ renderKey: 'key-3' })).cookie).toBe('');
    expect((await seen()).cookie).toBe('');
  });

  it('a render key in brackets for IPv6', async () => {
    const six = await Site.start({ '/mirror': mirror }, '::1');
    try {
      for (const domain of ['::1', '[::1]']) {
        const answer = await rounds.render({ url: `${six.url}/mirror`, renderKey: 'key-6', domain });
        expect(answer.status).toBe(200);
        expect(six.requests.filter((r) => r.path === '/seen').pop()!.query.get('cookie')).toBe('renderKey=key-6');
      }
    } finally { await six.stop(); }
  });

  it('a malformed domain is refused', async () => {
    for (const domain of ['a b', 'http://x/', 'x;y', 'x'.repeat(300)]) {
      expect((await asked({ renderKey: 'k', domain }))[0]).toBe(400);
    }
  });

  it('the theme that was asked for', async () => {
    const light = await Picture.of(await rounds.render({ url: solo(1), theme: 'light' }));
    const dark = await Picture.of(await rounds.render({ url: solo(1), theme: 'dark' }));
    const bright = (p: Picture) => p.png.data.reduce((sum, v, i) => sum + (i % 4 < 3 ? v : 0), 0) / p.png.data.length;
    expect(bright(light)).toBeGreaterThan(bright(dark) + 60);
    expect((await asked({ theme: 'pink' }))[0]).toBe(400);
  });
});

// The rest of what Grafana sends and of what version 5 of the peer answers, row by row.
describe('every row of the contract', () => {
  it('of several tokens each opens, and spaces around them do not count', async () => {
    const other = await Rounds.start({ ownToken: false, env: { ROUNDS_AUTH_TOKENS: 'the-first-token-000001, the-second-token-00002' } });
    try {
      for (const [token, status] of [['the-first-token-000001', 400], ['the-second-token-00002', 400], ['the-third-token-000003', 401], ['the-first-token-000001, the-second-token-00002', 401]] as const)
        expect([token, (await other.get('/render', { 'X-Auth-Token': token })).status]).toEqual([token, status]);
    } finally { await other.stop(); }
  });

  it('checks come in order: token, address, the rest', async () => {
    const ask = async (query: string, token = authToken) => {
      const answer = await rounds.get(`/render?${query}`, { 'X-Auth-Token': token });
      return [answer.status, (await answer.text()).split('\n')[0]];
    };
    expect(await ask('url=file:///x&width=abc', 'wrong-token-0123456789')).toEqual([401, 'Unauthorized']);
    expect(await ask('url=file:///x&width=abc')).toEqual([403, expect.stringMatching(/^Forbidden query url protocol/)]);
    expect(await ask('url=nonsense&width=abc')).toEqual([400, expect.stringMatching(/^Invalid URL in query/)]);
    expect(await ask('width=abc')).toEqual([400, "missing 'url' query parameter"]);
    expect(await ask(`url=${encodeURIComponent(solo(1))}&width=abc`)).toEqual([400, expect.stringMatching(/^invalid 'width'/)]);
  });

  it('as Grafana 10 and older ask: all parameters, most of them empty', async () => {
    const answer = await rounds.get(`/render?deviceScaleFactor=1.000000&domain=127.0.0.1&encoding=&height=400&renderKey=${'k'.repeat(32)}&timeout=60&timezone=&url=${encodeURIComponent(`${site.url}/mirror?&render=1`)}&width=800`,
      { 'User-Agent': 'Grafana/10.4.0' });
    expect(answer.headers.get('content-type')).toBe('image/png');
    const picture = await Picture.of(answer);
    expect([picture.width, picture.height]).toEqual([800, 400]);
    expect(site.requests.filter((r) => r.path === '/mirror').pop()!.query.get('render')).toBe('1');
  });

  it('as Grafana 11 and newer ask for a PDF: no size, an encoding', async () => {
    const answer = await rounds.get(`/render?deviceScaleFactor=1.000000&domain=127.0.0.1&encoding=pdf&renderKey=x&timeout=60&timezone=Europe%2FParis&url=${encodeURIComponent(`${site.url}/mirror?&render=1`)}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/pdf']);
  });

  it('as Grafana asks for CSV: an empty encoding', async () => {
    const answer = await rounds.get(`/render/csv?domain=127.0.0.1&encoding=&renderKey=x&timeout=60&timezone=&url=${encodeURIComponent(`${site.url}/d-csv/abc?panelId=1&render=1`)}`);
    expect([answer.status, answer.headers.get('content-disposition')]).toEqual([200, 'attachment; filename="traffic.csv"']);
  });

  it('the address reaches Grafana byte by byte', async () => {
    let raw = '';
    const own = await Site.start({ '/x': (req, res) => { raw = req.url!; res.end('<!doctype html>x'); } });
    try {
      const query = '?var-a=%E4%B8%AD&var-a=b+c&var-a=b%20c&e=&f&g=%2F%26%3d&render=1';
      await rounds.render({ url: `${own.url}/x${query}`, width: 50, height: 50 });
      expect(raw).toBe(`/x${query}`);
    } finally { await own.stop(); }
  });

  it('headers of Grafana\'s own traffic end here', async () => {
    await seen({}, { 'X-Tenant-ID': 'grafana.example', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'X-Access-Token': 'not-for-pages', 'X-Auth-Token': authToken });
    const { headers } = site.requests.filter((r) => r.path === '/mirror').pop()!;
    for (const name of ['x-tenant-id', 'traceparent', 'x-access-token', 'x-auth-token']) expect(headers[name]).toBeUndefined();
  });

  it('the length of an answer is told, and is right', async () => {
    for (const [path, parameters] of [['/render', { url: `${site.url}/mirror`, width: 80, height: 60 }], ['/render/csv', { url: `${site.url}/d-csv/abc` }]] as const) {
      const answer = await rounds.render(parameters, {}, path);
      expect(Number(answer.headers.get('content-length'))).toBe((await answer.arrayBuffer()).byteLength);
    }
  });

  it('what fails is told in the words of the peer', async () => {
    const gone = await Site.start({});
    await gone.stop();
    const png = await rounds.render({ url: `${gone.url}/` });
    expect([png.status >= 500, (await png.text()).split('\n')[0]]).toEqual([true, 'Failed to render']);
    const csv = await rounds.render({ url: `${gone.url}/` }, {}, '/render/csv');
    expect([csv.status >= 500, (await csv.text()).split('\n')[0]]).toEqual([true, 'CSV rendering failed']);
  });

  it('the zone of callers who name none is a setting', async () => {
    const other = await Rounds.start({ args: ['--browser.timezone=Asia/Tokyo'] });
    try {
      for (const parameters of [{}, { timezone: '' }] as Record<string, string>[]) {
        await other.render({ url: `${site.url}/mirror`, width: 50, height: 50, ...parameters });
        expect(site.requests.filter((r) => r.path === '/seen').pop()!.query.get('zone')).toBe('Asia/Tokyo');
      }
    } finally { await other.stop(); }
  });

  it('what Grafana 13 looks for in a renderer is there before any script of the page', async () => {
    const own = await Site.start({
      '/': `<!doctype html><script>new Image().src = '/told?' + new URLSearchParams({channel: typeof __grafanaImageRendererMessageChannel, timeout: typeof __grafanaImageRendererReadinessTimeoutMs});
        __grafanaImageRendererMessageChannel(JSON.stringify({type: 'REPORT_RENDER_COMPLETE', data: {success: false}}))</script>`,
      '/told': (_req, res) => { res.writeHead(204).end(); },
    });
    try {
      const answer = await rounds.render({ url: `${own.url}/?forcePollingMode=true`, width: 50, height: 50, timeout: 20 });
      expect(answer.status, 'its word is a hint, and polling is no other mode here').toBe(200);
      expect(Object.fromEntries(own.requests.find((r) => r.path === '/told')!.query)).toEqual({ channel: 'function', timeout: 'number' });
    } finally { await own.stop(); }
  });

  describe('PDF', () => {
    const pdf = async (parameters: Record<string, string | number>) => {
      const answer = await rounds.render({ url: `${site.url}/mirror`, encoding: 'pdf', ...parameters });
      expect(answer.status, await answer.clone().text()).toBe(200);
      return Buffer.from(await answer.arrayBuffer());
    };
    const box = (body: Buffer) => /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(body.toString('latin1'))!.slice(1).map(Number);
    const pages = (body: Buffer) => (body.toString('latin1').match(/\/Type \/Page\b(?!s)/g) ?? []).length;
    /** What its pages draw. */
    const drawn = (body: Buffer) => [...body.toString('latin1').matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)]
      .map((m) => { try { return inflateSync(Buffer.from(m[1]!, 'latin1')).toString('latin1'); } catch { return ''; } }).join('\n');

    it.each([['letter', 8.5, 11], ['legal', 8.5, 14], ['tabloid', 11, 17], ['ledger', 17, 11], ['A0', 33.1, 46.8], ['a1', 23.4, 33.1],
      ['a2', 16.54, 23.4], ['a3', 11.7, 16.54], ['a4', 8.27, 11.7], ['a5', 5.83, 8.27], ['A6', 4.13, 5.83]] as const)('%s is %d by %d inches', async (format, width, height) => {
      const [w, h] = box(await pdf({ 'pdf.format': format, 'pdf.landscape': 'false' }));
      expect([Math.abs(w! - width * 72), Math.abs(h! - height * 72)].every((off) => off < 2), `${w} x ${h}`).toBe(true);
    });

    it('has the page\'s background unless it is not wanted', async () => {
      const blue = /0?\.070[56]\d* 0?\.2039\d* 0?\.337[23]\d* rg/; // #123456
      expect(drawn(await pdf({}))).toMatch(blue);
      expect(drawn(await pdf({ 'pdf.printBackground': 'true' }))).toMatch(blue);
      expect(drawn(await pdf({ 'pdf.printBackground': 'false' }))).not.toMatch(blue);
    });

    it('is drawn smaller by the scale', async () => {
      const tall = { url: `${site.url}/tall` };
      expect(pages(await pdf({ ...tall, deviceScaleFactor: 2 }))).toBeLessThan(pages(await pdf({ ...tall, deviceScaleFactor: 1 })));
    });

    it('stands upright by default where the setting says so', async () => {
      const other = await Rounds.start({ args: ['--render.landscape=false'] });
      try {
        const answer = await other.render({ url: `${site.url}/mirror`, encoding: 'pdf' });
        const [w, h] = box(Buffer.from(await answer.arrayBuffer()));
        expect(w).toBeLessThan(h!);
      } finally { await other.stop(); }
    });
  });
});
