import { HearsayError } from '@hearsay/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signalBytesMax } from '../../src/signals/limits.js';
import { decodeSignal, encodeSignal, type Signal } from '../../src/signals/signal.js';
import { idOf } from '../support/fake-peer.js';

const bytesOf = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

describe('a signal', () => {
  it.each<Signal>([
    { kind: 'typing', where: { kind: 'room', room: 'lobby' } },
    { kind: 'typing', where: { kind: 'room', room: '長い名前' } },
    { kind: 'typing', where: { kind: 'direct' } },
    { kind: 'typing', where: { kind: 'nowhere' } },
    { kind: 'verdict', peer: idOf('c'), generation: 3, state: 'dead' },
  ])('is read as it was written: %j', (signal) => {
    expect(decodeSignal(encodeSignal(signal))).toEqual(signal);
  });

  it('of a later program is ignored', () => {
    expect(decodeSignal(bytesOf({ kind: 'dancing', how: 'well' }))).toBeUndefined();
  });

  it.each([
    ['no object', [1]],
    ['no place', { kind: 'typing' }],
    ['a room of no name', { kind: 'typing', where: { kind: 'room', room: '#Lobby!' } }],
    ['a place of no kind', { kind: 'typing', where: { kind: 'moon' } }],
    ['nobody', { kind: 'verdict', peer: 'bob', generation: 1, state: 'dead' }],
    ['no state', { kind: 'verdict', peer: idOf('c'), generation: 1, state: 'tired' }],
    ['no run', { kind: 'verdict', peer: idOf('c'), generation: -1, state: 'dead' }],
    ['half a run', { kind: 'verdict', peer: idOf('c'), generation: 0.5, state: 'dead' }],
    ['too much', { kind: 'dancing', how: 'x'.repeat(signalBytesMax) }],
  ])('with %s is malformed', (_what, value) => {
    expect(() => decodeSignal(bytesOf(value))).toThrow(HearsayError);
  });

  it('of any bytes is read, ignored, or malformed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        try {
          decodeSignal(bytes);
        } catch (error) {
          expect(error).toMatchObject({ name: 'HearsayError', code: 'malformed' });
        }
      }),
    );
  });
});
