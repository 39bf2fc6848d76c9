import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { filesBelow, repoPath, workspaceFolders } from './lib/repo.mjs';

const conditions = ['@hearsay/source'];
const setupFiles = [repoPath('scripts', 'test', 'seed-properties.ts')];
const processes = '**/*.process.test.ts';

// One run over the whole repository, in three layers. A layer starts when the one before it is done:
// 0 units of every package, 1 the simulator, 2 real processes.
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    projects: [
      ...workspaceFolders().filter(hasUnits).map(testsOf),
      { test: { name: 'scripts', include: ['scripts/test/*.test.ts'] } },
      {
        test: {
          name: 'processes',
          include: [`{packages,apps}/*/test/${processes}`],
          setupFiles,
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

/** An app may have tests of its processes alone. */
function hasUnits(folder: string): boolean {
  return filesBelow(`${folder}/test`, (file) => /(?<!\.process)\.test\.ts$/.test(file)).length > 0;
}

function testsOf(folder: string): TestProjectInlineConfiguration {
  const name = path.basename(folder);
  return {
    root: repoPath(folder),
    // Sibling packages are tested from their sources, so that no test runs against a stale build.
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      name,
      include: ['test/**/*.test.ts'],
      exclude: [processes],
      setupFiles,
      // Simulations are heavy: they start when the quick layers are done.
      sequence: { groupOrder: name === 'sim' ? 1 : 0 },
      // Only a failure takes this long: a busy machine is slow, and not wrong.
      testTimeout: 60_000,
      hookTimeout: 60_000,
      expect: { poll: { timeout: 30_000 } },
    },
  };
}
