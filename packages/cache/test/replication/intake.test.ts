import { HearsayError, seededRandom } from '@hearsay/core';
import { Writer } from '@hearsay/core/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerDeltas } from '../../src/replication/answer.js';
import { Intake, openDelta } from '../../src/replication/intake.js';
import { Vector } from '../../src/replication/vector.js';
import { Store } from '../../src/store/store.js';
import { writeSurvivor } from '../../src/store/survivor-codec.js';
import { stream } from '../support/store.js';

const BASIS = new Uint8Array(8);
const [ours] = [stream(1)];

/** What a store with some registers answers to who has nothing, without what delta it comes in. */
function piecesOf(sizes: readonly number[]): Uint8Array {
  const store = new Store({ random: seededRandom('intake') });
  sizes.forEach((size, index) => {
    const change = { kind: 'set', value: 'v'.repeat(size), deadlineMs: undefined } as const;
    store.apply(
      ours,
      index + 1,
      { key: `k${index}`, time: { ms: index + 1, counter: 0 }, change },
      1,
    );
  });
  const deltas = answerDeltas({
    number: 1,
    basis: BASIS,
    instance: 1,
    vector: Vector.from([[ours, sizes.length]]),
    floor: { vector: new Vector(), time: { ms: 0, counter: 0 } },
    oldest: { ms: 1, counter: 0 },
    held: new Vector(),
    reached: new Vector(),
    fragment: undefined,
    keyStateBytesMax: 1_000_000,
    onTooLarge: () => undefined,
    streams: store.streams(),
    headOf: () => undefined,
    above: (each, after) => store.above(each, after),
  });
  return Buffer.concat([...deltas].map((delta) => openDelta(delta).rest));
}

/** The same bytes cut at other places, as deltas. */
function* cut(bytes: Uint8Array, at: readonly number[]): Generator<Uint8Array> {
  const ends = [...new Set(at.map((place) => place % (bytes.length + 1)))].sort((l, r) => l - r);
  let start = 0;
  for (const [index, end] of [...ends, bytes.length].entries()) {
    const writer = new Writer(64);
    writer.varuint(1).varuint(index).raw(BASIS).varuint(1).raw(bytes.subarray(start, end));
    yield writer.finish();
    start = end;
  }
}

describe('an answer', () => {
  it('brings the same wherever it is cut, and each entry in the bytes that it came in', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 12 });
    const cuts = fc.array(fc.nat(5_000), { maxLength: 20 });
    fc.assert(
      fc.property(sizes, cuts, (each, at) => {
        const keys: string[] = [];
        const reached: number[] = [];
        let committed = 0;
        let intake: Intake | undefined;
        for (const delta of cut(piecesOf(each), at)) {
          const opened = openDelta(delta);
          intake ??= new Intake(
            opened,
            {
              floor: () => true,
              fragment: () => undefined,
              apply: (arrived) => {
                for (const { survivor, whole, start, end } of arrived) {
                  keys.push(survivor.key);
                  const writer = new Writer(64);
                  writeSurvivor(writer, survivor);
                  expect(whole.slice(start, end)).toEqual(writer.finish());
                }
              },
              reached: (_, sequence) => reached.push(sequence),
              commit: () => {
                committed += 1;
              },
            },
            1_000_000,
          );
          intake.take(opened);
          delta.fill(0); // What waits must not be read from here.
        }
        expect(keys).toEqual(each.map((_, index) => `k${index}`));
        expect(committed).toBe(1);
        expect(reached.at(-1) ?? 0).toBe(each.length);
      }),
      { numRuns: 300 },
    );
  });

  it('of which a delta is missing is taken no further', () => {
    const [first, , third] = [...cut(piecesOf([100, 100, 100]), [150, 250])];
    const keys: string[] = [];
    const opened = openDelta(first as Uint8Array);
    const intake = new Intake(
      opened,
      {
        floor: () => true,
        fragment: () => undefined,
        apply: (arrived) => keys.push(...arrived.map(({ survivor }) => survivor.key)),
        reached: () => undefined,
        commit: () => expect.unreachable(),
      },
      1_000_000,
    );
    intake.take(opened);
    intake.take(openDelta(third as Uint8Array));
    expect(keys.length).toBeLessThan(3);
  });

  it('with a piece that is too long, or of no kind, is refused', () => {
    const refuse = (bytes: readonly number[]) => {
      const writer = new Writer(64).varuint(1).varuint(0).raw(BASIS).varuint(1);
      const opened = openDelta(writer.raw(Uint8Array.from(bytes)).finish());
      const intake = new Intake(
        opened,
        {
          floor: () => true,
          fragment: () => undefined,
          apply: () => undefined,
          reached: () => undefined,
          commit: () => undefined,
        },
        1_000_000,
      );
      return () => intake.take(opened);
    };
    expect(refuse([0, 0, 0, 0])).toThrow(HearsayError);
    expect(refuse([255, 255, 255, 255])).toThrow(/a piece of an answer of 4294967295 bytes/);
    expect(refuse([1, 0, 0, 0, 200])).toThrow(/unknown piece/);
    expect(refuse([2, 0, 0, 0, 6, 0])).toThrow(/bytes left over/);
  });
});
