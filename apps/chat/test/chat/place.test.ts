import { describe, expect, it } from 'vitest';
import { parseRoom, placeOf, topicOf } from '../../src/chat/place.js';
import { idOf } from '../support/fake-peer.js';

const [ana, bob, cy] = [idOf('a'), idOf('b'), idOf('c')];

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
    expect(placeOf('room/lobby', bob, ana)).toEqual(place);
  });
});

describe('a direct conversation', () => {
  it('has one topic at both ends', () => {
    const topic = topicOf({ kind: 'direct', peer: bob }, ana);
    expect(topic).toBe(`dm/${ana}/${bob}`);
    expect(topicOf({ kind: 'direct', peer: ana }, bob)).toBe(topic);
  });

  it('is with the other end, whoever spoke', () => {
    const topic = `dm/${ana}/${bob}`;
    expect(placeOf(topic, bob, ana)).toEqual({ kind: 'direct', peer: bob });
    expect(placeOf(topic, ana, ana)).toEqual({ kind: 'direct', peer: bob });
  });

  it.each([
    ['of two others', `dm/${bob}/${cy}`, bob],
    ['that a third one speaks in', `dm/${ana}/${bob}`, cy],
    ['in the wrong order', `dm/${bob}/${ana}`, bob],
    ['with oneself', `dm/${ana}/${ana}`, ana],
    ['with more ends', `dm/${ana}/${bob}/${cy}`, bob],
    ['without ends', 'dm/', bob],
    ['elsewhere', 'cache/x', bob],
    ['in a room no client would make', 'room/A b', bob],
  ])('%s is none of ours', (_what, topic, author) => {
    expect(placeOf(topic, author, ana)).toBeUndefined();
  });
});
