// Makes a checkout ready to run: packages installed from the lockfile, everything built.
// `npm start`, `npm test` and the other commands call this first; when nothing changed since the
// last time it only compares a few hundred file times.
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildFingerprint, installFingerprint } from './lib/fingerprint.mjs';
import { acquireLock } from './lib/lock.mjs';
import { withProgress } from './lib/progress.mjs';
import { cacheFolder, isMain, repoPath, workspaceFolders } from './lib/repo.mjs';
import { spawnPnpm } from './pnpm.mjs';

const oldestNode = [20, 19];
const stampFile = path.join(cacheFolder, 'stamp.json');
/** What the last step of a set-up printed. */
export const logFile = path.join(cacheFolder, 'setup.log');

/** Set-up failed in a way that a person can act on: the message is one line, and says how. */
export class SetupError extends Error {}

/**
 * `upTo: 'packages'` installs and builds nothing, for tools that read sources. `alwaysBuild` asks
 * turbo even when nothing seems changed, and shows all that the build prints.
 * @typedef {{ upTo?: 'packages' | 'programs', alwaysBuild?: boolean }} SetUpOptions
 */

/**
 * Installs and builds what is missing or changed. Terminals that start at once take turns.
 * @param {SetUpOptions} [options]
 */
export async function setUp({ upTo = 'programs', alwaysBuild = false } = {}) {
  refuseOldNode();
  const isReady = upTo === 'packages' ? areInstalled : areBuilt;
  if (!alwaysBuild && isReady()) return;
  mkdirSync(cacheFolder, { recursive: true });
  const release = await acquireLock(path.join(cacheFolder, 'lock'), () =>
    console.error('another terminal is setting up, waiting'),
  );
  try {
    if (!alwaysBuild && isReady()) return; // Whoever we waited for did it all.
    await install();
    if (upTo === 'programs') await build(alwaysBuild);
  } finally {
    release();
  }
}

/**
 * Sets up as a command does it: a failure is one line on stderr, and ends the process.
 * @param {SetUpOptions} [options]
 */
export async function setUpOrExit(options) {
  try {
    await setUp(options);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new SetupError(
    `Hearsay needs Node ${oldestNode.join('.')} or newer; this is ${process.versions.node}`,
  );
}

function areInstalled() {
  return readStamp().install === installFingerprint();
}

function areBuilt() {
  return (
    areInstalled() &&
    readStamp().build === buildFingerprint() &&
    workspaceFolders().every((folder) => existsSync(repoPath(folder, 'dist')))
  );
}

async function install() {
  if (areInstalled()) return;
  const fingerprint = installFingerprint();
  await runStep('installing packages', ['install', '--frozen-lockfile', '--prefer-offline'], {
    seeMore: 'node scripts/pnpm.mjs install',
  });
  writeStamp({ install: fingerprint });
}

/** @param {boolean} shown */
async function build(shown) {
  // Taken before the build: a file saved while it runs must make the next start build again.
  const fingerprint = buildFingerprint();
  await runStep('building', ['exec', 'turbo', 'run', 'build', '--output-logs=new-only'], {
    seeMore: 'npm run build',
    shown,
  });
  writeStamp({ ...readStamp(), build: fingerprint });
}

/**
 * @param {string} title
 * @param {readonly string[]} pnpmArgs
 * @param {{ seeMore: string, shown?: boolean }} options `seeMore`: the command that shows everything
 */
async function runStep(title, pnpmArgs, { seeMore, shown = false }) {
  const status = await withProgress(`setting up: ${title}`, () => runPnpm(pnpmArgs, shown));
  if (status === 0) return;
  const log = path.relative(process.cwd(), logFile);
  const more = shown ? '' : `; see ${log}, or run: ${seeMore}`;
  throw new SetupError(`setting up failed while ${title} (exit code ${status})${more}`);
}

/**
 * Runs pnpm to its end; what it prints goes to the log unless it is to be shown.
 * @param {readonly string[]} args
 * @param {boolean} shown
 * @returns {Promise<number>} its exit code
 */
function runPnpm(args, shown) {
  return new Promise((resolve, reject) => {
    const child = spawnPnpm(args, [
      'ignore',
      shown ? 'inherit' : 'pipe',
      shown ? 'inherit' : 'pipe',
    ]);
    if (!shown) {
      const log = createWriteStream(logFile);
      child.stdout?.pipe(log, { end: false });
      child.stderr?.pipe(log, { end: false });
    }
    const passOn = endWith(child);
    child.on('error', reject);
    child.on('close', (status) => {
      passOn.stop();
      resolve(status ?? 1);
    });
  });
}

/**
 * A signal to us ends the child first: an orphaned install would collide with the next one.
 * @param {import('node:child_process').ChildProcess} child
 */
function endWith(child) {
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  /** @param {NodeJS.Signals} signal */
  const onSignal = (signal) => {
    stop();
    child.kill(signal);
    child.once('close', () => process.kill(process.pid, signal));
  };
  const stop = () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return { stop };
}

/** @returns {{ install?: string, build?: string }} */
function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return {}; // None yet, or torn: both mean that nothing is known to be ready.
  }
}

/** @param {{ install?: string, build?: string }} stamp */
function writeStamp(stamp) {
  writeFileSync(stampFile, JSON.stringify(stamp));
}

if (isMain(import.meta.url)) {
  await setUpOrExit({ alwaysBuild: process.argv.includes('--always-build') });
}
