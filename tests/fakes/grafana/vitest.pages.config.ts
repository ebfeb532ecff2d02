// The pages in a real browser: needs a build and Debian's chromium-headless-shell or chromium.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/pages/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000, fileParallelism: false },
});
