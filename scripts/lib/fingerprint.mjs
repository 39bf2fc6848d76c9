// Tells whether anything changed since the last set-up, from names, sizes and times alone. Reading
// every file would be surer and slower; turbo does that when this says that something moved.
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { filesBelow, repoPath, workspaceFolders } from './repo.mjs';

const nodeMajor = process.versions.node.split('.')[0];

/** Changes when the installed packages may no longer be the right ones. */
export function installFingerprint() {
  return fingerprint([
    'package.json',
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    ...workspaceFolders().map((folder) => `${folder}/package.json`),
  ]);
}

/** Changes when what was built may no longer be right. */
export function buildFingerprint() {
  const sources = workspaceFolders().flatMap((folder) => [
    ...filesBelow(folder, (file) =>
      /\/((package|tsconfig[^/]*)\.json|rolldown\.config\.mjs)$/.test(file),
    ),
    ...filesBelow(`${folder}/src`),
  ]);
  return fingerprint(['pnpm-lock.yaml', 'tsconfig.base.json', 'turbo.json', ...sources]);
}

/** @param {readonly string[]} files */
function fingerprint(files) {
  const hash = createHash('sha256').update(`node ${nodeMajor}\n`);
  for (const file of files) {
    const status = statSync(repoPath(file), { throwIfNoEntry: false });
    hash.update(`${file} ${status?.size} ${status?.mtimeMs}\n`);
  }
  return hash.digest('hex');
}
