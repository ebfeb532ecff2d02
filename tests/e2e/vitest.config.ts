import { defineConfig } from 'vitest/config'

// One file at a time: each has a service, a Grafana and browsers of its own, and two cores are what a small machine has.
export default defineConfig({
    test: { include: ['*.e2e.ts'], testTimeout: 120_000, hookTimeout: 180_000, fileParallelism: false, bail: 0 },
})
