// `npm run fuzz [CASES]`: feeds every decoder with a million broken inputs, or as many as said.
// Each must be refused as malformed, or read and written to the very same bytes; nothing else may
// happen. `npm test` does the same with fewer. A failure prints the seed that repeats it.
import { spawnSync } from 'node:child_process';
import { repoPath } from './lib/repo.mjs';
import { setUpOrExit } from './setup.mjs';

const CASES = 1_000_000;

const cases = Number(process.argv[2] ?? CASES);
if (!Number.isInteger(cases) || cases < 1) {
  console.error('npm run fuzz -- CASES: a whole number of inputs, such as 1000000');
  process.exit(2);
}
await setUpOrExit({ upTo: 'packages' });
const projects = ['--project', 'core', '--project', 'services', '--project', 'cache'];
const config = ['--config', repoPath('scripts', 'vitest.config.ts'), ...projects];
const { status } = spawnSync(
  process.execPath,
  [repoPath('node_modules', 'vitest', 'vitest.mjs'), 'run', ...config, 'fuzz.test.ts'],
  {
    cwd: repoPath(),
    stdio: 'inherit',
    env: { ...process.env, HEARSAY_FUZZ_CASES: String(cases) },
  },
);
process.exitCode = status ?? 1;
