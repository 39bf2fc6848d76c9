import { Writer } from '@hearsay/core/wire';
import { describe, expect, it } from 'vitest';
import { type Binary, CacheError, writeSurvivor } from '../../src/index.js';
import { createStore, stream } from '../support/store.js';

const MIB = 1_048_576;
const ADDED_TOGETHER = 1_000;
const [a, b] = [stream(1), stream(2)];

function encodedBytes(store: ReturnType<typeof createStore>, key: string): number {
  const survivor = store.survivor(key);
  if (survivor === undefined) return 0;
  const writer = new Writer();
  writeSurvivor(writer, survivor);
  return writer.finish().length;
}

describe('the largest set and the largest hash', () => {
  it.each([4, 40, 400, 4_000])(
    'fit one answer of a repair, with elements of %i bytes',
    (elementBytes) => {
      const store = createStore();
      let sequence = 0;
      const fill = (): void => {
        for (;;) {
          const elements = Array.from({ length: ADDED_TOGETHER }, (_, at) =>
            `${sequence * ADDED_TOGETHER + at}`.padStart(elementBytes, 'x'),
          );
          const count = Math.min(ADDED_TOGETHER, Math.ceil((64 * 1_024) / elementBytes));
          const nowMs = 1_700_000_000_000 + sequence;
          for (const change of store.prepareAdd('set', elements.slice(0, count), nowMs)) {
            sequence += 1;
            const operation = { key: 'set', time: { ms: nowMs, counter: 0 }, change };
            store.apply(a, sequence, operation, nowMs);
          }
        }
      };
      expect(fill).toThrow(CacheError);
      expect(encodedBytes(store, 'set')).toBeGreaterThan(64 * 1_024);
      expect(encodedBytes(store, 'set')).toBeLessThanOrEqual(MIB + 1_024);
    },
  );

  it('is refused by its streams and dates too', () => {
    const store = createStore();
    const value: Binary = 'x'.repeat(MIB - 8);
    expect(() => store.prepareFields('hash', new Map([['f', value]]), 1)).toThrow(
      /at most 1048576/,
    );
    const fits: Binary = 'x'.repeat(MIB - 128);
    for (const change of store.prepareFields('hash', new Map([['f', fits]]), 1)) {
      store.apply(b, 1, { key: 'hash', time: { ms: 1, counter: 0 }, change }, 1);
    }
    expect(encodedBytes(store, 'hash')).toBeLessThanOrEqual(MIB + 1_024);
  });
});
