import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as limits from '../src/limits.js';

it('has its limits in its document, as they are', () => {
  const text = readFileSync(new URL('../../../docs/web-view.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `([A-Z_]+)` +\| (\d+) +\|/gm)];
  expect(Object.fromEntries(rows.map(([, name, value]) => [name, Number(value)]))).toEqual({
    ...limits,
  });
});
