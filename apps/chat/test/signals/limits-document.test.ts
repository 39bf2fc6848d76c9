import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as limits from '../../src/signals/limits.js';

it('docs/limits.md names every limit of signals with its value, and no other', () => {
  const document = readFileSync(new URL('../../../../docs/limits.md', import.meta.url), 'utf8');
  const [, part = ''] = document.split('\n## Signals of chat programs\n');
  const [section = ''] = part.split('\n## ');
  const rows = [...section.matchAll(/^\| `(\w+)`\s*\| ([\d,]+)/gm)];
  const written = rows.map(([, name, value = '']) => [name, Number(value.replaceAll(',', ''))]);
  expect(Object.fromEntries(written)).toEqual({ ...limits });
});
