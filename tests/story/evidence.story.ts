// Evidence: what was signed cannot be changed unseen; it can be exported, verified without us, backed up and kept.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminPassword, Caller, Description, platform } from './lib/api.js';
import { Grafana, viewerToken } from './lib/grafana.js';
import { binary, Rounds, run } from './lib/rounds.js';
import { Child } from './lib/process.js';
import { good, makePlan, runRound, shotsOf, sixHours, yesterday } from './lib/round.js';

let rounds: Rounds, grafana: Grafana, admin: Caller, li: Caller, source: string, data: string;

beforeAll(async () => {
  grafana = await Grafana.start();
  rounds = await Rounds.start(platform);
  data = join(rounds.folder, 'data');
  admin = await Caller.signIn(rounds, await Description.of(rounds));
  li = await admin.person('li', 'reviewer');
  source = await admin.source(grafana.url, viewerToken);
});
afterAll(async () => { await rounds?.stop(); await grafana?.stop(); });

async function judgedRound(name: string, more: object = {}) {
  const plan = await makePlan(admin, source, ['gateway'], { name, windows: [sixHours, yesterday], ...more });
  const round = await runRound(admin, plan);
  const shots = await shotsOf(admin, round.id);
  good(await li.post(`/shots/${shots[0].id}/verdict`, { value: 'abnormal', comment: '延迟高', links: ['https://example.org/1'] }));
  good(await li.post(`/rounds/${round.id}/verdicts`, { value: 'normal', filter: { filter: 'todo' }, expected_count: shots.length - 1 }));
  return { round, shots };
}
const sign = (who: Caller, id: string, body: object = {}) => who.post(`/rounds/${id}/sign`, { summary: '核心交易正常', ...body });
const blob = (sha: string) => join(data, 'blobs', sha.slice(0, 2), sha.slice(2, 4), sha);

describe('signing', () => {
  it('is refused while shots are undecided and nobody says why, and names them', async () => {
    const plan = await makePlan(admin, source, ['gateway'], { name: 'undecided' });
    const round = await runRound(admin, plan);
    const shots = await shotsOf(admin, round.id);
    const refused = await sign(li, round.id);
    expect(refused.status).toBe(422);
    expect(refused.json.error.details.map((d: any) => d.shot_id)).toEqual(shots.map((s) => s.id));
    expect((await sign(li, round.id, { expected_undecided: 0 })).status, 'others have judged meanwhile, or not').toBe(409);
    const reasons = shots.map((s) => ({ shot_id: s.id, reason: '节假日无人值守' }));
    const signed = good(await sign(li, round.id, { reasons, expected_undecided: shots.length }));
    expect(signed).toMatchObject({ state: 'signed', undecided: shots.length });
    expect(signed.signoffs[0]).toMatchObject({ final: true, summary: '核心交易正常', by: { display_name: 'li' }, reasons });
    const page = (await admin.get(`/rounds/${round.id}/report?format=html&language=zh-CN`)).bytes.toString('utf8');
    expect(page).toContain(`${shots[0].panel.title} · 六小时: 节假日无人值守`);
  });

  it('ends every change', async () => {
    const { round, shots } = await judgedRound('read-only');
    good(await sign(li, round.id));
    for (const [method, path, body] of [
      ['POST', `/shots/${shots[0].id}/verdict`, { value: 'normal' }], ['POST', `/shots/${shots[0].id}/reshoot`, {}],
      ['POST', `/rounds/${round.id}/verdicts`, { value: 'normal', shots: [shots[0].id], expected_count: 1 }],
      ['POST', `/rounds/${round.id}/sign`, { summary: 'again' }], ['POST', `/rounds/${round.id}/retry-failed`, {}],
    ] as const)
      expect((await admin.call(method, path, body)).status, path).toBe(423);
    expect([409, 423]).toContain((await admin.post(`/rounds/${round.id}/cancel`)).status);
    expect((await shotsOf(admin, round.id)).map((s) => s.verdict.value)).toEqual(['abnormal', ...shots.slice(1).map(() => 'normal')]);
  });

  it('takes two people where the plan wants them', async () => {
    const { round } = await judgedRound('two people', { review: { reviewers: [], due: '2h', escalate_to: [], second_person: true } });
    const first = good(await sign(li, round.id));
    expect([first.state, first.signoffs.length, first.signoffs[0].final]).toEqual(['finished', 1, false]);
    expect((await sign(li, round.id)).status, 'the same person').toBe(422);
    const second = good(await sign(admin, round.id, { summary: '复核' }));
    expect(second.state).toBe('signed');
    expect(second.signoffs.map((s: any) => [s.by.display_name, s.final])).toEqual([['li', false], ['Administrator', true]]);
  });
});

describe('a signed round', () => {
  let round: any, shots: any[];
  beforeAll(async () => {
    ({ round, shots } = await judgedRound('evidence'));
    round = good(await sign(li, round.id));
  });

  it('verifies, by API and by command', async () => {
    const result = good(await admin.post(`/rounds/${round.id}/verify`));
    expect(result).toMatchObject({ ok: true, faults: [], checked: { verdicts: shots.length, signoffs: 1 } });
    expect(result.checked.pictures).toBeGreaterThan(shots.length);
    const said = await run(['verify', round.id, `--data=${data}`]);
    expect([said.code, said.text]).toEqual([0, expect.stringContaining('everything is as it was')]);
    expect((await run(['verify', `--data=${data}`])).code).toBe(0);
  });

  it('verifies without us: hashes by sha256sum, the signature by openssl', async () => {
    const zip = (await admin.get(`/rounds/${round.id}/report?format=zip&language=zh-CN`)).bytes;
    const folder = mkdtempSync(join(tmpdir(), 'rounds-bundle-'));
    try {
      writeFileSync(join(folder, 'round.zip'), zip);
      execFileSync('python3', ['-m', 'zipfile', '-e', 'round.zip', 'out'], { cwd: folder });
      const find = (name: string) => execFileSync('find', ['out', '-name', name], { cwd: folder, encoding: 'utf8' }).trim().split('\n')[0]!;
      const root = join(folder, find('SHA256SUMS'), '..');
      execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: root });
      writeFileSync(join(folder, 'key.pem'), (await admin.get('/public-key')).bytes);
      const [signoff] = round.signoffs;
      writeFileSync(join(folder, 'hash'), signoff.hash);
      writeFileSync(join(folder, 'signature'), Buffer.from(signoff.signature, 'base64'));
      const said = execFileSync('openssl', ['pkeyutl', '-verify', '-pubin', '-inkey', 'key.pem', '-rawin', '-in', 'hash', '-sigfile', 'signature'], { cwd: folder, encoding: 'utf8' });
      expect(said).toContain('Success');
      execFileSync('python3', ['verify.py'], { cwd: root });
      const manifest = JSON.parse(readFileSync(join(root, 'manifest.json'), 'utf8'));
      const kept = manifest.shots.filter((s: any) => s.frames);
      expect(kept.length).toBeGreaterThan(shots.length / 2);
      const answers = JSON.parse(execFileSync('gzip', ['-dc', kept[0].frames.path], { cwd: root, encoding: 'utf8' })).answers;
      expect(Object.keys(answers[0].answer.results)).toContain('A');
      expect(readFileSync(join(root, 'chain/shots.txt'), 'utf8')).toContain(`frames 64 ${kept[0].frames.sha256}`);
      for (const s of shots)
        expect(execFileSync('grep', ['-c', s.picture.sha256, 'SHA256SUMS'], { cwd: root, encoding: 'utf8' }).trim()).not.toBe('0');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is exported as one page, on paper, as a workbook and as a picture, in both languages', async () => {
    for (const [language, word] of [['zh-CN', '异常'], ['en', 'Abnormal']]) {
      const html = (await admin.get(`/rounds/${round.id}/report?format=html&language=${language}`)).bytes.toString('utf8');
      expect(html).toContain(word);
      expect(html).toContain('延迟高');
      expect(html.match(/<img[^>]+src="data:image\/png;base64,/g)!.length).toBeGreaterThanOrEqual(shots.length);
      expect(html).not.toMatch(/(src|href)="http:\/\/127/);
      const pdf = await admin.get(`/rounds/${round.id}/report?format=pdf&language=${language}`);
      expect(pdf.bytes.subarray(0, 5).toString()).toBe('%PDF-');
      expect(pdf.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w.-]+\.pdf"; filename\*=UTF-8''[\w.%-]+\.pdf$/);
      const xlsx = (await admin.get(`/rounds/${round.id}/report?format=xlsx&language=${language}`)).bytes;
      expect(xlsx.subarray(0, 2).toString()).toBe('PK');
    }
    const sheet = (await admin.get(`/rounds/${round.id}/contact-sheet`)).bytes;
    expect(sheet.subarray(0, 3).toString('hex')).toBe('ffd8ff');
    expect(sheet.length).toBeLessThan(2_000_000);
    const exports = good(await admin.get('/audit?action=round.exported')).items.map((a: any) => a.detail.format);
    expect(new Set(exports)).toEqual(new Set(['html', 'pdf', 'xlsx', 'zip', 'contact-sheet']));
  });

  it('is kept from retention on legal hold, with the reason on record', async () => {
    expect((await li.put(`/rounds/${round.id}/legal-hold`, { held: true, reason: 'x' })).status).toBe(403);
    expect(good(await admin.put(`/rounds/${round.id}/legal-hold`, { held: true, reason: '监管调取' })).legal_hold).toEqual({ reason: '监管调取' });
    expect(good(await admin.put(`/rounds/${round.id}/legal-hold`, { held: false, reason: '已结案' })).legal_hold).toBeNull();
    const trail = good(await admin.get('/audit')).items.filter((a: any) => a.object.includes(round.id)).map((a: any) => a.action);
    expect(trail).toEqual(expect.arrayContaining(['round.held', 'round.released']));
  });

  it('is in a backup taken while the service runs; the backup starts, and verifies', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rounds-backup-'));
    try {
      const said = await run(['backup', join(folder, 'copy'), '--with-keys', `--data=${data}`]);
      expect(said.code, said.text).toBe(0);
      expect((await run(['backup', join(folder, 'copy'), '--with-keys', `--data=${data}`])).text).toContain('(0 new)');
      expect((await run(['verify', `--data=${join(folder, 'copy')}`])).code).toBe(0);
      const child = Child.start(binary, ['serve', '--listen.address=127.0.0.1:0', `--data=${join(folder, 'copy')}`, `--temp=${folder}`, `--port-file=${join(folder, 'port')}`],
        { ROUNDS_AUTH_TOKENS: 'a-token-of-the-tests-0123456789' });
      await child.line((l) => l.includes('event=start'));
      const url = `http://127.0.0.1:${readFileSync(join(folder, 'port'), 'utf8').trim()}`;
      const there = await Caller.signIn({ ...rounds, url } as Rounds, admin.description, 'admin', adminPassword);
      expect(good(await there.get(`/rounds/${round.id}`)).signoffs).toEqual(round.signoffs);
      const picture = (await there.get(`/shots/${shots[0].id}/picture`)).bytes;
      expect(createHash('sha256').update(picture).digest('hex')).toBe(shots[0].picture.sha256);
      expect(good(await there.post(`/sources/${source}/test`)).ok, 'its credentials can be read').toBe(true);
      expect(await child.stop()).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('tells when a picture on disk was changed, or is gone', async () => {
    const [first, second] = shots;
    const path = blob(first.picture.sha256), whole = readFileSync(path);
    const touched = Buffer.from(whole);
    touched[whole.length - 20] = touched[whole.length - 20]! ^ 1;
    execFileSync('chmod', ['u+w', path]);
    writeFileSync(path, touched);
    try {
      const result = good(await admin.post(`/rounds/${round.id}/verify`));
      expect(result.ok).toBe(false);
      expect(result.faults.map((f: any) => f.kind)).toContain('picture_damaged');
      expect(result.faults[0].text).toContain(first.picture.sha256.slice(0, 12));
      const said = await run(['verify', round.id, `--data=${data}`]);
      expect([said.code, said.text]).toEqual([1, expect.stringContaining('FAULT')]);
    } finally {
      writeFileSync(path, whole);
    }
    const other = blob(second.picture.sha256), kept = readFileSync(other);
    rmSync(other);
    try {
      expect(good(await admin.post(`/rounds/${round.id}/verify`)).faults.map((f: any) => f.kind)).toContain('picture_missing');
      expect((await admin.get(`/shots/${second.id}/picture`)).status).toBe(410);
    } finally {
      writeFileSync(other, kept);
    }
    expect(good(await admin.post(`/rounds/${round.id}/verify`)).ok).toBe(true);
  });

  it('tells when Grafana\'s answers behind a picture are gone', async () => {
    const answer = await fetch(`${rounds.url}/api/v1/shots/${shots[0].id}/frames`, { headers: { Cookie: admin.cookie } });
    await answer.arrayBuffer();
    const path = blob(answer.headers.get('etag')!.slice(1, 65)), kept = readFileSync(path);
    rmSync(path);
    try {
      const { faults } = good(await admin.post(`/rounds/${round.id}/verify`));
      expect(faults.map((f: any) => f.text).join()).toContain('frames');
      expect((await admin.get(`/shots/${shots[0].id}/frames`)).status).toBe(410);
    } finally {
      writeFileSync(path, kept);
    }
    expect(good(await admin.post(`/rounds/${round.id}/verify`)).ok).toBe(true);
  });
});

describe('cleaning up', () => {
  it('takes orphans and half-written files, and nothing that a row points at', async () => {
    const before = readdirSync(join(data, 'blobs')).length;
    const said = await run(['gc', `--data=${data}`]);
    expect(said.code, said.text).toBe(0);
    expect(said.text).toContain('orphans: 0');
    expect(readdirSync(join(data, 'blobs')).length).toBe(before);
    expect(existsSync(join(data, 'rounds.db'))).toBe(true);
    expect((await run(['verify', `--data=${data}`])).code).toBe(0);
  });

  it('after the days of the plan takes pictures, keeps abnormal ones longer and held ones for good; the record stays whole', async () => {
    const old = await judgedRound('old'), held = await judgedRound('held');
    for (const { round } of [old, held]) good(await sign(li, round.id));
    good(await admin.put(`/rounds/${held.round.id}/legal-hold`, { held: true, reason: '监管调取' }));
    const later = { ROUNDS_TEST_CLOCK_OFFSET_MS: String(500 * 86_400_000) };
    expect((await run(['gc', '--dry-run', `--data=${data}`], later)).text).toMatch(/would remove the pictures of [1-9]/);
    const gone = await run(['gc', `--data=${data}`], later);
    expect(gone.code, gone.text).toBe(0);
    const after = await shotsOf(admin, old.round.id);
    expect(after.map((s) => [s.expired, s.picture === null])).toEqual(old.shots.map((_, i) => i === 0 ? [false, false] : [true, true]));
    const lost = await admin.get(`/shots/${after[1].id}/picture`);
    expect([lost.status, lost.json.error.message]).toEqual([410, expect.stringContaining('retention')]);
    expect((await admin.get(`/shots/${after[0].id}/picture`)).status).toBe(200);
    expect((await shotsOf(admin, held.round.id)).every((s) => s.picture)).toBe(true);
    expect(good(await admin.post(`/rounds/${old.round.id}/verify`)).ok).toBe(true);
    const html = (await admin.get(`/rounds/${old.round.id}/report?format=html&language=zh-CN`)).bytes.toString('utf8');
    expect(html).toContain('延迟高');
  });

  it('beyond the bound of the archive takes the oldest pictures first, abnormal ones last, and none that is held', async () => {
    const place = await Rounds.start(platform), there = join(place.folder, 'data');
    try {
      const boss = await Caller.signIn(place, await Description.of(place));
      const plan = await makePlan(boss, await boss.source(grafana.url, viewerToken), ['gateway']);
      const made: any[] = [];
      for (const day of [17, 18, 19, 20]) made.push(await runRound(boss, plan, { moment: `2026-11-${day}T02:00:00Z` }));
      good(await boss.put(`/rounds/${made[0].id}/legal-hold`, { held: true, reason: '监管调取' }));
      for (const { id } of made.slice(0, 2)) good(await boss.post(`/shots/${(await shotsOf(boss, id))[0].id}/verdict`, { value: 'abnormal', comment: '延迟高' }));
      const bytes = good(await boss.get('/system')).storage.blob_bytes;
      const kept = async () => (await Promise.all(made.map(async ({ id }) => (await shotsOf(boss, id)).filter((s) => s.picture).length)));
      const all = await kept();
      expect((await run(['gc', `--data=${there}`, `--rounds.archive_max=${bytes}`])).code).toBe(0);
      expect(await kept(), 'not beyond it').toEqual(all);
      expect((await run(['gc', '--dry-run', `--data=${there}`, `--rounds.archive_max=${bytes - 1}`])).text).toContain('would remove the pictures of 1 rounds, about 1 bytes');
      const said = await run(['gc', `--data=${there}`, `--rounds.archive_max=${bytes - 1}`]);
      expect(said.code, said.text).toBe(0);
      expect(await kept(), 'the oldest that is not held, but what is abnormal in it').toEqual([all[0], 1, all[2], all[3]]);
      const { blob_bytes: left } = good(await boss.get('/system')).storage;
      const ofHeldAndAbnormal = (await Promise.all(made.slice(0, 2).map(({ id }) => shotsOf(boss, id)))).flat().filter((s) => s.picture).length;
      expect(ofHeldAndAbnormal).toBe(all[0]! + 1);
      expect((await run(['gc', `--data=${there}`, `--rounds.archive_max=${Math.floor(left / 2)}`])).code).toBe(0);
      expect((await kept())[1], 'ordinary ones of later rounds go before it').toBe(1);
      expect((await run(['gc', `--data=${there}`, '--rounds.archive_max=1'])).code).toBe(0);
      expect(await kept(), 'held for good').toEqual([all[0], 0, 0, 0]);
    } finally {
      await place.stop();
    }
  });
});
