import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CacheWord, decodeCacheWord } from '../../src/cluster/cache-client.js';
import { CacheWatch } from '../../src/cluster/cache-watch.js';
import { Chronicle } from '../../src/cluster/chronicle.js';
import type { Member } from '../../src/cluster/member.js';
import { LabError } from '../../src/errors.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Peers whose caches hold what a test says; `undefined` does not answer. */
function caches(held: Record<string, Record<string, number> | undefined>) {
  const members = Object.keys(held).map(
    (nick, index): Member => ({
      ...{ nick, port: index, condition: 'up', sinceMs: 0 },
      ...{ run: undefined, cache: undefined, opinions: new Map() },
    }),
  );
  const chronicle = new Chronicle(0);
  const read = (port: number): Promise<CacheWord> => {
    const vector = Object.values(held)[port];
    if (vector === undefined) return Promise.reject(new Error('no answer'));
    return Promise.resolve({ vector: new Map(Object.entries(vector)), diverged: 0 });
  };
  const options = { running: () => members, chronicle, changed: () => undefined, read };
  const watch = new CacheWatch(options);
  return { watch, chronicle, held, asked: () => vi.advanceTimersByTimeAsync(250) };
}

describe('the watch over caches', () => {
  it('asks nobody, and knows nothing, before somebody writes', async () => {
    const { watch, asked } = caches({ ana: { a: 1 }, bob: {} });
    await asked();
    expect([...watch.lacking()]).toEqual([]);
    expect(watch.agreed()).toBe(false);
    watch.close();
  });

  it('counts what each lacks of what any of them holds, until all hold the same', async () => {
    const { watch, chronicle, held, asked } = caches({ ana: { a: 5 }, bob: { a: 2, b: 4 } });
    watch.wrote(Date.now());
    await asked();
    expect([...watch.lacking()]).toEqual([
      ['ana', 4],
      ['bob', 3],
    ]);
    expect(watch.agreed()).toBe(false);
    held['ana'] = { a: 5, b: 4 };
    held['bob'] = { a: 5, b: 4 };
    await asked();
    expect(watch.agreed()).toBe(true);
    expect(chronicle.cacheSamples.map(({ lacking }) => lacking)).toEqual([4, 0]);
    await asked();
    expect(chronicle.entries.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^all 2 caches hold the same, \d\.\ds after the last write$/),
    ]);
    watch.close();
  });

  it('believes nothing that was told before the last write', async () => {
    const { watch, asked } = caches({ ana: { a: 1 }, bob: { a: 1 } });
    watch.wrote(Date.now());
    await asked();
    expect(watch.agreed()).toBe(true);
    watch.wrote(Date.now() + 1_000);
    expect(watch.agreed()).toBe(false);
    watch.close();
  });

  it('does not take silence for agreement', async () => {
    const { watch, asked } = caches({ ana: { a: 1 }, bob: undefined });
    watch.wrote(Date.now());
    await asked();
    expect([...watch.lacking()]).toEqual([
      ['ana', 0],
      ['bob', undefined],
    ]);
    expect(watch.agreed()).toBe(false);
    watch.close();
  });
});

it.each(['', '[]', '{}', '{"vector":{"a":"b"},"diverged":[]}', '{"vector":null,"diverged":[]}'])(
  'an answer that is none is refused: %s',
  (text) => {
    expect(() => decodeCacheWord(text)).toThrow(LabError);
  },
);

it('an answer is read as the vector and the partitions that differ', () => {
  expect(decodeCacheWord('{"vector":{"x.1":7},"diverged":[3,4],"keys":9}')).toEqual({
    vector: new Map([['x.1', 7]]),
    diverged: 2,
  });
});
