// `npm run mutants [-- --only NAME ...] [-- --list]`: puts small mistakes into a copy of the core,
// one at a time, and runs the tests of the core and the simulator against each. A mistake that no
// test finds is a hole in the tests. Exit code 1 when fewer than nine in ten are found.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { formatSeconds } from './lib/progress.mjs';
import { repoPath } from './lib/repo.mjs';
import { mutate, readMutants } from './mutants/catalogue.mjs';
import { copySources, replaceInCopy } from './mutants/copy.mjs';
import { reportOf } from './mutants/report.mjs';
import { firstFailure } from './mutants/trial.mjs';
import { setUpOrExit } from './setup.mjs';

/** @typedef {import('./mutants/catalogue.mjs').Mutant} Mutant */

const killedShareMin = 0.9;
const page = 'docs/mutants.md';

const { only, list } = readArguments();
await setUpOrExit({ upTo: 'packages' });
const mutants = choose(readMutants(), only);
if (list) for (const { name, breaks } of mutants) console.log(`${name.padEnd(30)} ${breaks}`);
else process.exitCode = await tryAll(mutants);

/** @returns {{ only: string[], list: boolean }} */
function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', multiple: true, default: [] },
        list: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

/**
 * @param {string} problem
 * @returns {never}
 */
function usage(problem) {
  console.error(`${problem}; usage: npm run mutants [-- --only NAME ...] [-- --list]`);
  process.exit(2);
}

/**
 * @param {Mutant[]} all
 * @param {readonly string[]} names of mutants or areas
 */
function choose(all, names) {
  for (const name of names) {
    const known = all.some((mutant) => mutant.name === name || mutant.area === name);
    if (!known) usage(`no mutant or area is called ${name}; --list names all`);
  }
  if (names.length === 0) return all;
  return all.filter(({ name, area }) => names.includes(name) || names.includes(area));
}

/**
 * @param {readonly Mutant[]} chosen
 * @returns {Promise<number>} the exit code
 */
async function tryAll(chosen) {
  const folder = copySources();
  try {
    const sane = only.length > 0 ? undefined : await firstFailure(folder);
    if (sane !== undefined) {
      console.error(`the tests fail without any mistake put in: ${sane}`);
      return 1;
    }
    /** @type {import('./mutants/report.mjs').Trial[]} */
    const trials = [];
    for (const mutant of chosen) trials.push(await tryOne(folder, mutant));
    const killed = trials.filter(({ killer }) => killer !== undefined).length;
    console.log(`\n${killed} of ${trials.length} mistakes were found`);
    if (only.length === 0) writeFileSync(repoPath(page), reportOf(trials));
    return killed >= killedShareMin * trials.length ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @param {Mutant} mutant
 */
async function tryOne(folder, mutant) {
  const source = readFileSync(path.join(folder, mutant.file), 'utf8');
  const startedMs = performance.now();
  replaceInCopy(folder, mutant.file, mutate(mutant, source));
  const killer = await firstFailure(folder, mutant.file);
  replaceInCopy(folder, mutant.file, source);
  const took = formatSeconds(performance.now() - startedMs).padStart(6);
  const verdict = killer === undefined ? 'SURVIVED' : 'killed  ';
  console.log(`${verdict} ${took}  ${mutant.name.padEnd(30)} ${killer ?? mutant.breaks}`);
  return { mutant, killer };
}
