import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeForPost, encodeMessage } from '../src/wire/messages.js';
import { encodePayload } from '../src/wire/payload.js';
import { attempt, message } from './support/arbitraries.js';

describe('a message', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(message, (sent) => {
        expect(decodeMessage(encodeMessage(sent))).toEqual(sent);
      }),
    );
  });

  it('has the same bytes in the memory that all posts share, of any size', () => {
    const large = fc.uint8Array({ minLength: 4_000, maxLength: 9_000 });
    const reply = fc.record({ kind: fc.constant('reply' as const), ...attempt, payload: large });
    fc.assert(
      fc.property(fc.oneof(message, reply), (sent) => {
        expect(Uint8Array.from(encodeForPost(sent))).toEqual(encodeMessage(sent));
      }),
    );
  });
});

describe('a payload', () => {
  const flat = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean()));

  it('is the JSON of its value, whether the value is flat or not', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), flat), (value) => {
        expect(encodePayload(value, 'unencodable-input')).toBe(JSON.stringify(value));
      }),
    );
  });

  it.each([
    ['a function', { a: 1, b: () => 1 }],
    ['a symbol', { a: Symbol('a') }],
    ['no number', { a: Number.NaN }],
    ['an infinite number', [Number.POSITIVE_INFINITY]],
  ])('is refused with %s inside', (_, value) => {
    expect(() => encodePayload(value, 'unencodable-input')).toThrow();
  });
});
