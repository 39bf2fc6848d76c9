// `npm run laws [CASES] [SEEDS]`: the laws of the values of the cache and the models of its store with
// 10,000 cases each, or as many as said, then 100 seeds of each swarm of caches, or as many as said.
// `npm test` does the same with fewer. The cases are drawn anew each time; a failure prints its seed.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { repoPath } from './lib/repo.mjs';
import { setUpOrExit } from './setup.mjs';

const CASES = 10_000;
const SEEDS = 100;
const SEED_MAX = 2 ** 31;

const [cases = CASES, seeds = SEEDS] = process.argv.slice(2).map(Number);
if (![cases, seeds].every((each) => Number.isInteger(each) && each >= 1)) {
  console.error('npm run laws -- CASES SEEDS: two whole numbers, such as 10000 100');
  process.exit(2);
}
await setUpOrExit({ upTo: 'packages' });
const seed = process.env['HEARSAY_SEED'] ?? String(randomInt(SEED_MAX));
console.log(
  `${cases} cases of each law, ${seeds} swarms of each kind; HEARSAY_SEED=${seed} repeats the cases`,
);
const files = ['values/laws', 'store/model', 'replication/swarm', 'documents/forgetting-swarm'].map(
  (name) => repoPath('packages', 'cache', 'test', `${name}.test.ts`),
);
const vitest = repoPath('node_modules', 'vitest', 'vitest.mjs');
const config = repoPath('scripts', 'vitest.config.ts');
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', '--config', config, '--reporter=verbose', ...files],
  {
    cwd: repoPath(),
    stdio: 'inherit',
    env: {
      ...process.env,
      HEARSAY_SEED: seed,
      HEARSAY_LAW_RUNS: String(cases),
      HEARSAY_CACHE_SEEDS: String(seeds),
    },
  },
);
process.exitCode = status ?? 1;
