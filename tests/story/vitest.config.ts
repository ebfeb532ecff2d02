import { defineConfig } from 'vitest/config';

// One file at a time: each story has browsers of its own, and two cores are what a small machine has.
export default defineConfig({
  test: { include: ['*.story.ts'], testTimeout: 60_000, hookTimeout: 90_000, fileParallelism: false },
});
