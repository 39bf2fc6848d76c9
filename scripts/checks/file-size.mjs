import { readFileSync } from 'node:fs';
import { filesBelow, repoPath } from '../lib/repo.mjs';

const linesMax = 400;

/** One concept a file: past 400 lines a file holds two. */
export function checkFileSize() {
  return ['packages', 'apps', 'scripts']
    .flatMap((folder) => filesBelow(folder, isSource))
    .map((file) => ({ file, lines: countLines(file) }))
    .filter(({ lines }) => lines > linesMax)
    .map(({ file, lines }) => `${file} has ${lines} lines; the limit is ${linesMax}`);
}

/** @param {string} file */
function isSource(file) {
  return /\/src\/.*\.tsx?$|^scripts\/.*\.(mjs|ts)$/.test(file);
}

/** @param {string} file */
function countLines(file) {
  return readFileSync(repoPath(file), 'utf8').trimEnd().split('\n').length;
}
