import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as limits from '../src/limits.js';

function read(path: string): string {
  return readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
}

/** One section of the document. */
function sectionOf(title: string): string {
  const [, behind = ''] = read('docs/limits.md').split(`\n## ${title}\n`);
  return behind.split('\n## ')[0] ?? '';
}

const protocolPart = sectionOf('The protocol');
const runtimePart = sectionOf('The runtime');
const cachePart = sectionOf('The cache');

/** Name and value of every row that begins with a name in code. */
function valuesIn(part: string): Record<string, number> {
  const rows = part.matchAll(/^\| `(\w+)`\s*\| ([\d,]+)/gm);
  return Object.fromEntries(
    [...rows].map(([, name, value = '']) => [name, Number(value.replaceAll(',', ''))]),
  );
}

/** The names and values in a file of limits, by its text: the core does not import what is built upon it. */
function limitsIn(path: string): { names: string[]; values: Record<string, number> } {
  const source = read(path);
  const names = [...source.matchAll(/^ {2}readonly (\w+): number;/gm)].map(([, name = '']) => name);
  const values = source.matchAll(
    /^(?: {2}|export const )(\w+)(?:: number = | = |: )(\w+)(?: \* (KIB|MIB))?[,;]/gm,
  );
  const units: Record<string, number> = { KIB: 1_024, MIB: 1_048_576 };
  const entries = [...values].map(([, name = '', value = '', unit = '']) => {
    return [name, Number(value.replaceAll('_', '')) * (units[unit] ?? 1)] as const;
  });
  return { names, values: Object.fromEntries(entries) };
}

describe('docs/limits.md', () => {
  it('names every limit of the core with its value, and no other', () => {
    const { DEFAULT_LIMITS, ...fixed } = limits;
    expect(valuesIn(protocolPart)).toEqual({ ...DEFAULT_LIMITS, ...fixed });
  });

  it('names every limit of the runtime with its value, and no other', () => {
    const { names, values } = limitsIn('packages/node/src/limits.ts');
    expect(Object.keys(values)).toEqual(expect.arrayContaining(names));
    expect(valuesIn(runtimePart)).toEqual(values);
  });

  it('names every limit of the cache with its value, and no other', () => {
    const { names, values } = limitsIn('packages/cache/src/limits.ts');
    expect(Object.keys(values)).toEqual(expect.arrayContaining(names));
    expect(valuesIn(cachePart)).toEqual(values);
  });

  it('names every limit of the cache over HTTP with its value, and no other', () => {
    const { values } = limitsIn('packages/cache/src/http/limits.ts');
    expect(valuesIn(sectionOf('The cache over HTTP'))).toEqual(values);
  });

  it('names every limit of its replication with its value, and no other', () => {
    const { names, values } = limitsIn('packages/cache/src/replication/limits.ts');
    expect(Object.keys(values)).toEqual(expect.arrayContaining(names));
    expect(valuesIn(sectionOf('Replication of the cache'))).toEqual(values);
  });
});
