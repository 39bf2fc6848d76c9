import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { repoPath } from '../../lib/repo.mjs';

/**
 * Brings the packages of somebody else's program, from their own lockfile in a folder of
 * scripts/bench. They are no part of the workspace: nobody but the bench needs them.
 * @param {{ folder: string, title: string }} what
 * @returns {Promise<boolean>} false, after a line that says why, when they cannot be had
 */
export async function installPackages({ folder, title }) {
  const at = repoPath('scripts', 'bench', folder);
  if (isInstalled(at)) return true;
  console.error(`bench: installing ${title} into scripts/bench/${folder} (once, half a minute)`);
  // Nothing of it needs to be compiled: what would be is for other uses.
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, output } = await runNpm(['ci', ...quiet], at);
  if (status === 0) return true;
  const [reason = `npm ended with exit code ${status}`] = output.split('\n').filter(Boolean);
  console.error(`bench: skipping ${title}, its packages cannot be installed: ${reason}`);
  return false;
}

/** @param {string} at */
function isInstalled(at) {
  const lockfile = path.join(at, 'package-lock.json');
  /** npm leaves its record of what it installed here. */
  const installedFile = path.join(at, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const { packages: wanted } = JSON.parse(readFileSync(lockfile, 'utf8'));
  const { packages: found } = JSON.parse(readFileSync(installedFile, 'utf8'));
  return Object.entries(wanted).every(
    ([name, { version, optional }]) =>
      name === '' || optional === true || found[name]?.version === version,
  );
}

/**
 * @param {readonly string[]} args
 * @param {string} at
 * @returns {Promise<{ status: number, output: string }>}
 */
function runNpm(args, at) {
  return new Promise((resolve) => {
    // npm is a .cmd file on Windows, which only a shell can start.
    const child = spawn('npm', args, {
      cwd: at,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let output = '';
    const collect = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => resolve({ status: 1, output: error.message }));
    child.on('close', (status) => resolve({ status: status ?? 1, output }));
  });
}
