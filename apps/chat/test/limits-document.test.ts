import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as limits from '../src/limits.js';

it('docs/limits.md names every limit of the program with its value, and no other', () => {
  const document = readFileSync(new URL('../../../docs/limits.md', import.meta.url), 'utf8');
  const [, part = ''] = document.split('\n## The chat program\n');
  const [section = ''] = part.split('\n## ');
  const rows = [...section.matchAll(/^\| `(\w+)`\s*\| ([\d,]+)/gm)];
  const written = rows.map(([, name, value = '']) => [name, Number(value.replaceAll(',', ''))]);
  expect(Object.fromEntries(written)).toEqual({ ...limits });
});
