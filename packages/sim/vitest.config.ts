import { defineConfig } from 'vitest/config';

// Sibling packages are tested from their sources, so that no test ever runs against a stale build.
const conditions = ['@hearsay/source'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name: 'sim',
    include: ['test/**/*.test.ts'],
    // Tests of real processes run in a layer of their own: see scripts/vitest.config.ts.
    exclude: ['**/*.process.test.ts'],
    // Simulations are heavy: they start when the quick layers are done.
    sequence: { groupOrder: 1 },
    // Virtual time is not real time: this only ends a simulation that never ends.
    testTimeout: 60_000,
  },
});
