import { HearsayError } from '@hearsay/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAULT_CODES } from '../src/wire/fault-codes.js';
import { decodeMessage, encodeMessage, type ServiceMessage } from '../src/wire/messages.js';

const count = fc.nat();
const payload = fc.uint8Array({ maxLength: 300 });
const hex = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((each) => Buffer.from(each).toString('hex'));
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
    trace: fc.record({
      traceId: hex(16),
      spanId: hex(8),
      sampled: fc.boolean(),
      state: fc.string({ maxLength: 100 }),
    }),
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
