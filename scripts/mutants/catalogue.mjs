import { readdirSync, readFileSync } from 'node:fs';
import { repoPath } from '../lib/repo.mjs';

/**
 * One small mistake in the code that its tests must find.
 * @typedef {object} Mutant
 * @property {string} name
 * @property {string} area the file of the list that it stands in
 * @property {string} file relative to the top
 * @property {string} breaks what no longer holds, in words
 * @property {string} before the whole line, without its indentation
 * @property {string} after what stands there instead; empty: nothing
 */

const folder = 'packages/sim/mutants';

/**
 * Every mutant of the lists, area by area.
 * @returns {Mutant[]}
 * @throws {Error} when a list is not well formed, or lines of it are not found exactly once
 */
export function readMutants() {
  const mutants = readdirSync(repoPath(folder))
    .sort()
    .flatMap((name) => {
      /** @type {Omit<Mutant, 'area'>[]} */
      const list = JSON.parse(readFileSync(repoPath(folder, name), 'utf8'));
      return list.map((mutant) => ({ ...mutant, area: name.replace(/\.json$/, '') }));
    });
  const problems = mutants.flatMap((mutant, index) => {
    const isTwice = mutants.findIndex(({ name }) => name === mutant.name) < index;
    return isTwice ? [`two mutants are called ${mutant.name}`] : problemsOf(mutant);
  });
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return mutants;
}

/** @param {Mutant} mutant */
function problemsOf(mutant) {
  try {
    mutate(mutant, readFileSync(repoPath(mutant.file), 'utf8'));
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/**
 * The source of its file with the mistake in it.
 * @param {Mutant} mutant
 * @param {string} source
 * @throws {Error} when the line is not there, or there twice: the code moved on
 */
export function mutate({ name, file, before, after }, source) {
  const lines = source.split('\n');
  const places = lines.flatMap((line, index) => (line.trim() === before ? [index] : []));
  const [place] = places;
  if (place === undefined || places.length > 1) {
    const found = places.length === 0 ? 'is not there' : `is there ${places.length} times`;
    throw new Error(`mutant ${name}: its line ${found} in ${file}: ${before}`);
  }
  return lines.with(place, after).join('\n');
}
