import path from 'node:path';
import { filesBelow, workspaceFolders } from '../lib/repo.mjs';
import { importsOf } from '../lib/source.mjs';

/**
 * No file needs itself by way of others, types included: two files that need each other are one
 * concept in two places, or hide a third. Each circle is told by the files on its shortest way round.
 */
export function checkCircles() {
  return workspaceFolders().flatMap((folder) => circlesOf(importsBelow(`${folder}/src`)));
}

/**
 * @param {string} folder
 * @returns {Map<string, string[]>}
 */
function importsBelow(folder) {
  const files = filesBelow(folder, (file) => /\.tsx?$/.test(file));
  const known = new Set(files);
  return new Map(
    files.map((file) => {
      const targets = importsOf(file)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => path.posix.join(path.posix.dirname(file), specifier))
        .map((target) => target.replace(/\.js$/, '.ts'))
        .filter((target) => known.has(target));
      return [file, targets];
    }),
  );
}

/**
 * @param {Map<string, string[]>} imports
 * @returns {string[]} one line for each set of files that all need each other
 */
function circlesOf(imports) {
  /** @type {Set<string>} */
  const told = new Set();
  const lines = [];
  for (const file of imports.keys()) {
    const circle = told.has(file) ? undefined : wayBack(file, imports);
    if (circle === undefined) continue;
    const needed = reachOf(file, imports);
    for (const other of needed) if (reachOf(other, imports).has(file)) told.add(other);
    lines.push(`a circle of imports: ${[...circle, file].join(' -> ')}`);
  }
  return lines;
}

/**
 * @param {string} start
 * @param {Map<string, string[]>} imports
 * @returns {Set<string>} all that a file needs, itself included
 */
function reachOf(start, imports) {
  const reached = new Set([start]);
  for (const file of reached) for (const target of imports.get(file) ?? []) reached.add(target);
  return reached;
}

/**
 * @param {string} start
 * @param {Map<string, string[]>} imports
 * @returns {string[] | undefined} the shortest way from a file to itself
 */
function wayBack(start, imports) {
  /** @type {Map<string, string | undefined>} */
  const cameFrom = new Map([[start, undefined]]);
  const queue = [start];
  for (const file of queue) {
    for (const target of imports.get(file) ?? []) {
      if (target === start) return wayTo(file, cameFrom);
      if (cameFrom.has(target)) continue;
      cameFrom.set(target, file);
      queue.push(target);
    }
  }
  return undefined;
}

/**
 * @param {string} file
 * @param {Map<string, string | undefined>} cameFrom
 */
function wayTo(file, cameFrom) {
  const way = [];
  for (let at = /** @type {string | undefined} */ (file); at !== undefined; at = cameFrom.get(at)) {
    way.unshift(at);
  }
  return way;
}
