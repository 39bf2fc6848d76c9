import { directTopic } from '@hearsay/node';
import { expect, it } from 'vitest';
import { type ChatMessage, ChatSession } from '../../src/chat/session.js';
import { roomsMax } from '../../src/limits.js';
import { FakePeer, idOf, member, memberEvent, peerMessage, SELF } from '../support/fake-peer.js';

function listening(): { peer: FakePeer; session: ChatSession; heard: ChatMessage[] } {
  const peer = new FakePeer();
  const session = new ChatSession(peer, 'lobby');
  const heard: ChatMessage[] = [];
  session.onMessage((message) => heard.push(message));
  return { peer, session, heard };
}

it('hears its rooms and its own direct messages, and nothing else', () => {
  const { peer, session, heard } = listening();
  session.join('dev');
  peer.emit('message', peerMessage({ text: 'one' }));
  peer.emit('message', peerMessage({ text: 'two', topic: 'room/dev' }));
  peer.emit('message', peerMessage({ text: 'no', topic: 'room/other' }));
  peer.emit('message', peerMessage({ text: 'three', to: SELF }));
  peer.emit('message', peerMessage({ text: 'no', topic: 'cache/x' }));
  expect(heard.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
});

it('drops and counts what is no chat message, and ignores later kinds', () => {
  const { peer, session, heard } = listening();
  peer.emit('message', peerMessage({ payload: 'garbage' }));
  peer.emit('message', peerMessage({ payload: Uint8Array.of(0xff) }));
  peer.emit('message', peerMessage({ payload: '{"v":9,"k":"hologram"}' }));
  expect(heard).toEqual([]);
  expect(session.malformed).toBe(2);
});

it('does not hear itself, but its earlier runs', () => {
  const { peer, heard } = listening();
  peer.emit('message', peerMessage({ from: SELF, text: 'now' }));
  peer.emit('message', peerMessage({ from: SELF, generation: 0, text: 'before' }));
  expect(heard.map(({ text }) => text)).toEqual(['before']);
});

it('speaks in rooms and directly', () => {
  const { peer, session } = listening();
  const said = session.say({ place: { kind: 'room', room: 'lobby' }, text: 'hi' });
  session.say({ place: { kind: 'direct', peer: idOf('b') }, text: 'psst', action: true });
  expect(said.message).toMatchObject({ key: `${SELF}.1:1`, text: 'hi', own: true, action: false });
  expect(peer.published).toEqual([
    { topic: 'room/lobby', payload: '{"v":1,"k":"say","text":"hi","nick":"ana"}' },
    {
      topic: directTopic(SELF, idOf('b')),
      to: idOf('b'),
      payload: '{"v":1,"k":"me","text":"psst","nick":"ana"}',
    },
  ]);
});

it('reads the history of a place', () => {
  const { peer, session } = listening();
  peer.kept = [
    peerMessage({ text: 'one' }),
    peerMessage({ text: 'elsewhere', topic: 'room/dev' }),
    peerMessage({ payload: 'garbage' }),
    peerMessage({ text: 'two' }),
  ];
  const texts = session.history({ kind: 'room', room: 'lobby' }, 10).map(({ text }) => text);
  expect(texts).toEqual(['one', 'two']);
  expect(session.history({ kind: 'room', room: 'lobby' }, 0)).toEqual([]);
});

it('takes what claims to come from later as said now', () => {
  const { peer, session } = listening();
  const later = Date.now() + 31_536_000_000;
  peer.kept = [{ ...peerMessage({ text: 'happy new year' }), time: { ms: later, counter: 0 } }];
  const [message] = session.history({ kind: 'room', room: 'lobby' }, 10);
  expect(message?.sentMs).toBeLessThanOrEqual(Date.now());
});

it('is in a bounded number of rooms', () => {
  const { session } = listening();
  for (let room = 1; room < roomsMax; room += 1) expect(session.join(`room${room}`)).toBe(true);
  expect(session.join('one-more')).toBe(false);
  expect(session.join('lobby')).toBe(true);
  expect(session.part('room1')).toBe(true);
  expect(session.part('room1')).toBe(false);
});

it('remembers what a member lacked when it died, and follows names', () => {
  const { peer, session } = listening();
  const bob = member({ lacks: 3, state: 'dead' });
  peer.meet(bob);
  peer.emit('member', memberEvent(bob, { was: 'suspect' }));
  expect(session.lackedAtDeath.get(bob.id)).toBe(3);
  expect(session.names.of(bob.id)).toBe('bob');
  peer.emit('member', memberEvent(member(), { was: 'dead' }));
  expect(session.lackedAtDeath.has(bob.id)).toBe(false);
});

it('hears nothing after its end', () => {
  const { peer, session, heard } = listening();
  session.close();
  peer.emit('message', peerMessage());
  expect(heard).toEqual([]);
});
