import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('tells the version of its package', () => {
  const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
  const { version } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  const told = execFileSync(process.execPath, [main, '--version'], { encoding: 'utf8' });
  expect(told.trim()).toBe(version);
});
