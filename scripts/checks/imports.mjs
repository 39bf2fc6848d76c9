import { readFileSync } from 'node:fs';
import path from 'node:path';
import { filesBelow, repoPath, workspaceFolders } from '../lib/repo.mjs';
import { importsOf } from '../lib/source.mjs';

/** @typedef {{ folder: string, name: string, layer: number, entries: string[] }} Member */

/**
 * Imports run one way, core <- node, sim, terminal <- cache, services, web-view, pad <- apps, and enter another
 * package only where its `exports` map has a door.
 */
export function checkImports() {
  const members = workspaceFolders().map(readMember);
  return members.flatMap((member) =>
    filesBelow(member.folder, (file) => /\.tsx?$/.test(file)).flatMap((file) =>
      importsOf(file).flatMap((specifier) => problemsOf(specifier, file, member, members)),
    ),
  );
}

/**
 * @param {string} folder
 * @returns {Member}
 */
function readMember(folder) {
  const { name, exports } = JSON.parse(readFileSync(repoPath(folder, 'package.json'), 'utf8'));
  return { folder, name, layer: layerOf(folder), entries: Object.keys(exports ?? {}) };
}

/** @param {string} folder */
function layerOf(folder) {
  const [APP, UPON_THE_RUNTIME, RUNTIME, CORE] = [3, 2, 1, 0];
  const uponTheRuntime = [
    'packages/cache',
    'packages/services',
    'packages/web-view',
    'packages/pad',
  ];
  if (!folder.startsWith('packages/')) return APP;
  if (uponTheRuntime.includes(folder)) return UPON_THE_RUNTIME;
  return folder === 'packages/core' ? CORE : RUNTIME;
}

/**
 * @param {string} specifier
 * @param {string} file
 * @param {Member} from
 * @param {readonly Member[]} members
 * @returns {string[]}
 */
function problemsOf(specifier, file, from, members) {
  if (specifier.startsWith('.')) {
    const target = path.posix.join(path.posix.dirname(file), specifier);
    const stays = target.startsWith(`${from.folder}/`);
    return stays ? [] : [`${file} reaches out of its package: ${specifier}`];
  }
  const to = members.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
  if (to === undefined) return [];
  if (!to.entries.includes(`.${specifier.slice(to.name.length)}`)) {
    return [`${file} imports ${specifier}, which ${to.name} does not export`];
  }
  // Tests may look across: a runtime is well tested against the simulator, for example.
  const againstTheStream = file.startsWith(`${from.folder}/src/`) && to.layer >= from.layer;
  return againstTheStream ? [`${file} imports ${specifier} against the direction of imports`] : [];
}
