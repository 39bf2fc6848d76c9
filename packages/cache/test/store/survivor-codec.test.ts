import { HearsayError, VectorClock } from '@hearsay/core';
import { Reader, Writer } from '@hearsay/core/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Change, readSurvivor, type Survivor, writeSurvivor } from '../../src/index.js';
import { createStore, stream } from '../support/store.js';

const NOW_MS = 1_000;
const [a, b] = [stream(1), stream(2)];

/** One survivor of each sort. */
function samples(): Survivor[] {
  const store = createStore();
  let sequence = 0;
  const write = (key: string, changes: readonly (Change | undefined)[]): void => {
    for (const change of changes) {
      if (change === undefined) throw new Error('there is something to change');
      sequence += 1;
      store.apply(a, sequence, { key, time: { ms: sequence, counter: 0 }, change }, NOW_MS);
    }
  };
  write('value', [store.prepareSet('value', '\u{0}\u{ff}', 5_000, NOW_MS)]);
  write('value', [store.prepareDeadline('value', undefined, NOW_MS)]);
  write('deleted', [store.prepareSet('deleted', 'x', undefined, NOW_MS), { kind: 'delete' }]);
  write('unknown', [{ kind: 'deadline', deadlineMs: 9_000 }]);
  write('counter', store.prepareCount(a, 'counter', 300, NOW_MS));
  write('counter', [store.prepareDelete('counter', NOW_MS)]);
  write('set', store.prepareAdd('set', ['x', 'y'], NOW_MS));
  write('hash', store.prepareFields('hash', new Map([['f', 'v']]), NOW_MS));
  write('hash', [store.prepareDeadline('hash', 5_000, NOW_MS)]);
  const elements = [{ element: 'x', dots: [] }];
  const change = { kind: 'set-add', elements } as const;
  store.apply(b, 1, { key: 'set', time: { ms: 1, counter: 1 }, change }, NOW_MS);
  return [...store.survivors(new VectorClock())];
}

function encode(survivor: Survivor): Uint8Array {
  const writer = new Writer();
  writeSurvivor(writer, survivor);
  return writer.finish();
}

/** @returns undefined for malformed bytes; lets any other error through */
function attempt(bytes: Uint8Array): Survivor | undefined {
  try {
    const reader = new Reader(bytes);
    const survivor = readSurvivor(reader);
    reader.end();
    return survivor;
  } catch (error) {
    if (error instanceof HearsayError && error.code === 'malformed') return undefined;
    throw error;
  }
}

const SAMPLES = samples();

describe('the codec of survivors', () => {
  it('gives back what it was given', () => {
    expect(SAMPLES).toHaveLength(6);
    for (const survivor of SAMPLES) expect(attempt(encode(survivor))).toEqual(survivor);
  });

  it('takes only the bytes it would write itself, and refuses others as malformed', () => {
    const damage = fc.tuple(
      fc.constantFrom(...SAMPLES),
      fc.nat(),
      fc.integer({ min: 0, max: 255 }),
    );
    fc.assert(
      fc.property(damage, ([survivor, place, byte]) => {
        const bytes = encode(survivor);
        bytes[place % bytes.length] = byte;
        const other = attempt(bytes);
        if (other === undefined) return;
        expect(encode(other)).toEqual(bytes);
        createStore().adopt(other, NOW_MS);
      }),
      { numRuns: 1_000 },
    );
  });

  it('refuses what is cut short', () => {
    for (const survivor of SAMPLES) {
      const bytes = encode(survivor);
      for (let end = 0; end < bytes.length; end++) {
        expect(attempt(bytes.slice(0, end))).toBeUndefined();
      }
    }
  });
});
