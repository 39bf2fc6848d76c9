import { defineConfig } from 'vitest/config';

// Sibling packages are tested from their sources, so that no test ever runs against a stale build.
const conditions = ['@hearsay/source'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name: 'pad-page',
    include: ['test/**/*.test.ts'],
    // Tests of real processes run in a layer of their own: see scripts/vitest.config.ts.
    exclude: ['**/*.process.test.ts'],
    // Only a failure takes this long: a busy machine is slow, and not wrong.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
