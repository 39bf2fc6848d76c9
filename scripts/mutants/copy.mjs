import { cpSync, existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { filesBelow, repoPath } from '../lib/repo.mjs';

/** The packages whose tests must find mistakes, the quicker first. */
export const testedPackages = ['core', 'sim'];

/**
 * A copy of what the tests of these packages read, in a folder of its own: nobody who edits,
 * builds or tests here at the same time ever meets a mistake that was put in on purpose.
 * @returns {string} the folder
 */
export function copySources() {
  const folder = mkdtempSync(path.join(tmpdir(), 'hearsay-mutants-'));
  for (const file of [
    'package.json',
    'tsconfig.base.json',
    ...filesOf('packages', 'scripts', 'docs'),
  ]) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    cpSync(repoPath(file), path.join(folder, file));
  }
  symlinkSync(repoPath('node_modules'), path.join(folder, 'node_modules'), 'dir');
  for (const name of testedPackages) {
    // The links in it are relative: they lead to the siblings in the copy.
    const modules = path.join('packages', name, 'node_modules');
    if (!existsSync(repoPath(modules))) continue;
    cpSync(repoPath(modules), path.join(folder, modules), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
  return folder;
}

/**
 * Puts a text in the place of a file of the copy.
 * @param {string} folder
 * @param {string} file relative to the top
 * @param {string} text
 */
export function replaceInCopy(folder, file, text) {
  writeFileSync(path.join(folder, file), text);
}

/** @param {...string} folders */
function filesOf(...folders) {
  return folders.flatMap((folder) => filesBelow(folder));
}
