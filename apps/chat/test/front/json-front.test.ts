import { PeerError } from '@hearsay/node';
import { describe, expect, it } from 'vitest';
import { JsonFront } from '../../src/front/json-front.js';
import { idOf, member, memberEvent, peerMessage } from '../support/fake-peer.js';
import { SELF, type Stage, settle, stage } from '../support/streams.js';

type Line = Readonly<Record<string, unknown>>;

function running(changes: Parameters<typeof stage>[0] = {}): Stage & {
  front: JsonFront;
  ending: Promise<string>;
  events: (type?: string) => Line[];
  ask: (request: object | string) => Promise<Line | undefined>;
} {
  const staged = stage(changes);
  const front = new JsonFront(staged.context);
  const ending = front.run();
  const events = (type?: string): Line[] =>
    staged
      .lines()
      .map((line) => JSON.parse(line) as Line)
      .filter((line) => type === undefined || line['type'] === type);
  const ask = async (request: object | string): Promise<Line | undefined> => {
    staged.input.write(`${typeof request === 'string' ? request : JSON.stringify(request)}\n`);
    await settle();
    return events().at(-1);
  };
  return { ...staged, front, ending, events, ask };
}

describe('JSON mode', () => {
  it('begins with ready', () => {
    const { events } = running();
    const [ready] = events();
    expect(ready).toMatchObject({
      v: 1,
      type: 'ready',
      id: SELF,
      nick: 'ana',
      url: 'ws://127.0.0.1:7340',
      room: 'lobby',
    });
    expect(Object.keys(ready ?? {}).slice(0, 3)).toEqual(['v', 't', 'type']);
  });

  it('gives every line a version and a time', () => {
    const { peer, events } = running();
    peer.emit('message', peerMessage());
    peer.emit('member', memberEvent(member()));
    peer.emit('link', { id: idOf('b'), up: true, address: undefined, reason: 'accepted' });
    peer.emit('caught-up', { id: idOf('b'), messages: 3, tookMs: 12.4 });
    peer.emit('isolated', { isolated: true, lost: 1, of: 2 });
    peer.emit('stalled', { ms: 900.2 });
    peer.emit('lagged', { id: idOf('b'), frames: 1, bytes: 2 });
    peer.emit('refused', { address: undefined, code: 4_004, reason: 'network', by: 'us' });
    peer.emit('dial-failed', { address: 'h:1', attempt: 1, retryMs: 300.7, detail: 'refused' });
    peer.emit('warning', { code: 'x', message: 'y' });
    peer.emit('meta', { member: member({ nick: 'robert' }), wasNick: 'bob' });
    const types = events().map(({ type }) => type);
    expect(types).toEqual([
      'ready',
      'sync',
      'message',
      'peer',
      'link',
      'caught-up',
      'isolated',
      'stalled',
      'lagged',
      'refused',
      'dial-failed',
      'warning',
      'nick',
    ]);
    for (const { v, t } of events()) {
      expect(v).toBe(1);
      expect(new Date(String(t)).toISOString()).toBe(t);
    }
  });

  it('answers say with the id of the message', async () => {
    const { peer, ask } = running();
    expect(await ask({ type: 'say', text: 'hi', ref: '1' })).toMatchObject({
      type: 'ok',
      ref: '1',
      id: `${SELF}.1:1`,
      links: 0,
    });
    expect(peer.published[0]?.topic).toBe('room/lobby');
    await ask({ type: 'say', room: 'dev', text: 'hi' });
    expect(peer.published[1]?.topic).toBe('room/dev');
    await ask({ type: 'say', to: 'bob', text: 'hi', ref: 2 });
    expect(peer.published).toHaveLength(2);
  });

  it('speaks directly', async () => {
    const { peer, context, ask } = running();
    peer.meet(member());
    context.session.refreshNames();
    expect(await ask({ type: 'say', to: 'bob', text: 'hi' })).toMatchObject({ type: 'ok' });
    expect(await ask({ type: 'say', to: idOf('b'), text: 'hi' })).toMatchObject({ type: 'ok' });
    expect(await ask({ type: 'say', to: SELF, text: 'hi' })).toMatchObject({ code: 'bad-request' });
    expect(await ask({ type: 'say', to: 'eve', text: 'hi' })).toMatchObject({
      code: 'no-such-peer',
    });
    expect(peer.published.map(({ to }) => to)).toEqual([idOf('b'), idOf('b')]);
  });

  it('answers every other request', async () => {
    const { context, peer, ask } = running();
    peer.counters = () => ({}) as ReturnType<typeof peer.counters>;
    expect(await ask({ type: 'join', room: '#Dev', ref: 1 })).toMatchObject({
      type: 'ok',
      ref: 1,
      room: 'dev',
    });
    expect(context.session.rooms).toEqual(['lobby', 'dev']);
    expect(await ask({ type: 'part', room: 'dev' })).toMatchObject({ type: 'ok', room: 'dev' });
    expect(await ask({ type: 'part', room: 'dev' })).toMatchObject({
      type: 'error',
      code: 'not-joined',
    });
    expect(await ask({ type: 'nick', nick: 'anna' })).toMatchObject({ type: 'ok', nick: 'anna' });
    expect(await ask({ type: 'nick', nick: 'a b' })).toMatchObject({ code: 'bad-nick' });
    expect(await ask({ type: 'members', ref: 'm' })).toMatchObject({
      type: 'members',
      ref: 'm',
      members: [{ id: SELF, self: true }],
    });
    expect(await ask({ type: 'status' })).toMatchObject({
      type: 'status',
      inSync: false,
      rooms: ['lobby'],
      proofs: [],
    });
    peer.holding = { held: 1, live: 2 };
    const id = `${SELF}.1:1`;
    expect(await ask({ type: 'receipt', id })).toMatchObject({
      type: 'receipt',
      id,
      held: 1,
      live: 2,
    });
    expect(await ask({ type: 'receipt', id: 'x' })).toMatchObject({ code: 'bad-request' });
  });

  it('answers what it cannot do with a code, and goes on', async () => {
    const { peer, diagnostics, ask } = running();
    expect(await ask('hello')).toMatchObject({ type: 'error', code: 'bad-json' });
    expect(await ask({ type: 'sya', ref: 'r' })).toMatchObject({
      type: 'error',
      ref: 'r',
      code: 'unknown-type',
    });
    expect(await ask({ type: 'say', text: 'x'.repeat(32_769), ref: 1 })).toMatchObject({
      ref: 1,
      code: 'too-long',
    });
    expect(await ask('x'.repeat(300_000))).toMatchObject({ code: 'too-long' });
    expect(diagnostics).toEqual(['line too long (300000 bytes, limit 262144): not sent']);
    peer.refusal = new PeerError('payload-too-large', 'over 48 KiB');
    expect(await ask({ type: 'say', text: 'hi', ref: 3 })).toMatchObject({
      ref: 3,
      code: 'payload-too-large',
    });
    peer.refusal = undefined;
    expect(await ask({ type: 'say', text: 'hi', ref: 4 })).toMatchObject({ type: 'ok', ref: 4 });
  });

  it('tells bytes that are no text', async () => {
    const { input, events } = running();
    input.write(Buffer.from([0xff, 0x0a]));
    await settle();
    expect(events('error')).toMatchObject([{ code: 'invalid-utf8' }]);
  });

  it('marks what was said before it came, and can leave it out', () => {
    const { peer, events } = running();
    peer.emit('message', peerMessage({ text: 'old', atMs: Date.now() - 60_000 }));
    peer.emit('message', peerMessage({ text: 'new' }));
    expect(events('message')).toMatchObject([
      { text: 'old', history: true },
      { text: 'new', history: false },
    ]);
    const none = running({ historyMax: 0 });
    none.peer.emit('message', peerMessage({ text: 'old', atMs: Date.now() - 60_000 }));
    none.peer.emit('message', peerMessage({ text: 'new' }));
    expect(none.events('message')).toMatchObject([{ text: 'new' }]);
    none.front.stop();
  });

  it('hands over what is kept of a room that it joins', async () => {
    const { peer, ask } = running();
    peer.kept = [peerMessage({ topic: 'room/dev', text: 'earlier' })];
    expect(await ask({ type: 'join', room: 'dev' })).toMatchObject({
      type: 'message',
      room: 'dev',
      text: 'earlier',
      history: true,
    });
  });

  it('leaves when asked, or when stdin ends', async () => {
    const asked = running();
    await asked.ask({ type: 'leave', ref: 9 });
    expect(await asked.ending).toBe('asked');
    expect(asked.events().at(-1)).toMatchObject({ type: 'ok', ref: 9 });
    const ended = running();
    ended.input.end();
    expect(await ended.ending).toBe('input-ended');
    ended.front.farewell({ line: '', onlyHere: 1, heldBy: 2, events: 3, ranMs: 4.4 });
    expect(ended.events().at(-1)).toMatchObject({
      type: 'left',
      onlyHere: 1,
      heldBy: 2,
      events: 3,
      ranMs: 4,
    });
  });
});
