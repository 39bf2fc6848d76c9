import { HearsayError } from '@hearsay/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TraceStep, type TraceWords } from '../src/trace/trace-context.js';
import { FAULT_CODES } from '../src/wire/fault-codes.js';
import {
  decodeMessage,
  encodeForPost,
  encodeMessage,
  type ServiceMessage,
} from '../src/wire/messages.js';
import { encodePayload } from '../src/wire/payload.js';

const count = fc.nat();
const payload = fc.uint8Array({ maxLength: 300 });
const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const words: fc.Arbitrary<TraceWords> = fc.tuple(word, word, word, word, word, word);
const attempt = { attempt: count };

const message: fc.Arbitrary<ServiceMessage> = fc.oneof(
  fc.record({
    kind: fc.constant('request' as const),
    ...attempt,
    generation: count,
    service: fc.string({ maxLength: 20 }),
    remainingMs: fc.nat(600_000),
    idempotent: fc.boolean(),
    stream: fc.boolean(),
    operation: fc.string({ maxLength: 40 }),
    trace: fc
      .tuple(words, fc.boolean(), fc.string({ maxLength: 100 }))
      .map((each) => new TraceStep(...each)),
    payload,
  }),
  fc.record({ kind: fc.constantFrom('reply' as const, 'item' as const), ...attempt, payload }),
  fc.record({
    kind: fc.constant('fault' as const),
    ...attempt,
    code: fc.constantFrom(...FAULT_CODES),
    detail: fc.string(),
  }),
  fc.record({ kind: fc.constant('cancel' as const), ...attempt }),
  fc.record({ kind: fc.constant('credit' as const), ...attempt, items: fc.nat(16) }),
  fc.record({ kind: fc.constant('check' as const), nonce: count }),
  fc.record({
    kind: fc.constant('checked' as const),
    nonce: count,
    status: fc.constantFrom('ready' as const, 'unready' as const, 'draining' as const),
  }),
);

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

  it('that is cut short or damaged is malformed or another message, and never anything else', () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.nat(255), (sent, place, byte) => {
        const bytes = encodeMessage(sent);
        const damaged = Uint8Array.from(bytes);
        damaged[place % damaged.length] = byte;
        for (const hostile of [bytes.subarray(0, place % bytes.length), damaged]) {
          try {
            decodeMessage(hostile);
          } catch (error) {
            expect(error).toBeInstanceOf(HearsayError);
            expect(error).toMatchObject({ code: 'malformed' });
          }
        }
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
