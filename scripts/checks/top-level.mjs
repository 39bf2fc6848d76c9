import { readdirSync } from 'node:fs';
import { repoPath } from '../lib/repo.mjs';

const expected = [
  'ARCHITECTURE.md',
  'LICENSE',
  'README.md',
  'apps',
  'docs',
  'package.json',
  'packages',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'scripts',
  'tsconfig.base.json',
  'turbo.json',
];

/** Made by tools and ignored by git. */
const tolerated = ['node_modules', 'package-lock.json'];

/** The top level is what a newcomer sees first: it holds these entries, dotfiles, and nothing else. */
export function checkTopLevel() {
  const found = readdirSync(repoPath()).filter(
    (name) => !(name.startsWith('.') || tolerated.includes(name)),
  );
  return [
    ...expected.filter((name) => !found.includes(name)).map((name) => `${name} is missing`),
    ...found
      .filter((name) => !expected.includes(name))
      .map((name) => `${name} does not belong at the top level`),
  ];
}
