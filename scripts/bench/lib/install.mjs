import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { repoPath } from '../../lib/repo.mjs';

const folder = repoPath('scripts', 'bench', 'peers');
const lockfile = path.join(folder, 'package-lock.json');
/** npm leaves its record of what it installed here. */
const installedFile = path.join(folder, 'node_modules', '.package-lock.json');

/**
 * Brings the packages of other people's peers, from their own lockfile. They are no part of the
 * workspace: nobody but the bench needs them.
 * @returns {Promise<boolean>} false, after a line that says why, when they cannot be had
 */
export async function installPeers() {
  if (isInstalled()) return true;
  console.error(
    'bench: installing js-libp2p gossipsub into scripts/bench/peers (once, half a minute)',
  );
  const { status, output } = await runNpm(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (status === 0) return true;
  const [reason = `npm ended with exit code ${status}`] = output.split('\n').filter(Boolean);
  console.error(`bench: skipping gossipsub, its packages cannot be installed: ${reason}`);
  return false;
}

function isInstalled() {
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
 * @returns {Promise<{ status: number, output: string }>}
 */
function runNpm(args) {
  return new Promise((resolve) => {
    // npm is a .cmd file on Windows, which only a shell can start.
    const child = spawn('npm', args, {
      cwd: folder,
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
