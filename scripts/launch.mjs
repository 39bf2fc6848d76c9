// Sets the checkout up and then becomes one of its programs: `node scripts/launch.mjs FILE [args]`.
// The program runs in this very process. Signals, exit codes and the terminal need no passing on,
// and `kill -9` of the process id that a peer shows hits the peer.
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { endWithShell } from './lib/end-with-shell.mjs';
import { isMain, repoPath } from './lib/repo.mjs';
import { setUpOrExit } from './setup.mjs';

/**
 * @param {string} program a built or plain JavaScript file, relative to the top of the repository
 * @param {readonly string[]} args
 */
export async function launch(program, args) {
  endWithShell();
  await setUpOrExit();
  const file = repoPath(program);
  if (!existsSync(file)) {
    console.error(`there is no ${program}`);
    process.exit(1);
  }
  process.setSourceMapsEnabled(true);
  process.argv = [process.execPath, file, ...args];
  await import(pathToFileURL(file).href);
}

if (isMain(import.meta.url)) {
  const [program, ...args] = process.argv.slice(2);
  if (program === undefined) {
    console.error('usage: node scripts/launch.mjs FILE [args]');
    process.exit(1);
  }
  await launch(program, args);
}
