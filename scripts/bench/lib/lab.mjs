import { pathToFileURL } from 'node:url';
import { repoPath } from '../../lib/repo.mjs';

/**
 * Becomes the lab with these arguments; it is set up already, as scripts/launch.mjs started us.
 * @param {readonly string[]} args
 */
export async function runLab(args) {
  const file = repoPath('apps', 'lab', 'dist', 'main.js');
  process.argv = [process.execPath, file, ...args];
  await import(pathToFileURL(file).href);
}
