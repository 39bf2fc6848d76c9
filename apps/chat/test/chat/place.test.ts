import { describe, expect, it } from 'vitest';
import { parseRoom, placeOf, topicOf } from '../../src/chat/place.js';
import { idOf, peerMessage, SELF } from '../support/fake-peer.js';

const [ana, bob] = [SELF, idOf('b')];

describe('a room', () => {
  it.each([
    ['lobby', 'lobby'],
    ['#lobby', 'lobby'],
    ['#Release-2.0', 'release-2.0'],
    ['höhle', 'höhle'],
    ['##x', undefined],
    ['', undefined],
    ['#', undefined],
    ['a b', undefined],
    ['a/b', undefined],
    ['a\u0007', undefined],
    ['x'.repeat(49), undefined],
    ['長'.repeat(40), undefined],
  ])('%j is %s', (text, room) => {
    expect(parseRoom(text)).toBe(room);
  });

  it('is a topic, and back', () => {
    const place = { kind: 'room', room: 'lobby' } as const;
    expect(topicOf(place, ana)).toBe('room/lobby');
    expect(placeOf(peerMessage({ topic: 'room/lobby' }))).toEqual(place);
  });
});

describe('a direct conversation', () => {
  it('has one topic at both ends', () => {
    const topic = topicOf({ kind: 'direct', peer: bob }, ana);
    expect(topicOf({ kind: 'direct', peer: ana }, bob)).toBe(topic);
  });

  it('is with the other end, whoever spoke', () => {
    const place = { kind: 'direct', peer: bob };
    expect(placeOf(peerMessage({ from: bob, to: ana }))).toEqual(place);
    expect(placeOf(peerMessage({ from: ana, to: bob }))).toEqual(place);
  });

  it.each([
    ['elsewhere', 'cache/x'],
    ['that only looks like it', `dm/${ana}/${bob}`],
    ['in a room no client would make', 'room/A b'],
  ])('%s is none of ours', (_what, topic) => {
    expect(placeOf(peerMessage({ topic }))).toBeUndefined();
  });
});
