import { defineConfig } from 'vitest/config'
import { CACHE } from './test/support/paths.js'

export default defineConfig({
  test: {
    globalSetup: './test/support/global-setup.ts',
    setupFiles: './test/support/file-setup.ts',
    env: { XDG_CACHE_HOME: CACHE, NO_COLOR: '1' },
    // End-to-end tests mostly wait for processes of their own: a third worker keeps two cores busy, a fourth starves them.
    maxWorkers: 3,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    // A process takes one file after the other: to start another for each, and to load daffi there, would cost more than most tests.
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/fixtures/**'],
          testTimeout: 20_000,
        },
      },
      { extends: true, test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 90_000 } },
    ],
  },
})
