import { directTopic } from '@hearsay/node';
import { describe, expect, it } from 'vitest';
import { textNow } from '../../src/chat/amended-text.js';
import type { ChatMessage } from '../../src/chat/message.js';
import { type ChatChange, ChatSession } from '../../src/chat/session.js';
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

describe('changes', () => {
  const change = (fields: object, spoken: object) =>
    peerMessage({ payload: JSON.stringify({ v: 1, nick: 'bob', ...fields }), ...spoken });
  const of = `${idOf('b')}.1:1`;

  it('of the author are told, with the message as it is now; those of others only as reactions', () => {
    const { peer, session } = listening();
    const told: ChatChange[] = [];
    session.onChange((event) => told.push(event));
    peer.emit('message', peerMessage({ text: 'helo' }));
    peer.emit('message', change({ k: 'edit', of, text: 'hello' }, { sequence: 2 }));
    peer.emit('message', change({ k: 'edit', of, text: 'hijacked' }, { from: idOf('c') }));
    peer.emit('message', change({ k: 'react', of, emoji: '👍', on: true }, { from: idOf('c') }));
    expect(told.map(({ change: { kind } }) => kind)).toEqual(['edit', 'react']);
    expect(told[0]?.message?.amendment?.text?.text).toBe('hello');
    expect(session.message(of)?.amendment?.reactions.size).toBe(1);
  });

  it('that come before their message, or from the log, count too', () => {
    const { peer, session } = listening();
    peer.emit('message', change({ k: 'delete', of }, { sequence: 2 }));
    peer.kept = [peerMessage({ text: 'gone' })];
    const [kept] = session.history({ kind: 'room', room: 'lobby' }, 10);
    expect(kept && textNow(kept)).toEqual({ text: '', state: 'deleted' });
  });

  it('of our own are published where the message is, and only of our own text', () => {
    const { peer, session } = listening();
    const { message } = session.say({ place: { kind: 'room', room: 'lobby' }, text: 'helo' });
    session.change(message, { kind: 'edit', text: 'hello' });
    expect(peer.published.at(-1)).toEqual({
      topic: 'room/lobby',
      payload: `{"v":1,"k":"edit","of":"${message.key}","text":"hello","nick":"ana"}`,
    });
    peer.emit('message', peerMessage({ text: 'theirs', sequence: 9 }));
    const theirs = session.message(`${idOf('b')}.1:9`);
    expect(() => theirs && session.change(theirs, { kind: 'delete' })).toThrow('only its author');
  });

  it.each([
    { k: 'edit', of, text: 7 },
    { k: 'edit', of: 'nothing', text: 'x' },
    { k: 'react', of, emoji: 'two words', on: true },
    { k: 'react', of, emoji: '👍' },
    { k: 'react', of, emoji: 'x'.repeat(33), on: true },
  ])('that are malformed are dropped and counted: %j', (fields) => {
    const { peer, session } = listening();
    peer.emit('message', change(fields, {}));
    expect(session.malformed).toBe(1);
  });
});
