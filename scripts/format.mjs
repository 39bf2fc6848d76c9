// `npm run format`: rewrites every file the way the checks want it, as far as a tool can.
import { spawnSync } from 'node:child_process';
import { repoPath } from './lib/repo.mjs';
import { setUpOrExit } from './setup.mjs';

await setUpOrExit({ upTo: 'packages' });
const { status } = spawnSync(
  repoPath('node_modules', '.bin', 'biome'),
  ['check', '--write', '.', ...process.argv.slice(2)],
  { cwd: repoPath(), stdio: 'inherit', shell: process.platform === 'win32' },
);
process.exitCode = status ?? 1;
