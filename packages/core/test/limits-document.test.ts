import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as limits from '../src/limits.js';

function read(path: string): string {
  return readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
}

const [protocolPart = '', otherParts = ''] = read('docs/limits.md').split('\n## The runtime\n');
// What is built upon the runtime has sections of its own behind it.
const [runtimePart = ''] = otherParts.split('\n## ');

/** Name and value of every row that begins with a name in code. */
function valuesIn(part: string): Record<string, number> {
  const rows = part.matchAll(/^\| `(\w+)`\s*\| ([\d,]+)/gm);
  return Object.fromEntries(
    [...rows].map(([, name, value = '']) => [name, Number(value.replaceAll(',', ''))]),
  );
}

describe('docs/limits.md', () => {
  it('names every limit of the core with its value, and no other', () => {
    const { DEFAULT_LIMITS, ...fixed } = limits;
    expect(valuesIn(protocolPart)).toEqual({ ...DEFAULT_LIMITS, ...fixed });
  });

  it('names every limit of the runtime with its value, and no other', () => {
    // By its text: the core does not import what is built upon it.
    const source = read('packages/node/src/limits.ts');
    const names = [...source.matchAll(/^ {2}readonly (\w+): number;/gm)].map(([, name]) => name);
    const values = source.matchAll(
      /^(?: {2}|export const )(\w+)(?:: number = | = |: )(\w+)(?: \* (KIB|MIB))?[,;]/gm,
    );
    const units: Record<string, number> = { KIB: 1_024, MIB: 1_048_576 };
    const expected = [...values].map(([, name = '', value = '', unit = '']) => {
      return [name, Number(value.replaceAll('_', '')) * (units[unit] ?? 1)] as const;
    });
    expect(expected.map(([name]) => name)).toEqual(expect.arrayContaining(names));
    expect(valuesIn(runtimePart)).toEqual(Object.fromEntries(expected));
  });
});
