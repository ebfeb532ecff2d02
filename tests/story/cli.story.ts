// The program without a server: pictures, the doctor, the settings, help that helps.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newFolder } from './lib/folder.js';
import { Grafana, stampColour, viewerToken } from './lib/grafana.js';
import { Picture } from './lib/picture.js';
import { Rounds, grafanaSettings, run } from './lib/rounds.js';

const from = 1763000000000, to = 1763021600000;
let grafana: Grafana, folder: string, config: string;

beforeAll(async () => {
  grafana = await Grafana.start();
  folder = newFolder('cli');
  config = `--config=${join(folder, 'rounds.yaml')}`;
  writeFileSync(join(folder, 'rounds.yaml'), `temp: ${folder}/temp\n${grafanaSettings(grafana.url)}`);
  mkdirSync(join(folder, 'temp'));
});
afterAll(async () => { await grafana?.stop(); });

const env = { TEST_GRAFANA_TOKEN: viewerToken };
const page = (panel = 1, base = grafana.url) => `${base}/d-solo/demo/x?orgId=1&panelId=${panel}&from=${from}&to=${to}&timezone=utc`;

describe('rounds render', () => {
  it('writes the picture, in the format of the file\'s ending, and leaves nothing else', async () => {
    const png = join(folder, 'a.png');
    const said = await run([config, 'render', page(), '-o', png, '--width=600', '--height=300'], env);
    expect(said.code, said.text).toBe(0);
    const picture = new Picture(readFileSync(png));
    expect([picture.width, picture.height, picture.has(stampColour('demo/1', from, to))]).toEqual([600, 300, true]);
    expect(said.text).toMatch(/a\.png: 600x300, \d+ bytes, \d+ ms \(ok\)/);
    for (const [name, magic] of [['a.jpg', 'ffd8ff'], ['a.pdf', '255044'], ['a.webp', '524946']]) {
      expect((await run([config, 'render', page(), '-o', join(folder, name)], env)).code).toBe(0);
      expect(readFileSync(join(folder, name)).subarray(0, 3).toString('hex')).toBe(magic);
    }
    expect(readdirSync(join(folder, 'temp'))).toEqual([]);
  });

  it('fails with the reason, and writes no file', async () => {
    for (const [url, reason] of [[page(77), /no panel 77/], [page(1, 'http://127.0.0.1:1'), /did not load|refused|ERR_/], ['file:///etc/passwd', /http/], ['nonsense', /URL/]] as const) {
      const said = await run([config, 'render', url, '-o', join(folder, 'no.png')], env);
      expect([url, said.code]).toEqual([url, 1]);
      expect(said.text).toMatch(reason);
    }
    expect(readdirSync(folder)).not.toContain('no.png');
    expect((await run([config, 'render', page(), '-o', join(folder, 'a.gif')], env)).text).toMatch(/png, jpeg, webp or pdf/);
    expect((await run([config, 'render'], env)).text).toMatch(/usage: rounds render URL -o FILE/);
  });
});

describe('rounds check', () => {
  it('walks every hop to a picture', async () => {
    const said = await run([config, 'check', page()], env);
    for (const hop of ['temp', 'browser', 'sandbox', 'fonts', 'name', 'login', 'render']) expect(said.text).toMatch(new RegExp(`^(ok  |warn)  ${hop} `, 'm'));
    expect(said.code, said.text).toBe(0);
    expect(said.text).not.toContain(viewerToken);
  });

  it('names the hop that fails, and the mend', async () => {
    const wrong = await run([config, 'check', page()], { TEST_GRAFANA_TOKEN: 'glsa_Wrong' });
    expect([wrong.code, wrong.text]).toEqual([1, expect.stringMatching(/^FAIL {2}render.*credential/m)]);
    const nameless = await run([config, 'check', 'http://no-such-host.invalid/d/x'], env);
    expect([nameless.code, nameless.text]).toEqual([1, expect.stringMatching(/^FAIL {2}name .*no-such-host\.invalid/m)]);
    const blind = await run([config, '--browser.path=/nonexistent/chromium', 'check'], env);
    expect([blind.code, blind.text]).toEqual([1, expect.stringMatching(/FAIL.*\/nonexistent\/chromium|\/nonexistent\/chromium/)]);
  });
});

describe('rounds settings', () => {
  it('lists every setting with default, environment and meaning', async () => {
    const { code, text } = await run(['settings']);
    expect(code).toBe(0);
    for (const name of ['SERVER_ADDR', 'AUTH_TOKEN', 'BROWSER_PATH', 'BROWSER_TIMEZONE', 'LOG_LEVEL', 'LOG_FORMAT', 'BROWSER_MAX_WIDTH', 'API_DEFAULT_ENCODING']) expect(text).toContain(name);
    expect(text).toMatch(/^listen\.address .*\[127\.0\.0\.1:8081\]\n {4}\S/m);
  });

  it('as Markdown, man page, and a YAML file that the program accepts', async () => {
    expect((await run(['settings', '--format=markdown'])).text).toMatch(/^\| setting \|/);
    expect((await run(['settings', '--format=man'])).text).toMatch(/^\.TP\n\.B /m);
    const { text } = await run(['settings', '--format=yaml']);
    writeFileSync(join(folder, 'all.yaml'), text.replace(/^(\s*)#(?! )/gm, '$1'));
    const said = await run([`--config=${join(folder, 'all.yaml')}`, 'check'], env);
    expect(said.text).not.toMatch(/unknown setting|must be/);
    expect((await run(['settings', '--format=xml'])).code).toBe(1);
  });

  it('reads the names that grafana-image-renderer has', async () => {
    const rounds = await Rounds.start({ args: ['--render.strict=false'], ownToken: false, env: { AUTH_TOKEN: 'their-own-token-0123456789', BROWSER_MAX_WIDTH: '200', LOG_FORMAT: 'json', BROWSER_TIMEZONE: 'Asia/Tokyo' } });
    try {
      const answer = await fetch(`${rounds.url}/render?width=900&height=50&url=${encodeURIComponent(`${grafana.url}/login`)}`, { headers: { 'X-Auth-Token': 'their-own-token-0123456789' } });
      expect((await Picture.of(answer)).width).toBe(200);
      expect(JSON.parse(await rounds.child.line((l) => l.includes('"event":"render"')))).toMatchObject({ level: 'info', status: 200 });
    } finally { await rounds.stop(); }
  });
});

describe('help', () => {
  it('is there, and a wrong word gets the nearest right one', async () => {
    expect((await run(['--version'])).text).toMatch(/^rounds \d+\.\d+\.\d+/);
    const help = await run(['--help']);
    expect([help.code, help.text]).toEqual([0, expect.stringMatching(/serve[\s\S]*render[\s\S]*check[\s\S]*settings/)]);
    expect((await run(['render', '--help'])).text).toMatch(/usage: rounds render URL -o FILE/);
    const wrong = await run(['servr']);
    expect([wrong.code, wrong.text]).toEqual([1, expect.stringMatching(/did you mean serve/)]);
    expect((await run([])).code).toBe(1);
    const odd = await run([config, 'serve', '--nonsense']);
    expect([odd.code, odd.text]).toEqual([1, expect.stringContaining('--nonsense')]);
  });
});
