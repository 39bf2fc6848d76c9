import { renderChecked } from '@hearsay/node/store';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../src/chat/message.js';
import { isRead, NOTHING_READ, readUpTo } from '../../src/chat/read-mark.js';
import { markStreamsMax } from '../../src/limits.js';
import { decodeMarks, encodeMarks } from '../../src/profile/read-marks.js';
import { chatMessage, NOON } from '../screen/support.js';
import { idOf, SELF } from '../support/fake-peer.js';

function said(from: string, sequence: number, sentMs = NOON, generation = 1): ChatMessage {
  const peer = from === 'self' ? SELF : idOf(from);
  return chatMessage({ fromId: peer, id: { peer, generation, sequence }, sentMs });
}

describe('how far a conversation was read', () => {
  it('is told of each author by what was read of it', () => {
    const mark = readUpTo(NOTHING_READ, [said('b', 3), said('c', 1), said('b', 2)]);
    expect(['b', 'c'].map((from) => isRead(mark, said(from, 2, NOON - 1)))).toEqual([true, false]);
    expect(isRead(mark, said('b', 4))).toBe(false);
  });

  it('does not count what comes late, although it is older than what was read', () => {
    const mark = readUpTo(NOTHING_READ, [said('b', 1, NOON + 60_000)]);
    expect(isRead(mark, said('b', 2, NOON))).toBe(false);
  });

  it('goes by the time where nothing is remembered of an author', () => {
    const mark = readUpTo(NOTHING_READ, [said('b', 1, NOON)]);
    expect(isRead(mark, said('c', 9, NOON - 1))).toBe(true);
    expect(isRead(mark, said('c', 9, NOON + 1))).toBe(false);
  });

  it('never calls an own message new, nor anything read where nothing was', () => {
    expect(isRead(NOTHING_READ, said('self', 9))).toBe(true);
    expect(isRead(NOTHING_READ, said('b', 1))).toBe(false);
  });

  it('remembers a bounded number of authors, those read last', () => {
    const runs = Array.from({ length: 2 * markStreamsMax }, (_none, run) =>
      said('b', 1, NOON, run),
    );
    const { streams } = readUpTo(NOTHING_READ, runs);
    expect(streams.size).toBe(markStreamsMax);
    expect(isRead(readUpTo(NOTHING_READ, runs), said('b', 2, NOON, runs.length - 1))).toBe(false);
  });

  it('only ever grows: what was read stays read', () => {
    const message = fc
      .tuple(fc.constantFrom('b', 'c', 'd'), fc.integer({ min: 1, max: 9 }))
      .map(([from, sequence]) => said(from, sequence));
    fc.assert(
      fc.property(fc.array(message), fc.array(message), (first, second) => {
        const mark = readUpTo(readUpTo(NOTHING_READ, first), second);
        for (const each of [...first, ...second]) expect(isRead(mark, each)).toBe(true);
      }),
    );
  });
});

describe('the file of what was read', () => {
  it('is read as it was written', () => {
    const marks = new Map([
      ['#lobby', readUpTo(NOTHING_READ, [said('b', 3), said('c', 7)])],
      [`@${idOf('b')}`, NOTHING_READ],
    ]);
    expect(decodeMarks(encodeMarks(marks))).toEqual(marks);
  });

  it('is ignored when any byte of the file was changed or cut', () => {
    const text = encodeMarks(new Map([['#lobby', readUpTo(NOTHING_READ, [said('b', 3)])]]));
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(bytes.readUInt8(at) ^ (1 << (at % 7)), at);
      expect(decodeMarks(changed.toString())).toBeUndefined();
      expect(decodeMarks(bytes.toString('utf8', 0, at))).toBeUndefined();
    }
  });

  it.each([
    { v: 1, places: [] },
    { v: 2, places: [{ place: '#lobby', sentMs: 1, streams: { bob: 1 } }] },
    { v: 2, places: [{ place: '#lobby', sentMs: '1', streams: {} }] },
    { v: 2, places: [{ place: '#lobby', sentMs: 1, streams: { [`${idOf('b')}.1`]: 0.5 } }] },
    { v: 2, places: [null] },
  ])('is ignored when it is not as we write it: %o', (fields) => {
    expect(decodeMarks(renderChecked(fields))).toBeUndefined();
  });

  it.each(['', '[]', '{}'])('is ignored when it is something else: %s', (text) => {
    expect(decodeMarks(text)).toBeUndefined();
  });
});
