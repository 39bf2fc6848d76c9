import { expect, it } from 'vitest';
import {
  ageWords,
  agreementWords,
  countWords,
  furthestBehind,
  type Member,
  type Snapshot,
  syncWords,
} from '../page/words.js';

const member: Member = {
  id: 'b0b' as Member['id'],
  label: 'bob',
  self: false,
  state: 'alive',
  forMs: 1_000,
  generation: 1,
  incarnation: 0,
  address: '127.0.0.1:1',
  link: 'out',
  rttMs: 1,
  heardMs: 100,
  toldMs: 100,
  lacks: 0,
  ahead: 0,
  inSync: true,
  diverged: false,
  lackedAtDeath: null,
  holds: [1],
};

it.each<[string, Partial<Member>, string]>([
  ['a peer that has all', {}, 'in sync'],
  ['one that told so long ago', { toldMs: 9_000 }, 'in sync (10s ago)'],
  ['one that is behind', { inSync: false, lacks: 3 }, 'lacks 3'],
  ['one that is behind and ahead', { inSync: false, lacks: 3, ahead: 2 }, 'lacks 3, has 2 we lack'],
  ['one that never told', { toldMs: null }, 'unknown'],
  ['a suspect', { state: 'suspect', lacks: 4, inSync: false }, 'unknown (was -4)'],
  ['a suspect that had all', { state: 'suspect' }, 'unknown (was =)'],
  ['a dead one', { state: 'dead', lacks: 9, lackedAtDeath: 3 }, 'lacked 3 at death'],
  ['a dead one that had all', { state: 'dead', lackedAtDeath: 0 }, 'had all at death'],
  ['one that was dead before anybody looked', { state: 'dead' }, 'unknown'],
  ['one that said goodbye', { state: 'left' }, ''],
  ['one with other content', { diverged: true }, 'DIVERGED'],
])('words how %s stands', (_name, change, words) => {
  expect(syncWords({ ...member, ...change }, 1_000)[0]).toBe(words);
});

const snapshot: Snapshot = {
  v: 1,
  id: member.id,
  nick: 'ana',
  live: 2,
  inSync: 1,
  messages: 5,
  heldBack: 0,
  hash: '9c21d0e4ffffffff',
  isolated: false,
  members: [
    member,
    { ...member, label: 'cy', inSync: false, lacks: 2 },
    { ...member, label: 'dia', state: 'dead', lacks: 70 },
  ],
  hidden: 1,
  writers: ['ana'],
};

it('says who is behind, and never counts the dead', () => {
  expect(agreementWords(snapshot)[0]).toBe(
    '◐ 1 of 2 live peers in sync · cy 2 behind · state 9c21d0e4, 5 messages',
  );
  expect(agreementWords({ ...snapshot, inSync: 2 })[0]).toMatch(/^● in sync with 2 of 2/);
  expect(agreementWords({ ...snapshot, live: 0 })[0]).toMatch(/^○ alone: 0 live peers, 5/);
  expect(agreementWords({ ...snapshot, isolated: true })[0]).toMatch(/^◐ isolated/);
  expect(furthestBehind(snapshot)).toBe(2);
  expect(countWords(snapshot)).toBe('4 members: 2 alive, 1 dead, 1 not shown');
  expect(ageWords(90_500)).toBe('91s');
});
