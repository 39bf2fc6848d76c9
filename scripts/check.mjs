// Everything that is checked without running the code: `npm run check [names]`.
import { spawn } from 'node:child_process';
import { checkCircles } from './checks/circles.mjs';
import { checkCorePurity } from './checks/core-purity.mjs';
import { checkFileSize } from './checks/file-size.mjs';
import { checkImports } from './checks/imports.mjs';
import { checkLinks } from './checks/links.mjs';
import { checkMutants } from './checks/mutants.mjs';
import { checkTopLevel } from './checks/top-level.mjs';
import { formatSeconds } from './lib/progress.mjs';
import { isMain, repoPath, workspaceFolders } from './lib/repo.mjs';
import { setUpOrExit } from './setup.mjs';

/** @typedef {{ readonly ok: boolean, readonly output: string }} Verdict */

/** @type {Readonly<Record<string, () => Verdict | Promise<Verdict>>>} */
const checks = {
  'lint and format': () => runTool('biome', ['ci', '.', '--colors=off']),
  'typed lint': () => runTool('oxlint', ['--type-aware', '--deny-warnings']),
  typecheck: () => runTool('tsc', ['-b', ...workspaceFolders(), 'scripts']),
  'unused code': () => runTool('knip', ['--no-progress', '--no-config-hints']),
  'direction of imports': () => verdictOn(checkImports()),
  'circles of imports': () => verdictOn(checkCircles()),
  'core purity': () => verdictOn(checkCorePurity()),
  mutants: () => verdictOn(checkMutants()),
  'file size': () => verdictOn(checkFileSize()),
  'top level': () => verdictOn(checkTopLevel()),
  links: () => verdictOn(checkLinks()),
};

/**
 * Runs the named checks, or all, in order; prints a line for each, and for a failure all it said.
 * @param {readonly string[]} [names]
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runChecks(names = Object.keys(checks)) {
  const total = { passed: 0, failed: 0 };
  for (const name of names) {
    const check = checks[name];
    if (check === undefined) {
      throw new Error(`no check is called "${name}"; there are: ${Object.keys(checks).join(', ')}`);
    }
    const startedMs = performance.now();
    const { ok, output } = await check();
    console.log(`${ok ? '✓' : '✗'} ${name}  ${formatSeconds(performance.now() - startedMs)}`);
    if (!ok) console.log(output.trimEnd().replace(/^/gm, '    '));
    total[ok ? 'passed' : 'failed'] += 1;
  }
  return total;
}

/**
 * @param {readonly string[]} problems
 * @returns {Verdict}
 */
function verdictOn(problems) {
  return { ok: problems.length === 0, output: problems.join('\n') };
}

/**
 * @param {string} name an installed program
 * @param {readonly string[]} args
 * @returns {Promise<Verdict>}
 */
function runTool(name, args) {
  return new Promise((resolve) => {
    const child = spawn(repoPath('node_modules', '.bin', name), args, {
      cwd: repoPath(),
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let output = '';
    const collect = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => resolve({ ok: false, output: `${name}: ${error.message}` }));
    child.on('close', (status) => resolve({ ok: status === 0, output }));
  });
}

if (isMain(import.meta.url)) {
  await setUpOrExit({ upTo: 'packages' });
  const names = process.argv.slice(2);
  const { failed } = await runChecks(names.length > 0 ? names : undefined);
  process.exitCode = failed === 0 ? 0 : 1;
}
