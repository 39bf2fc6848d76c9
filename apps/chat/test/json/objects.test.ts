import { expect, it } from 'vitest';
import { ChatSession } from '../../src/chat/session.js';
import {
  memberFields,
  messageFields,
  peerFields,
  proofFields,
  syncFields,
} from '../../src/json/objects.js';
import { FakePeer, idOf, member, memberEvent, peerMessage, SELF } from '../support/fake-peer.js';

const [bob, cy] = [idOf('b'), idOf('c')];

it('a message carries its clock, itself counted', () => {
  const peer = new FakePeer();
  const session = new ChatSession(peer, 'lobby');
  const fields: unknown[] = [];
  session.onMessage((message) => fields.push(messageFields(message, false)));
  peer.emit('message', peerMessage({ text: 'and\none more', sequence: 57, atMs: 1_000 }));
  peer.emit(
    'message',
    peerMessage({
      to: SELF,
      payload: '{"v":1,"k":"me","text":"x","nick":"bob"}',
      atMs: 1_000,
    }),
  );
  expect(fields[0]).toEqual({
    id: `${bob}.1:57`,
    room: 'lobby',
    from: { id: bob, nick: 'bob' },
    text: 'and\none more',
    clock: { [`${bob}.1`]: 57 },
    sent: '1970-01-01T00:00:01.000Z',
    own: false,
    history: false,
  });
  expect(fields[1]).toMatchObject({ direct: bob, action: true });
  expect(fields[1]).not.toHaveProperty('room');
});

it('a change of a member tells what was, why, and since when', () => {
  const dead = member({ id: cy, nick: 'cy', state: 'dead', incarnation: 1 });
  const change = {
    was: 'suspect',
    reason: 'suspicion-timeout',
    silentMs: 3_821.4,
    agreed: 3,
    asked: 2,
  } as const;
  expect(peerFields(memberEvent(dead, change))).toEqual({
    id: cy,
    nick: 'cy',
    state: 'dead',
    was: 'suspect',
    silentMs: 3_821,
    inc: 1,
    gen: 1,
    reason: 'suspicion-timeout',
    agreed: 3,
    asked: 2,
    address: '127.0.0.1:7341',
    pid: 4_120,
    errand: null,
  });
});

it('what is not known of a member is null', () => {
  const fields = memberFields(member({ rttMs: undefined, tags: { pid: 'x' }, addresses: [] }));
  expect(fields).toMatchObject({ rttMs: null, pid: null, behind: 0, addresses: [] });
});

it('sync counts the live only, and names who is not level', () => {
  const peer = new FakePeer();
  peer.meet(
    member({ id: bob, lacks: 2, inSync: false }),
    member({ id: cy, ahead: 1, inSync: false }),
    member({ id: idOf('d'), state: 'dead', lacks: 9 }),
    member({ id: idOf('e') }),
  );
  expect(syncFields(peer.status(), peer.members())).toEqual({
    inSync: false,
    live: 3,
    level: 1,
    behind: { [bob]: 2 },
    ahead: { [cy]: 1 },
    hash: '9c21d0e4aaaaaaaa',
    messages: 0,
  });
});

it('alone is not in sync', () => {
  const peer = new FakePeer();
  expect(syncFields(peer.status(), peer.members())).toMatchObject({ inSync: false, live: 0 });
});

it('equal clocks with other content are an alarm', () => {
  const peer = new FakePeer();
  peer.meet(member({ diverged: true, inSync: false }));
  expect(syncFields(peer.status(), peer.members())).toMatchObject({ diverged: [bob] });
});

it('shows a proof with both batches as hex', () => {
  const batches = [Uint8Array.of(1, 0xab), Uint8Array.of(2)] as const;
  const proof = { origin: SELF, generation: 1, sequence: 7, batches };
  expect(proofFields(proof)).toEqual({ ...proof, batches: ['01ab', '02'] });
});
