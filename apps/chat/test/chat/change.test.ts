import type { PeerId } from '@hearsay/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Amendment,
  amended,
  type Change,
  isAllowed,
  NO_AMENDMENT,
  reactionCounts,
} from '../../src/chat/change.js';
import { idOf } from '../support/fake-peer.js';

const ANA = idOf('a');
const OF = `${ANA}.1:7`;

const peer = fc.constantFrom('a', 'b', 'c').map(idOf);
const stamp = fc
  .record({ ms: fc.nat(3), counter: fc.nat(2), by: peer, sequence: fc.integer({ min: 1, max: 4 }) })
  .map(({ ms, counter, by, sequence }) => ({ time: { ms, counter }, key: `${by}.1:${sequence}` }));
const what = fc.oneof(
  fc.record({ kind: fc.constant('edit' as const), text: fc.constantFrom('one', 'two', 'three') }),
  fc.record({ kind: fc.constant('delete' as const) }),
  fc.record({
    kind: fc.constant('react' as const),
    emoji: fc.constantFrom('👍', '🎉'),
    on: fc.boolean(),
  }),
);

/** Changes as peers make them: one stamp is one change. */
const changes: fc.Arbitrary<Change[]> = fc
  .uniqueArray(fc.tuple(what, stamp), {
    selector: ([, { key }]) => key,
    maxLength: 10,
  })
  .map((all) =>
    all.map(
      ([change, at]): Change => ({
        ...change,
        of: OF,
        by: at.key.split('.')[0] as PeerId,
        stamp: at,
      }),
    ),
  );

const all = (list: readonly Change[]): Amendment => list.reduce(amended, NO_AMENDMENT);
const shown = (amendment: Amendment) => ({
  text: amendment.text,
  reactions: [...amendment.reactions].sort(([left], [right]) => (left < right ? -1 : 1)),
});

describe('changes of a message', () => {
  it('come to the same in any order', () => {
    const orders = changes.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(orders, ([one, other]) => {
        expect(shown(all(one))).toEqual(shown(all(other)));
      }),
    );
  });

  it('come to the same however often they come', () => {
    fc.assert(
      fc.property(
        changes
          .filter(({ length }) => length > 0)
          .chain((list) =>
            fc.tuple(fc.constant(list), fc.array(fc.constantFrom(...list), { maxLength: 10 })),
          ),
        ([list, again]) => {
          expect(shown(all([...list, ...again]))).toEqual(shown(all(list)));
        },
      ),
    );
  });

  it('of the text count only from its author, and the last one wins', () => {
    fc.assert(
      fc.property(changes, (list) => {
        const own = list.filter(({ kind, by }) => kind !== 'react' && by === ANA);
        const { text } = all(list);
        if (own.length === 0) expect(text).toBeUndefined();
        else expect(own.some(({ stamp }) => stamp.key === text?.stamp.key)).toBe(true);
      }),
    );
    const edit = (text: string, ms: number, by = ANA): Change => ({
      kind: 'edit',
      text,
      of: OF,
      by,
      stamp: { time: { ms, counter: 0 }, key: `${by}.1:${ms}` },
    });
    expect(all([edit('late', 9), edit('early', 8)]).text?.text).toBe('late');
    expect(all([edit('mine', 8), edit('not yours', 9, idOf('b'))]).text?.text).toBe('mine');
    expect(isAllowed(edit('x', 1, idOf('b')))).toBe(false);
  });

  it('that say nothing new give the same object', () => {
    const like: Change = {
      kind: 'react',
      emoji: '👍',
      on: true,
      of: OF,
      by: idOf('b'),
      stamp: { time: { ms: 1, counter: 0 }, key: `${idOf('b')}.1:1` },
    };
    const once = all([like]);
    expect(amended(once, like)).toBe(once);
    expect(reactionCounts(once, idOf('b'))).toEqual([{ emoji: '👍', count: 1, own: true }]);
    const off = {
      ...like,
      on: false,
      stamp: { time: { ms: 2, counter: 0 }, key: `${idOf('b')}.1:2` },
    };
    expect(reactionCounts(all([off, like]), ANA)).toEqual([]);
  });

  it('are bounded: the oldest reactions go, the same ones everywhere', () => {
    const many = Array.from(
      { length: 300 },
      (_none, index): Change => ({
        kind: 'react',
        emoji: String.fromCodePoint(0x1f300 + index),
        on: true,
        of: OF,
        by: idOf('b'),
        stamp: { time: { ms: index, counter: 0 }, key: `${idOf('b')}.1:${index + 1}` },
      }),
    );
    const kept = all(many);
    expect(kept.reactions.size).toBe(256);
    expect(shown(all([...many].reverse()))).toEqual(shown(kept));
  });
});
