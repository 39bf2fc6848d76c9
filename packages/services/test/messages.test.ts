import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeForPost, encodeMessage } from '../src/wire/messages.js';
import { decodePayload, encodePayload } from '../src/wire/payload.js';
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

  it('is the JSON of its value, whether the value is flat or not, and a text as it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), flat), (value) => {
        const isText = typeof value === 'string';
        const expected = isText ? { tag: 3, text: value } : { tag: 1, text: JSON.stringify(value) };
        expect(encodePayload(value, 'unencodable-input')).toEqual(expected);
      }),
    );
  });

  it.each([
    ['ASCII', 'hello'],
    ['nothing', ''],
    ['long ASCII', 'x'.repeat(300)],
    ['other characters', 'h\u00e9llo \u{1f600}'],
    ['a mark of byte order', '\ufeffhello'],
    ['half a character', 'a\ud800b'],
  ])('arrives as the text it was: %s', (_, text) => {
    const payload = encodePayload(text, 'unencodable-input');
    const message = decodeMessage(encodeMessage({ kind: 'reply', attempt: 1, payload }));
    if (message.kind !== 'reply') throw new Error(message.kind);
    expect(decodePayload(message.payload, 'invalid-output')).toBe(text);
  });

  it.each([
    ['no UTF-8', [3, 0xff]],
    ['no JSON', [1, 0x7b]],
    ['no payload', [4]],
    ['no payload', [0, 1]],
  ])('is refused as %s', (words, bytes) => {
    expect(() => decodePayload(Uint8Array.from(bytes), 'invalid-input')).toThrow(words);
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
