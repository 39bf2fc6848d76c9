import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MemberState } from '../../src/membership/member.js';
import { type Member, Members, updateOf } from '../../src/membership/members.js';
import { peer } from '../support/identities.js';
import { memberOf } from '../support/member.js';
import { holds } from '../support/property.js';

const SELF = { id: peer(0x50), generation: 1, incarnation: 0 };

function tableOf(members: readonly Member[], max = 99): Members {
  const table = new Members(max);
  for (const member of members) table.add(member);
  return table;
}

describe('the hash of a member table', () => {
  const rows = fc.uniqueArray(
    fc.tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom<MemberState>('alive', 'dead', 'left')),
    { selector: ([byte]) => byte, maxLength: 6 },
  );

  it('is the same whatever the order of arrival', () => {
    holds(
      rows.chain((drawn) =>
        fc.tuple(fc.constant(drawn), fc.shuffledSubarray(drawn, { minLength: drawn.length })),
      ),
      ([drawn, shuffled]) => {
        const hashOf = (list: typeof drawn): number =>
          tableOf(list.map(([byte, state]) => memberOf(byte, state))).hash(SELF);
        expect(hashOf(shuffled)).toBe(hashOf(drawn));
      },
    );
  });

  it('is the same at two members that see each other and the same others', () => {
    const a = { id: peer(0x0a), generation: 3, incarnation: 4 };
    const b = { id: peer(0x0b), generation: 5, incarnation: 0 };
    const atA = tableOf([memberOf(0x0c, 'dead'), memberOf(0x0b, 'alive', { generation: 5 })]);
    const atB = tableOf([memberOf(0x0a, 'alive', a), memberOf(0x0c, 'dead')]);
    expect(atA.hash(a)).toBe(atB.hash(b));
  });

  it('differs by state, incarnation and generation, but not by a passing suspicion', () => {
    const hashes = [
      memberOf(1),
      memberOf(1, 'dead'),
      memberOf(1, 'left'),
      memberOf(1, 'alive', { incarnation: 1 }),
      memberOf(1, 'alive', { generation: 2 }),
      memberOf(2),
    ].map((member) => tableOf([member]).hash(SELF));
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(tableOf([memberOf(1, 'suspect')]).hash(SELF)).toBe(hashes[0]);
  });

  it('follows a change once it is told of it', () => {
    const member = memberOf(1);
    const table = tableOf([member]);
    const before = table.hash(SELF);
    member.state = 'dead';
    table.changed(member);
    expect(table.hash(SELF)).not.toBe(before);
    table.remove(peer(1));
    expect(table.hash(SELF)).toBe(tableOf([]).hash(SELF));
  });
});

describe('a full member table', () => {
  it('gives the place of the one dead or left the longest to a newcomer', () => {
    const table = tableOf([memberOf(1), memberOf(3, 'dead'), memberOf(2, 'left')], 3);
    expect(table.add(memberOf(4))?.peer).toBe(peer(4));
    expect(table.sorted().map((member) => member.peer)).toEqual([peer(1), peer(3), peer(4)]);
    expect(table.size).toBe(3);
  });

  it('ignores a newcomer when all still count', () => {
    const table = tableOf([memberOf(1), memberOf(2, 'suspect')], 2);
    const before = table.hash(SELF);
    expect(table.add(memberOf(3))).toBe(undefined);
    expect(table.get(peer(3))).toBe(undefined);
    expect(table.hash(SELF)).toBe(before);
  });
});

describe('lists of members', () => {
  it('are in order of ids: the alive ones, and those not given up', () => {
    const table = tableOf([
      memberOf(5, 'left'),
      memberOf(4, 'suspect'),
      memberOf(3),
      memberOf(2, 'dead'),
      memberOf(1),
    ]);
    const ids = (list: readonly Member[]): string[] => list.map((member) => member.peer);
    expect(ids(table.sorted())).toEqual([1, 2, 3, 4, 5].map(peer));
    expect(ids(table.alive())).toEqual([1, 3].map(peer));
    expect(ids(table.present())).toEqual([1, 3, 4].map(peer));
  });
});

describe('a table that members enter, change in and leave', () => {
  const STATES = ['joining', 'alive', 'suspect', 'dead', 'left'] as const;
  const steps = fc.array(
    fc.record({
      byte: fc.integer({ min: 1, max: 6 }),
      does: fc.constantFrom('remove', 'look', ...STATES),
      incarnation: fc.nat({ max: 2 }),
    }),
    { maxLength: 30 },
  );

  it('is as one that was filled just now with the same members', () => {
    holds(steps, (drawn) => {
      const table = new Members(5);
      for (const { byte, does, incarnation } of drawn) {
        const known = table.get(peer(byte));
        if (does === 'look') table.hash(SELF);
        else if (does === 'remove') table.remove(peer(byte));
        else if (known === undefined) table.add(memberOf(byte, does, { incarnation }));
        else {
          Object.assign(known, { state: does, incarnation });
          table.changed(known);
        }
        const rows = [...table.all()].sort((left, right) => (left.peer < right.peer ? -1 : 1));
        const inState = (...states: readonly MemberState[]): Member[] =>
          rows.filter(({ state }) => states.includes(state));
        expect(table.sorted()).toEqual(rows);
        expect(table.alive()).toEqual(inState('alive'));
        expect(table.suspects()).toEqual(inState('suspect'));
        expect(table.present()).toEqual(inState('alive', 'suspect'));
        expect(table.aliveCount).toBe(inState('alive').length);
        expect(table.presentCount).toBe(inState('alive', 'suspect').length);
      }
      expect(table.hash(SELF)).toBe(tableOf([...table.all()]).hash(SELF));
    });
  });

  it('leaves the lists alone that somebody still walks', () => {
    const table = tableOf([memberOf(1), memberOf(2), memberOf(3)]);
    const seen = table.present().map(({ peer: id }) => {
      table.remove(id);
      return id;
    });
    expect(seen).toEqual([1, 2, 3].map(peer));
    expect(table.present()).toEqual([]);
  });
});

describe('what is told of a member', () => {
  it('is its standing and description, and who says so', () => {
    const member = memberOf(1, 'suspect', { incarnation: 3, addresses: ['a:1'], metaVersion: 2 });
    expect(updateOf(member, peer(9))).toEqual({
      peer: peer(1),
      generation: 1,
      incarnation: 3,
      state: 'suspect',
      from: peer(9),
      addresses: ['a:1'],
      metaVersion: 2,
      meta: new Uint8Array(0),
      signature: member.signature,
    });
  });
});

describe('forgetting members', () => {
  it.each<[MemberState, boolean]>([
    ['alive', false],
    ['suspect', false],
    ['dead', true],
    ['left', true],
  ])('of long ago: one that is %s goes: %s', (state, goes) => {
    const table = tableOf([memberOf(1, state)]);
    const since = table.get(peer(1))?.sinceMs ?? 0;
    table.forget(since);
    expect(table.size).toBe(1);
    table.forget(since + 1);
    expect(table.size).toBe(goes ? 0 : 1);
  });
});
