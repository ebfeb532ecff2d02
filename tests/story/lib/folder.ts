// Folders for a test's own files, gone when the tests of its file are over.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const made: string[] = [];
afterAll(() => { for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true }); });

export function newFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `rounds-${name}-`));
  made.push(folder);
  return folder;
}
