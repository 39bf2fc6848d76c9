import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { repoPath } from '../lib/repo.mjs';

/** Whoever has not noticed by now is in a loop without end, and that is noticed too. */
const trialMsMax = 1_800_000;
/** A test that is only slow, on a busy machine, has not found anything. */
const testMsMax = 900_000;

/**
 * Runs the tests of one package of a copy until the first fails.
 * @param {string} folder of the copy
 * @param {string} name of the package
 * @param {string} [file] that was mutated: the tests beside it run before all others
 * @returns {Promise<string | undefined>} the test that failed; undefined when all passed
 */
export async function firstFailure(folder, name, file) {
  const near = file === undefined ? undefined : nearTests(folder, name, file);
  const failure = near === undefined ? undefined : await runTests(folder, name, [near]);
  const found = failure ?? (await runTests(folder, name, []));
  return found === undefined ? undefined : `${name}: ${found}`;
}

/**
 * @param {string} folder of the copy
 * @param {string} name
 * @param {string} file
 */
function nearTests(folder, name, file) {
  // What only composes stands at the top of `src`, and is tested as an engine.
  const [, owner, area = 'engine'] = file.match(/^packages\/([^/]+)\/src\/(?:([^/]+)\/)?/) ?? [];
  if (owner !== name) return undefined;
  const near = `packages/${name}/test/${area}/`;
  return existsSync(path.join(folder, near)) ? near : undefined;
}

/**
 * @param {string} folder of the copy
 * @param {string} name of the package
 * @param {readonly string[]} filter
 * @returns {Promise<string | undefined>}
 */
async function runTests(folder, name, filter) {
  const report = path.join(folder, 'report.json');
  rmSync(report, { force: true });
  const vitest = repoPath('node_modules', 'vitest', 'vitest.mjs');
  const which = ['--config', path.join(folder, 'scripts', 'vitest.config.ts'), '--project', name];
  const pace = ['--bail=1', '--maxWorkers=1', `--testTimeout=${testMsMax}`];
  const told = ['--reporter=json', `--outputFile=${report}`];
  const status = await run([vitest, 'run', ...which, ...pace, ...told, ...filter], folder);
  if (status === 0) return undefined;
  return status === 'timeout' ? `no end within ${trialMsMax / 60_000} minutes` : nameIn(report);
}

/**
 * @param {readonly string[]} args
 * @param {string} cwd
 * @returns {Promise<number | 'timeout'>}
 */
function run(args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: 'ignore' });
    let late = false;
    const alarm = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, trialMsMax);
    child.on('error', reject);
    child.on('close', (status) => {
      clearTimeout(alarm);
      resolve(late ? 'timeout' : (status ?? 1));
    });
  });
}

/** @param {string} report */
function nameIn(report) {
  /** @type {{ testResults: { name: string, status: string, assertionResults: { status: string, fullName: string }[] }[] }} */
  const { testResults } = existsSync(report)
    ? JSON.parse(readFileSync(report, 'utf8'))
    : { testResults: [] };
  for (const { name, status, assertionResults } of testResults) {
    const failed = assertionResults.find((test) => test.status === 'failed');
    if (failed !== undefined) return failed.fullName;
    if (status === 'failed') return `${path.basename(name)} as a whole`;
  }
  return 'the run as a whole';
}
