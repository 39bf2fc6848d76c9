import { describe, expect, it } from 'vitest';
import { HearsayError } from '../../src/errors.js';
import { DEFAULT_LIMITS, SIGNATURE_BYTES } from '../../src/limits.js';
import { CausalLog } from '../../src/log/causal-log.js';
import { writeLogDeltaItem } from '../../src/log/log-delta.js';
import type { Received } from '../../src/log/log-progress.js';
import { type Counters, zeroCounters } from '../../src/view.js';
import { encodeBatch } from '../../src/wire/batch.js';
import { Writer } from '../../src/wire/writer.js';
import { batchBytes, recordOf } from '../support/bench.js';
import { peer, stream } from '../support/identities.js';
import { isBatchBy, notaryOf } from '../support/signer.js';

const A = 0x0a;
const B = 0x0b;

interface World {
  readonly log: CausalLog;
  readonly counters: Counters;
  /** Origins of the signatures that were checked. */
  readonly checked: string[];
}

function world(own?: ReturnType<typeof stream>): World {
  const counters = zeroCounters();
  const checked: string[] = [];
  const log = new CausalLog({
    limits: DEFAULT_LIMITS,
    counters,
    isBatchBy: (origin, bytes) => {
      checked.push(origin.slice(0, 2));
      return isBatchBy(origin, bytes);
    },
    ...(own === undefined ? {} : { own }),
  });
  return { log, counters, checked };
}

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof HearsayError) return error.code;
    throw error;
  }
}

function say(text: string): { records: ReturnType<typeof recordOf>[] } {
  return { records: [recordOf(text)] };
}

function deltaOf(...batches: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer();
  for (const bytes of batches) writeLogDeltaItem(writer, { kind: 'batch', bytes });
  return writer.finish();
}

function contradictionsOf(log: CausalLog): unknown[] {
  return log.takeProgress().filter(({ kind }) => kind === 'contradiction');
}

describe('a signature', () => {
  it('is checked once a batch, whatever way and however often it comes', () => {
    const { log, checked } = world();
    const [first, second] = [batchBytes(A, 1), batchBytes(A, 2)];
    log.receive(second);
    log.receive(second);
    expect(checked).toEqual(['0a']);
    log.merge(deltaOf(first, second));
    log.merge(deltaOf(first, second));
    expect(log.clock.get(stream(A))).toBe(2);
    expect(checked).toEqual(['0a', '0a']);
  });

  it('by anybody but the origin is refused and counted, and nothing is kept', () => {
    const { log, counters } = world();
    const { bytes: forged } = encodeBatch(
      {
        origin: peer(A),
        generation: 1,
        firstSequence: 1,
        count: 1,
        causes: [],
        records: [recordOf('not by A')],
      },
      notaryOf(peer(B)).signBatch,
    );
    expect(codeOf(() => log.receive(forged))).toBe('forged');
    expect(codeOf(() => log.merge(deltaOf(forged)))).toBe('forged');
    expect(counters).toMatchObject({ batchesForged: 2, batchesDelivered: 0, batchesHeldBack: 0 });
    expect(log.receive(batchBytes(A, 1))).toBe<Received>('delivered');
  });

  it('covers every byte of the batch: no bit of it can be changed', () => {
    const bytes = batchBytes(A, 3, { causes: [[stream(B), 7]], ...say('text') });
    for (let index = 0; index < bytes.length; index++) {
      const { log } = world();
      const changed = bytes.slice();
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(['forged', 'malformed']).toContain(codeOf(() => log.receive(changed)));
      expect(log.heldBack).toBe(0);
    }
  });

  it('of one network is worth nothing in another', () => {
    const { log } = world();
    const elsewhere = notaryOf(peer(A), 'elsewhere').signBatch;
    const [records, causes] = [[recordOf('x')], []];
    const batch = { origin: peer(A), generation: 1, firstSequence: 1, count: 1, causes, records };
    expect(codeOf(() => log.receive(encodeBatch(batch, elsewhere).bytes))).toBe('forged');
  });

  it('that is cut off is malformed', () => {
    const { log } = world();
    const bytes = batchBytes(A, 1);
    for (const cut of [1, SIGNATURE_BYTES - 1, SIGNATURE_BYTES]) {
      expect(codeOf(() => log.receive(bytes.subarray(0, bytes.length - cut)))).toBe('malformed');
    }
  });
});

describe('an origin that signs two things for one message', () => {
  it('is proven by both; the first stays', () => {
    const { log, counters } = world();
    const [one, other] = [batchBytes(A, 1, say('yes')), batchBytes(A, 1, say('no'))];
    log.receive(one);
    const before = log.hash;
    expect(log.receive(other)).toBe<Received>('conflict');
    expect(log.hash).toEqual(before);
    expect(contradictionsOf(log)).toEqual([
      { kind: 'contradiction', stream: stream(A), sequence: 1, batches: [one, other] },
    ]);
    expect(counters).toMatchObject({ batchesDropped: 1, batchesDelivered: 1 });
  });

  it('is proven while the first still waits, and by other cuts of the same messages', () => {
    const { log } = world();
    const waiting = batchBytes(A, 2, say('yes'));
    log.receive(waiting);
    const other = batchBytes(A, 2, say('no'));
    expect(log.receive(other)).toBe<Received>('conflict');
    const longer = batchBytes(A, 1, { records: ['a', 'b', 'c'].map((text) => recordOf(text)) });
    expect(log.receive(longer)).toBe<Received>('delivered');
    const last = batchBytes(A, 3, say('c'));
    expect(log.receive(last)).toBe<Received>('conflict');
    const proofs = [
      [2, waiting, other],
      [2, longer, waiting],
      [3, longer, last],
    ] as const;
    expect(contradictionsOf(log)).toEqual(
      proofs.map(([sequence, ...batches]) => {
        return { kind: 'contradiction', stream: stream(A), sequence, batches };
      }),
    );
  });

  it('is not proven by what anybody else made up', () => {
    const { log } = world();
    log.receive(batchBytes(A, 1, say('yes')));
    const made = batchBytes(A, 1, say('no'));
    made[made.length - 1] = (made.at(-1) ?? 0) ^ 1;
    expect(codeOf(() => log.receive(made))).toBe('forged');
    expect(contradictionsOf(log)).toEqual([]);
  });
});

describe('our own stream', () => {
  it('is written by nobody else, signed or not', () => {
    const own = stream(B);
    const { log, counters } = world(own);
    expect(log.receive(batchBytes(B, 1))).toBe<Received>('conflict');
    const forged = batchBytes(B, 1);
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    expect(codeOf(() => log.receive(forged))).toBe('forged');
    expect(log.clock.get(own)).toBe(0);
    expect(counters).toMatchObject({ batchesDropped: 1, batchesForged: 1 });
  });
});
