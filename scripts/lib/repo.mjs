import { existsSync, readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const top = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * An absolute path inside the repository.
 * @param {...string} parts
 */
export function repoPath(...parts) {
  return path.join(top, ...parts);
}

/** Where these scripts keep what can be thrown away: it lives and dies with node_modules. */
export const cacheFolder = repoPath('node_modules', '.cache', 'hearsay');

/** The folders of all packages and apps, relative to the top, in a fixed order. */
export function workspaceFolders() {
  return ['packages', 'apps']
    .filter((group) => existsSync(repoPath(group)))
    .flatMap((group) =>
      readdirSync(repoPath(group))
        .sort()
        .map((name) => `${group}/${name}`),
    )
    .filter((folder) => existsSync(repoPath(folder, 'package.json')));
}

const skippedFolders = new Set(['node_modules', 'dist', 'coverage', '.git', '.turbo']);

/**
 * Every file below a folder that a person wrote, relative to the top, with forward slashes, sorted.
 * Works without git, as a tarball of the repository must pass its checks too.
 * @param {string} folder
 * @param {(file: string) => boolean} [wanted]
 * @returns {string[]}
 */
export function filesBelow(folder, wanted = () => true) {
  if (!existsSync(repoPath(folder))) return [];
  return readdirSync(repoPath(folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.posix.join(folder, entry.name);
      if (entry.isDirectory())
        return skippedFolders.has(entry.name) ? [] : filesBelow(file, wanted);
      return entry.isFile() && wanted(file) ? [file] : [];
    });
}

/**
 * Whether the module with this `import.meta.url` is the program that was started.
 * @param {string} url
 */
export function isMain(url) {
  const started = process.argv[1];
  return started !== undefined && realpathSync(started) === fileURLToPath(url);
}
