// `npm run mutants [-- --only NAME ...] [-- --list]`: puts small mistakes into a copy of the core,
// one at a time, and runs the tests of the core and the simulator against each. A mistake that no
// test finds is a hole in the tests. Exit code 1 when fewer than nine in ten are found.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { formatSeconds } from './lib/progress.mjs';
import { repoPath } from './lib/repo.mjs';
import { mutate, readMutants } from './mutants/catalogue.mjs';
import { copySources, replaceInCopy, testedPackages } from './mutants/copy.mjs';
import { reportOf } from './mutants/report.mjs';
import { firstFailure } from './mutants/trial.mjs';
import { setUpOrExit } from './setup.mjs';

/** @typedef {import('./mutants/catalogue.mjs').Mutant} Mutant */

const killedShareMin = 0.9;
const page = 'docs/mutants.md';

/** Packages whose tests pass as the sources are. @type {Set<string>} */
const sound = new Set();
class UnsoundError extends Error {}

const { only, list } = readArguments();
await setUpOrExit({ upTo: 'packages' });
const mutants = choose(catalogueOrExit(), only);
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

/** A line that is not there any more makes the list wrong, not the tests. */
function catalogueOrExit() {
  try {
    return readMutants();
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
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
    /** @type {import('./mutants/report.mjs').Trial[]} */
    const trials = [];
    for (const mutant of chosen) trials.push(await tryOne(folder, mutant));
    const killed = trials.filter(({ killer }) => killer !== undefined).length;
    console.log(`\n${killed} of ${trials.length} mistakes were found`);
    const day = new Date().toISOString().slice(0, 10);
    if (only.length === 0) writeFileSync(repoPath(page), reportOf(trials, day));
    return killed >= killedShareMin * trials.length ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UnsoundError)) throw error;
    console.error(error.message);
    return 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @param {Mutant} mutant
 * @throws {UnsoundError}
 */
async function tryOne(folder, mutant) {
  const { file, name, breaks } = mutant;
  const source = readFileSync(path.join(folder, file), 'utf8');
  const mutated = mutate(mutant, source);
  const startedMs = performance.now();
  /** @type {string | undefined} */
  let killer;
  for (const tested of testedPackages) {
    await requireSound(folder, tested);
    replaceInCopy(folder, file, mutated);
    killer = await firstFailure(folder, tested, file);
    replaceInCopy(folder, file, source);
    if (killer !== undefined) break;
  }
  const took = formatSeconds(performance.now() - startedMs).padStart(6);
  const verdict = killer === undefined ? 'SURVIVED' : 'killed  ';
  console.log(`${verdict} ${took}  ${name.padEnd(30)} ${killer ?? breaks}`);
  return { mutant, killer };
}

/**
 * Tests that fail anyway find no mistake. Looked at when the tests of a package are first needed.
 * @param {string} folder
 * @param {string} tested
 * @throws {UnsoundError}
 */
async function requireSound(folder, tested) {
  if (sound.has(tested)) return;
  const failure = await firstFailure(folder, tested);
  if (failure !== undefined) {
    throw new UnsoundError(`the tests fail without any mistake put in: ${failure}`);
  }
  sound.add(tested);
}
