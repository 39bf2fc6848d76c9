import { describe, expect, it } from 'vitest';
import { ZERO_HASH } from '../../src/log/state-hash.js';
import {
  fanoutOf,
  type Part,
  type PartEntries,
  type PartHashes,
  readNarrowing,
  readQuestion,
  writeNarrowing,
  writeQuestion,
} from '../../src/wire/digest.js';
import { Reader } from '../../src/wire/reader.js';
import { Writer } from '../../src/wire/writer.js';

function sums(level: number, index: number): PartHashes {
  const hashes = Array.from({ length: fanoutOf(level) }, () => ZERO_HASH);
  return { part: { level, index }, hashes };
}

function told(level: number, index: number): PartEntries {
  return { part: { level, index }, entries: [] };
}

function question(hashes: readonly PartHashes[], entries: readonly PartEntries[]): () => unknown {
  const writer = new Writer();
  writeQuestion(writer, { hashes, entries });
  return () => readQuestion(new Reader(writer.finish()));
}

function narrowing(hashes: readonly PartHashes[], parts: readonly Part[]): () => unknown {
  const writer = new Writer();
  writeNarrowing(writer, { hashes, parts });
  return () => readNarrowing(new Reader(writer.finish()));
}

const OVERLAP = /malformed|overlap/;

describe('parts that are told or asked for', () => {
  it('may lie side by side, on any levels and in any order', () => {
    const side = [sums(1, 63), sums(2, 16), sums(1, 0)];
    expect(question(side, [told(2, 17), told(7, 2 ** 29)])).not.toThrow();
    expect(narrowing(side, [{ level: 2, index: 17 }])).not.toThrow();
    expect(question([], [])).not.toThrow();
  });

  it.each([
    ['a part twice', question([], [told(0, 0), told(0, 0)])],
    ['sums of a part twice', question([sums(3, 5), sums(3, 5)], [])],
    ['sums and entries of one part', question([sums(1, 7)], [told(1, 7)])],
    ['a part and the whole', question([], [told(7, 12_345), told(0, 0)])],
    ['a part and one of those into which it falls', question([sums(1, 2)], [told(2, 47)])],
    [
      'a narrowing of a part twice',
      narrowing(
        [],
        [
          { level: 4, index: 9 },
          { level: 4, index: 9 },
        ],
      ),
    ],
    ['a narrowing of a part and the whole', narrowing([sums(0, 0)], [{ level: 1, index: 63 }])],
  ])('must not overlap: %s', (_, read) => {
    expect(read).toThrow(OVERLAP);
  });
});
