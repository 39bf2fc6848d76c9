import { describe, expect, it } from 'vitest';
import { type MemberState, type MemberUpdate, supersedes } from '../../src/membership/member.js';

const UPDATES: readonly MemberUpdate['state'][] = ['alive', 'suspect', 'dead', 'left'];
const CURRENT: readonly MemberState[] = ['joining', 'alive', 'suspect', 'dead', 'left'];

/**
 * Within one generation: rows are the news, columns what is known, in the order of `CURRENT`;
 * 1 means that the news wins. One table for each relation of the incarnations.
 */
const TABLES: Readonly<Record<'lower' | 'equal' | 'higher', Record<string, string>>> = {
  lower: {
    //       joining alive suspect dead left
    alive: '0 0 0 0 0',
    suspect: '0 0 0 0 0',
    dead: '0 0 0 0 0',
    left: '1 1 1 1 0',
  },
  equal: {
    alive: '1 0 0 0 0',
    suspect: '1 1 0 0 0',
    dead: '1 1 1 0 0',
    left: '1 1 1 1 0',
  },
  higher: {
    alive: '1 1 1 1 0',
    suspect: '1 1 1 0 0',
    dead: '1 1 1 1 0',
    left: '1 1 1 1 0',
  },
};

const INCARNATIONS = { lower: 4, equal: 5, higher: 6 };

describe('news of a member', () => {
  for (const [relation, table] of Object.entries(TABLES)) {
    for (const state of UPDATES) {
      it(`that it is ${state}, of a ${relation} incarnation, wins as the table says`, () => {
        const incarnation = INCARNATIONS[relation as keyof typeof INCARNATIONS];
        const row = CURRENT.map((current) => {
          const known = { generation: 2, incarnation: 5, state: current };
          return supersedes({ generation: 2, incarnation, state }, known) ? 1 : 0;
        });
        expect(row.join(' ')).toBe(table[state]);
      });
    }
  }

  it('of a newer generation always wins, of an older one never', () => {
    for (const state of UPDATES) {
      for (const current of CURRENT) {
        for (const incarnation of Object.values(INCARNATIONS)) {
          const known = { generation: 2, incarnation: 5, state: current };
          expect(supersedes({ generation: 3, incarnation, state }, known)).toBe(true);
          expect(supersedes({ generation: 1, incarnation, state }, known)).toBe(false);
        }
      }
    }
  });

  it('never wins over itself, so that no news goes round for ever', () => {
    for (const state of UPDATES) {
      const standing = { generation: 2, incarnation: 5, state };
      expect(supersedes(standing, standing)).toBe(false);
    }
  });
});
