// `make demo`: one command shows the whole product, and leaves nothing behind.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { binary } from './lib/rounds.js';

it('the demo makes a source, a plan and a round, and says what to open', { timeout: 180_000 }, async () => {
  const script = fileURLToPath(new URL('../../tools/demo.sh', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'rounds-demo-story-'));
  try {
    const { stdout } = await promisify(execFile)(script, [dirname(binary), '--once'], { env: { ...process.env, TMPDIR: folder } });
    expect(stdout).toMatch(/Rounds +http:\/\/127\.0\.0\.1:\d+\/rounds\/\w+/);
    expect(stdout).toMatch(/user admin, password \w{12,}/);
    expect(stdout).toMatch(/curl -o panel\.png 'http:\/\/127\.0\.0\.1:\d+\/render\?url=http:\/\/localhost:\d+\/d-solo\/demo/);
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
