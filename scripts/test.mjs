// `npm test`: sets up, runs every check, then every test: units, the simulator, real processes.
// `npm test -- ARGS` hands the arguments to vitest and runs only tests: `npm test -- --project core`.
// The last line is always `N passed, N failed`; a check counts as one.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runChecks } from './check.mjs';
import { repoPath } from './lib/repo.mjs';
import { logFile, SetupError, setUp } from './setup.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

const vitestArgs = process.argv.slice(2);
const counts = await runEverything();
const failed = sum('failed');
const skipped = sum('skipped');
console.log(
  `\n${sum('passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
);
process.exitCode = failed === 0 ? 0 : 1;

/** @returns {Promise<Count[]>} */
async function runEverything() {
  try {
    await setUp();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    // In a log of continuous integration nobody can open the file that the message names.
    console.log(`${readFileSync(logFile, { encoding: 'utf8', flag: 'a+' })}\n${error.message}`);
    return [{ passed: 0, failed: 1, skipped: 0 }];
  }
  if (vitestArgs.length > 0) return [await runTests()];
  console.log('checks');
  const checks = await runChecks();
  console.log('\ntests');
  return [{ ...checks, skipped: 0 }, await runTests()];
}

/** @param {keyof Count} key */
function sum(key) {
  return counts.reduce((total, count) => total + count[key], 0);
}

/** @returns {Promise<Count>} */
async function runTests() {
  const folder = mkdtempSync(path.join(tmpdir(), 'hearsay-test-'));
  const report = path.join(folder, 'vitest.json');
  try {
    const status = await runVitest(report);
    return countOf(report, status);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} report
 * @returns {Promise<number>}
 */
function runVitest(report) {
  const args = ['run', '--config', 'scripts/vitest.config.ts', '--reporter=default'];
  const json = ['--reporter=json', `--outputFile.json=${report}`];
  return new Promise((resolve, reject) => {
    const child = spawn(
      repoPath('node_modules', '.bin', 'vitest'),
      [...args, ...json, ...vitestArgs],
      { cwd: repoPath(), stdio: 'inherit', shell: process.platform === 'win32' },
    );
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 1));
  });
}

/**
 * @param {string} report
 * @param {number} status
 * @returns {Count}
 */
function countOf(report, status) {
  const result = readReport(report);
  // A file that does not load has failed without a failed test in it.
  const brokenFiles = result.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const failed = result.numFailedTests + brokenFiles;
  return {
    passed: result.numPassedTests,
    // Vitest also fails for what belongs to no test, such as an unhandled rejection.
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

/**
 * @param {string} report
 * @returns {{
 *   numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { status: string, assertionResults: unknown[] }[],
 * }}
 */
function readReport(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    // Vitest did not get as far as writing one; its exit code then counts as one failure.
    const none = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
    return { ...none, testResults: [] };
  }
}
