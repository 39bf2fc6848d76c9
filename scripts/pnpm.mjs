// Finds pnpm, or brings it: nobody has to install it by hand to use this repository.
// Run directly it passes its arguments on: `node scripts/pnpm.mjs install`.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isMain, repoPath } from './lib/repo.mjs';

const onWindows = process.platform === 'win32';

const environment = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
};

/** The pinned `pnpm@x.y.z`, without the hash that only corepack understands. */
function pinnedPnpm() {
  const { packageManager } = JSON.parse(readFileSync(repoPath('package.json'), 'utf8'));
  return String(packageManager).replace(/\+.*$/, '');
}

/** A pnpm on PATH serves when it starts on this Node and reads settings from pnpm-workspace.yaml. */
function pnpmOnPathServes() {
  const probe = spawnSync('pnpm --version', { encoding: 'utf8', shell: true, cwd: repoPath() });
  return probe.status === 0 && Number.parseInt(probe.stdout, 10) >= 10;
}

/** The program and first arguments that run pnpm on this machine. */
function pnpmCommand() {
  if (pnpmOnPathServes()) return ['pnpm'];
  // `--package … --` also holds inside another npx, and `--prefer-offline` spares a stall of a minute
  // when there is no network.
  return ['npx', '--yes', '--prefer-offline', `--package=${pinnedPnpm()}`, '--', 'pnpm'];
}

/**
 * Starts pnpm at the top of the repository.
 * @param {readonly string[]} args
 * @param {import('node:child_process').StdioOptions} stdio
 */
export function spawnPnpm(args, stdio) {
  const [program = 'pnpm', ...first] = pnpmCommand();
  // npx and pnpm are .cmd files on Windows, which only a shell can start.
  return spawn(program, [...first, ...args], {
    cwd: repoPath(),
    env: environment,
    stdio,
    shell: onWindows,
  });
}

if (isMain(import.meta.url)) {
  const child = spawnPnpm(process.argv.slice(2), 'inherit');
  child.on('error', (error) => {
    console.error(`cannot start pnpm: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('close', (status) => {
    process.exitCode = status ?? 1;
  });
}
