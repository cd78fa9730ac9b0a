import { defineConfig } from 'vitest/config'
import { CACHE } from './test/support/paths.js'

const SIMULATION = 'test/stream/simulation/*.test.ts'

export default defineConfig({
  test: {
    globalSetup: './test/support/global-setup.ts',
    setupFiles: './test/support/file-setup.ts',
    env: { XDG_CACHE_HOME: CACHE, NO_COLOR: '1' },
    // End-to-end tests mostly wait for processes of their own: a third worker keeps two cores busy, a fourth starves them.
    maxWorkers: 3,
    // What an idle machine does at once may take a busy one long.
    testTimeout: 90_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 60_000 } },
    teardownTimeout: 10_000,
    projects: [
      // Loading daffi anew for each file would cost more than the tests themselves.
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/fixtures/**', SIMULATION],
          isolate: false,
        },
      },
      // Projects run in the order of their names. At the end, the longest computation would keep one core busy and the others idle.
      {
        extends: true,
        // It waits for nothing, and computes for as long as others leave it a core.
        test: { name: 'simulation', include: [SIMULATION], isolate: false, testTimeout: 300_000 },
      },
      // They run daffi in processes of their own; where one calls the library, it is the built one, and the only copy.
      {
        extends: true,
        test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], isolate: false, testTimeout: 240_000 },
      },
    ],
  },
})
