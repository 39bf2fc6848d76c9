import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// One run over the whole repository, in three layers. A layer starts when the one before it is done:
// 0 units of every package, 1 the simulator (packages/sim sets that itself), 2 real processes.
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    projects: [
      'packages/*',
      'apps/*',
      { test: { name: 'scripts', include: ['scripts/test/*.test.ts'] } },
      {
        test: {
          name: 'processes',
          include: ['{packages,apps}/*/test/**/*.process.test.ts'],
          sequence: { groupOrder: 2 },
          // These start peers of their own; more at a time on a small machine only makes them slow.
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
