import { describe, expect, it } from 'vitest';
import { memberFields } from '../../src/json/objects.js';
import { toldMembers } from '../../src/json/told-members.js';
import { idOf, member, SELF } from '../support/fake-peer.js';

const told = [
  member({ id: SELF, nick: 'ana', self: true, link: 'none', rttMs: undefined }),
  member({ id: idOf('b'), nick: 'bob', link: 'in', lacks: 2, inSync: false }),
  member({ id: idOf('c'), nick: 'cy', state: 'dead', link: 'none', toldMsAgo: undefined }),
];

function sent(changes: Readonly<Record<string, unknown>> = {}): unknown {
  const members = told.map((each) => ({ ...memberFields(each), ...changes }));
  return JSON.parse(JSON.stringify({ members, messages: 7 }));
}

describe('members that a peer told', () => {
  it('are read as they were written', () => {
    const read = toldMembers(sent());
    expect(read?.messages).toBe(7);
    expect(read?.members.map(memberFields)).toEqual(told.map(memberFields));
  });

  it.each([
    [{ id: 'b' }],
    [{ nick: 7 }],
    [{ self: null }],
    [{ state: 'fine' }],
    [{ forMs: null }],
    [{ gen: '1' }],
    [{ inc: -1 }],
    [{ rttMs: 'fast' }],
    [{ addresses: [1] }],
    [{ addresses: 'here' }],
    [{ tags: { pid: 7 } }],
    [{ tags: null }],
    [{ inSync: 1 }],
    [{ diverged: undefined }],
  ])('are not believed with %j', (changes) => {
    expect(toldMembers(sent(changes))).toBeUndefined();
  });

  it.each([undefined, null, 7, 'x', [], {}, { members: [] }, { members: {}, messages: 1 }])(
    'are not read from %j',
    (value) => {
      expect(toldMembers(value)).toBeUndefined();
    },
  );
});
