// `npm run fuzz [CASES]`: feeds every decoder with a million broken inputs, or as many as said, then
// checks every property with cases that were not drawn before. `npm test` does the same with fewer
// inputs and always the same cases. A failure prints the seed that repeats it.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { filesBelow, repoPath } from './lib/repo.mjs';
import { setUpOrExit } from './setup.mjs';

const CASES = 1_000_000;
const SEED_MAX = 2 ** 31;

const cases = Number(process.argv[2] ?? CASES);
if (!Number.isInteger(cases) || cases < 1) {
  console.error('npm run fuzz -- CASES: a whole number of inputs, such as 1000000');
  process.exit(2);
}
await setUpOrExit({ upTo: 'packages' });
const seed = process.env['HEARSAY_SEED'] ?? String(randomInt(SEED_MAX));
console.log(`HEARSAY_SEED=${seed} repeats what follows`);
const statuses = [
  runTests(['fuzz.test.ts'], { HEARSAY_FUZZ_CASES: String(cases) }),
  runTests(filesWithProperties()),
];
process.exitCode = statuses.every((status) => status === 0) ? 0 : 1;

function filesWithProperties() {
  const tests = ['packages', 'apps'].flatMap((folder) =>
    filesBelow(folder, (file) => file.endsWith('.test.ts') && !file.endsWith('fuzz.test.ts')),
  );
  return tests.filter((file) => /fast-check|support\/property\.js/.test(readSource(file)));
}

/** @param {string} file */
function readSource(file) {
  return readFileSync(repoPath(file), 'utf8');
}

/**
 * @param {readonly string[]} files
 * @param {Record<string, string>} [environment]
 */
function runTests(files, environment = {}) {
  const vitest = repoPath('node_modules', 'vitest', 'vitest.mjs');
  const config = repoPath('scripts', 'vitest.config.ts');
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--config', config, ...files], {
    cwd: repoPath(),
    stdio: 'inherit',
    env: { ...process.env, HEARSAY_SEED: seed, ...environment },
  });
  return status;
}
