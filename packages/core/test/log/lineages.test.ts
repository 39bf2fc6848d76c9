import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamId } from '../../src/ids.js';
import { Lineages, RUNS_MIN } from '../../src/log/lineages.js';
import { stream } from '../support/identities.js';

const PEERS = 4;
const STREAMS_MAX = 96;
const seen = fc.array(
  fc.tuple(fc.integer({ min: 1, max: PEERS }), fc.integer({ min: 1, max: 60 })),
  { maxLength: 200 },
);

/** What counts after these streams were seen in this order; what is over is not taken. */
function countingOf(streams: readonly StreamId[]): readonly StreamId[] {
  const lineages = new Lineages(STREAMS_MAX);
  const counting = new Set<StreamId>();
  for (const each of streams) {
    if (counting.has(each) || lineages.isOver(each)) continue;
    counting.add(each);
    for (const over of lineages.add(each)) counting.delete(over);
  }
  return [...counting].sort();
}

describe('runs of peers', () => {
  it('count up to a share of the room, the newest ones', () => {
    const lineages = new Lineages(STREAMS_MAX);
    expect(lineages.share).toBe(72);
    for (let run = 1; run <= 72; run++) expect(lineages.add(stream(1, run))).toEqual([]);
    expect(lineages.isFull(stream(1).split('.')[0] as never)).toBe(true);
    expect(lineages.add(stream(1, 99))).toEqual([stream(1, 1)]);
    expect([1, 2, 50].map((run) => lineages.isOver(stream(1, run)))).toEqual([true, false, false]);
    expect([...lineages.oldest()]).toEqual([{ peer: expect.anything(), generation: 2 }]);
    // The share becomes smaller with each peer, down to a bound.
    expect(lineages.add(stream(2))).toHaveLength(72 - 36);
    for (let peer = 3; peer < 30; peer++) lineages.add(stream(peer));
    expect(lineages.share).toBe(RUNS_MIN);
  });

  it('that count are the same in whatever order they are heard of', () => {
    fc.assert(
      fc.property(seen, fc.infiniteStream(fc.nat()), (runs, numbers) => {
        const streams = runs.map(([byte, run]) => stream(byte, run));
        const shuffled = streams
          .map((each) => ({ each, at: numbers.next().value ?? 0 }))
          .sort((left, right) => left.at - right.at)
          .map(({ each }) => each);
        expect(countingOf(shuffled)).toEqual(countingOf(streams));
      }),
    );
  });

  it('that count at two peers are the same when each has heard what counts at the other', () => {
    fc.assert(
      fc.property(seen, seen, (left, right) => {
        const [ours, theirs] = [left, right].map((runs) =>
          countingOf(runs.map(([byte, run]) => stream(byte, run))),
        );
        if (ours === undefined || theirs === undefined) return;
        expect(countingOf([...ours, ...theirs])).toEqual(countingOf([...theirs, ...ours]));
        const all = [...left, ...right].map(([byte, run]) => stream(byte, run));
        expect(countingOf([...ours, ...theirs])).toEqual(countingOf(all));
      }),
    );
  });
});
