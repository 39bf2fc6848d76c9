import { peerId } from '@hearsay/core';
import fc from 'fast-check';
import { signRecord } from '../../src/registry/record.js';
import { TraceStep, type TraceWords } from '../../src/trace/trace-context.js';
import { FAULT_CODES } from '../../src/wire/fault-codes.js';
import { PROVIDER_STATUSES, type ServiceMessage } from '../../src/wire/messages.js';

const count = fc.nat();
const payload = fc.uint8Array({ maxLength: 300 });
const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const words: fc.Arbitrary<TraceWords> = fc
  .tuple(word, word, word, word, word, word)
  .map(([a, b, c, d, e, f]) => [a | 1, b, c, d, e | 1, f]); // Ids of zeros are none.
export const attempt = { attempt: count };

/** Any message that a peer may send. */
export const message: fc.Arbitrary<ServiceMessage> = fc.oneof(
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
  fc.record({ kind: fc.constant('announce' as const), record: payload }),
);

const text = fc.string({ maxLength: 20 });
const peer = fc
  .uint8Array({ minLength: 16, maxLength: 32 })
  .map((bytes) => peerId(Buffer.from(bytes).toString('hex')));
const SIGNATURE = new Uint8Array(64);

/** The bytes of a record, with a signature that is none. */
export const record: fc.Arbitrary<Uint8Array> = fc
  .record({
    peer,
    generation: count,
    revision: count,
    expiresMs: count,
    host: text,
    services: fc.array(
      fc.record({
        name: text,
        version: text,
        status: fc.constantFrom(...PROVIDER_STATUSES),
        stream: fc.boolean(),
        weight: fc.integer({ min: 1, max: 1_000 }),
        metadata: fc.array(fc.tuple(text, text), { maxLength: 3 }),
      }),
      { maxLength: 4 },
    ),
    breakers: fc.array(
      fc.record({
        service: text,
        provider: fc.option(peer, { nil: undefined }),
        state: fc.constantFrom('open' as const, 'half-open' as const),
      }),
      { maxLength: 4 },
    ),
  })
  .map((each) => signRecord(each, () => SIGNATURE).bytes);
