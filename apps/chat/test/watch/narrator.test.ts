import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ERRAND_TAG } from '../../src/chat/names.js';
import { ChatSession } from '../../src/chat/session.js';
import type { Notice } from '../../src/view/notice.js';
import { Narrator } from '../../src/watch/narrator.js';
import { FakePeer, idOf, member, memberEvent, peerMessage, SELF } from '../support/fake-peer.js';

const START = Date.UTC(2026, 10, 22, 12);

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});

afterEach(() => {
  vi.useRealTimers();
});

function narrating(options: { echo?: 'late' | 'now' | 'never'; joined?: readonly string[] } = {}): {
  peer: FakePeer;
  session: ChatSession;
  narrator: Narrator;
  told: Notice[];
  kinds: () => string[];
} {
  const peer = new FakePeer();
  const session = new ChatSession(peer, 'lobby');
  const told: Notice[] = [];
  const narrator = new Narrator({
    session,
    joined: options.joined ?? [],
    historyMax: 100,
    echo: options.echo ?? 'late',
    isCurrent: (room) => room === 'lobby',
    tell: (notice) => told.push(notice),
  });
  return { peer, session, narrator, told, kinds: () => told.map(({ kind }) => kind) };
}

const lobby = { kind: 'room', room: 'lobby' } as const;

describe('the narrator', () => {
  it('tells whom it found and what it fetched, in that order', () => {
    const { peer, narrator, told, kinds } = narrating();
    narrator.start();
    vi.advanceTimersByTime(30);
    const bob = member();
    peer.meet(bob);
    peer.emit('member', memberEvent(bob));
    peer.emit('message', peerMessage({ text: 'earlier', atMs: START - 60_000 }));
    peer.emit('sync', { live: 1, inSync: 1 });
    vi.advanceTimersByTime(500);
    expect(kinds()).toEqual(['found', 'backlog', 'message']);
    expect(told[0]).toMatchObject({ names: ['bob'], tookMs: 30, inSync: { live: 1 } });
    expect(told[1]).toMatchObject({ origin: 'fetched', count: 1 });
  });

  it('shows what was kept before the start', () => {
    const { peer, narrator, kinds } = narrating();
    peer.kept = [peerMessage({ text: 'kept', atMs: START - 1_000 })];
    narrator.start();
    expect(kinds()).toEqual(['backlog', 'message']);
  });

  it('tells a death and its reason', () => {
    const { peer, narrator, told } = narrating();
    narrator.start();
    const cy = member({ id: idOf('c'), nick: 'cy' });
    peer.meet(cy);
    peer.emit(
      'member',
      memberEvent({ ...cy, state: 'suspect' }, { was: 'alive', reason: 'link-lost', asked: 2 }),
    );
    peer.emit(
      'member',
      memberEvent({ ...cy, state: 'dead' }, { was: 'suspect', reason: 'refused', silentMs: 90 }),
    );
    expect(told).toMatchObject([
      { kind: 'member', name: 'cy', state: 'suspect', asked: 2 },
      { kind: 'member', name: 'cy', state: 'dead', reason: 'refused', silentMs: 90 },
    ]);
  });

  it('is silent about errands, about itself, and about the dead of former times', () => {
    const { peer, narrator, told } = narrating();
    narrator.start();
    peer.emit('member', memberEvent(member({ tags: { [ERRAND_TAG]: 'send' } })));
    peer.emit('member', memberEvent(member({ id: SELF, self: true })));
    peer.emit('member', memberEvent(member({ state: 'dead' })));
    peer.emit(
      'member',
      memberEvent(member({ state: 'left' }), { was: 'dead', reason: 'forgotten' }),
    );
    vi.advanceTimersByTime(5_000);
    const bob = member({ incarnation: 1 });
    peer.emit('member', memberEvent(bob, { was: 'alive', reason: 'refuted' }));
    expect(told).toEqual([]);
  });

  it('tells a restart that nobody saw as a death', () => {
    const { peer, narrator, told } = narrating();
    narrator.start();
    peer.emit(
      'member',
      memberEvent(member({ generation: 2 }), { was: 'alive', reason: 'restarted' }),
    );
    expect(told).toMatchObject([{ kind: 'member', reason: 'restarted', generation: 2 }]);
  });

  it('tells once of a refused host, whatever port it comes from, and not of a joined one', () => {
    const { peer, narrator, told } = narrating({ joined: ['127.0.0.1:9'] });
    narrator.start();
    const refused = { code: 4_004, reason: 'another network', by: 'us' } as const;
    peer.emit('refused', { address: '10.0.0.1:39698', ...refused });
    peer.emit('refused', { address: '10.0.0.1:40001', ...refused });
    peer.emit('refused', { address: '127.0.0.1:9', ...refused });
    expect(told).toMatchObject([{ kind: 'refused', who: '10.0.0.1:39698' }]);
  });

  it('prints an own message with its mark once that is known', () => {
    const { peer, narrator, told } = narrating();
    narrator.start();
    peer.meet(member());
    narrator.say({ place: lobby, text: 'hi' });
    expect(told).toEqual([]);
    peer.holding = { held: 1, live: 1 };
    peer.emit('sync', { live: 1, inSync: 1 });
    expect(told.at(-1)).toMatchObject({ kind: 'in-sync' });
    expect(told[0]).toMatchObject({ kind: 'message', holding: { held: 1, live: 1 } });
  });

  it('prints an own message soon in any case, and at once when nobody is there', () => {
    const { peer, narrator, told } = narrating();
    narrator.start();
    narrator.say({ place: lobby, text: 'alone' });
    expect(told).toHaveLength(1);
    peer.meet(member());
    narrator.say({ place: lobby, text: 'not alone' });
    expect(told).toHaveLength(1);
    vi.advanceTimersByTime(120);
    expect(told).toHaveLength(2);
  });

  it('never prints an own message after the answer to it', () => {
    const { peer, narrator, told } = narrating();
    narrator.start();
    peer.meet(member());
    narrator.say({ place: lobby, text: 'question' });
    peer.emit('message', peerMessage({ text: 'answer' }));
    expect(told).toMatchObject([
      { message: { text: 'question' } },
      { message: { text: 'answer' } },
    ]);
  });

  it('prints no own messages into a pipe', () => {
    const { narrator, told } = narrating({ echo: 'never' });
    narrator.start();
    narrator.say({ place: lobby, text: 'hi' });
    vi.advanceTimersByTime(1_000);
    expect(told).toEqual([]);
  });

  it('tells once that a joined address does not answer, then rarely, and of no other', () => {
    const { peer, narrator, told } = narrating({ joined: ['localhost:1', '9'] });
    narrator.start();
    const failed = { attempt: 1, retryMs: 500, detail: 'nobody listens there' };
    peer.emit('dial-failed', { address: '127.0.0.1:9', ...failed });
    peer.emit('dial-failed', { address: '127.0.0.1:9', ...failed, attempt: 2 });
    peer.emit('dial-failed', { address: '127.0.0.1:7777', ...failed });
    expect(told).toMatchObject([{ kind: 'unreachable', address: '127.0.0.1:9', attempt: 1 }]);
    peer.emit('link', { id: idOf('b'), up: true, address: '127.0.0.1:9', reason: '' });
    peer.emit('dial-failed', { address: '127.0.0.1:9', ...failed });
    expect(told).toHaveLength(2);
  });

  it('tells troubles in one notice each', () => {
    const { peer, narrator, kinds } = narrating();
    narrator.start();
    peer.meet(member());
    peer.emit('isolated', { isolated: true, lost: 2, of: 3 });
    peer.emit('isolated', { isolated: true, lost: 3, of: 3 });
    peer.emit('isolated', { isolated: false, lost: 0, of: 3 });
    peer.emit('stalled', { ms: 2_300 });
    peer.emit('lagged', { id: idOf('b'), frames: 3, bytes: 9_000 });
    peer.emit('lagged', { id: idOf('b'), frames: 4, bytes: 9_000 });
    peer.emit('refused', {
      address: '127.0.0.1:1',
      code: 4_004,
      reason: 'another network',
      by: 'them',
    });
    peer.emit('refused', {
      address: '127.0.0.1:1',
      code: 4_004,
      reason: 'another network',
      by: 'them',
    });
    peer.emit('gap', { stream: peerMessage().clock[0]?.[0] ?? failed(), from: 3, to: 5 });
    peer.emit('warning', { code: 'multicast', message: 'no multicast\u001b[2J here' });
    expect(kinds()).toEqual([
      'isolated',
      'reconnected',
      'stalled',
      'lagged',
      'refused',
      'gap',
      'warning',
    ]);
  });

  it('raises an alarm for equal clocks with other content, once', () => {
    const { peer, narrator, kinds } = narrating();
    narrator.start();
    peer.meet(member({ diverged: true, inSync: false }));
    peer.emit('sync', { live: 1, inSync: 0 });
    peer.emit('sync', { live: 1, inSync: 0 });
    expect(kinds()).toEqual(['diverged']);
  });

  it('tells a new nick', () => {
    const { peer, narrator, told } = narrating();
    narrator.start();
    const renamed = member({ nick: 'robert' });
    peer.meet(renamed);
    peer.emit('meta', { member: renamed, wasNick: 'bob' });
    peer.emit('meta', { member: renamed, wasNick: undefined });
    expect(told).toEqual([{ kind: 'renamed', name: 'robert', was: 'bob' }]);
  });

  it('marks other rooms and both ends of direct messages', () => {
    const { peer, session, narrator, told } = narrating();
    session.join('dev');
    narrator.start();
    peer.meet(member());
    session.refreshNames();
    peer.emit('message', peerMessage({ topic: 'room/dev' }));
    narrator.say({ place: { kind: 'direct', peer: idOf('b') }, text: 'psst' });
    narrator.settle();
    expect(told).toMatchObject([
      { elsewhere: true, toName: undefined },
      { elsewhere: false, toName: 'bob' },
    ]);
  });

  it('leaves no timer and no listener behind', () => {
    const { peer, narrator, told } = narrating();
    narrator.start();
    peer.meet(member());
    narrator.say({ place: lobby, text: 'last words' });
    narrator.stop();
    expect(told).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
    peer.emit('stalled', { ms: 1 });
    expect(told).toHaveLength(1);
  });
});

function failed(): never {
  throw new Error('a message has a clock');
}
