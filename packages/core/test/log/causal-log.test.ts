import { describe, expect, it } from 'vitest';
import { HearsayError } from '../../src/errors.js';
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.js';
import { CausalLog } from '../../src/log/causal-log.js';
import type { Received } from '../../src/log/log-progress.js';
import { formatHash } from '../../src/log/state-hash.js';
import { type Counters, zeroCounters } from '../../src/view.js';
import { readBatch } from '../../src/wire/batch.js';
import { batchBytes, recordOf } from '../support/bench.js';
import { peer, stream } from '../support/identities.js';
import { takeProgress } from '../support/log-progress.js';
import { isBatchBy } from '../support/signer.js';

const A = 0x0a;
const B = 0x0b;

function logOf(limits: Partial<Limits> = {}): { log: CausalLog; counters: Counters } {
  const counters = zeroCounters();
  const log = new CausalLog({ limits: { ...DEFAULT_LIMITS, ...limits }, counters, isBatchBy });
  return { log, counters };
}

function deliveredBy(log: CausalLog): string[] {
  return takeProgress(log).messages.map(({ id }) => `${id.peer.slice(0, 2)}${id.sequence}`);
}

describe('a batch that arrives', () => {
  it('is delivered when nothing is missing before it, and only once', () => {
    const { log, counters } = logOf();
    const bytes = batchBytes(A, 1);
    expect([log.receive(bytes), log.receive(bytes)]).toEqual<Received[]>([
      'delivered',
      'duplicate',
    ]);
    expect(deliveredBy(log)).toEqual(['0a1']);
    expect(counters).toMatchObject({ batchesDelivered: 1, batchesDuplicate: 1 });
  });

  it('waits for its own predecessors, and for its causes', () => {
    const { log, counters } = logOf();
    const second = batchBytes(A, 2, { causes: [[stream(B), 1]] });
    expect(log.receive(second)).toBe<Received>('hole');
    expect(log.receive(second)).toBe<Received>('duplicate');
    expect(log.heldBack).toBe(1);
    expect(log.receive(batchBytes(A, 1))).toBe<Received>('delivered');
    expect(deliveredBy(log)).toEqual(['0a1']);
    expect(log.receive(batchBytes(B, 2, { causes: [[stream(A), 2]] }))).toBe<Received>('hole');
    expect(log.receive(batchBytes(B, 1))).toBe<Received>('delivered');
    expect(deliveredBy(log)).toEqual(['0b1', '0a2', '0b2']);
    expect(log.heldBack).toBe(0);
    expect(counters.messagesDelivered).toBe(4);
  });

  it('says which kind of thing is missing', () => {
    const { log } = logOf();
    expect(log.receive(batchBytes(A, 1, { causes: [[stream(B), 1]] }))).toBe<Received>('cause');
    // What comes before it is not lost: it waits here too.
    expect(log.receive(batchBytes(A, 2))).toBe<Received>('cause');
    expect(log.receive(batchBytes(A, 4))).toBe<Received>('hole');
  });

  it('names each of its messages densely', () => {
    const { log } = logOf();
    log.receive(batchBytes(A, 1, { records: ['x', 'y', 'z'].map((text) => recordOf(text)) }));
    log.receive(batchBytes(A, 4));
    const ids = takeProgress(log).messages.map(({ id }) => id);
    expect(ids).toEqual(
      [1, 2, 3, 4].map((sequence) => ({ peer: peer(A), generation: 1, sequence })),
    );
  });

  it('that cuts known messages in another way is dropped and counted', () => {
    const { log, counters } = logOf();
    const two = { records: [recordOf('x'), recordOf('y')] };
    log.receive(batchBytes(A, 1, two));
    expect(log.receive(batchBytes(A, 2, two))).toBe<Received>('conflict');
    expect(log.receive(batchBytes(A, 2))).toBe<Received>('conflict');
    expect(counters.batchesDropped).toBe(2);
    // One that waits and then overlaps what came instead does no harm either.
    log.receive(batchBytes(A, 4, two));
    log.receive(batchBytes(A, 3, two));
    expect(log.clock.get(stream(A))).toBe(4);
    expect(log.heldBack).toBe(0);
    log.receive(batchBytes(A, 5));
    expect(log.clock.get(stream(A))).toBe(5);
  });

  it('that does not decode is refused whole, now and not when it is its turn', () => {
    const { log } = logOf();
    const bytes = batchBytes(A, 2).slice(0, -1);
    expect(() => log.receive(bytes)).toThrow(HearsayError);
    expect(log.heldBack).toBe(0);
  });
});

describe('what waits', () => {
  it('is bounded in batches; what finds no room is brought by sync', () => {
    const { log, counters } = logOf({ holdBackBatchesMax: 2 });
    const received = [2, 3, 4].map((sequence) => log.receive(batchBytes(A, sequence)));
    expect(received).toEqual<Received[]>(['hole', 'cause', 'no-room']);
    expect(counters.batchesDropped).toBe(1);
    const whole = logOf().log;
    for (const sequence of [1, 2, 3, 4]) whole.receive(batchBytes(A, sequence));
    for (const delta of whole.missing(log.summary())) log.merge(delta);
    expect(deliveredBy(log)).toEqual(['0a1', '0a2', '0a3', '0a4']);
  });

  it('is bounded in bytes', () => {
    const each = batchBytes(A, 2).length;
    const { log } = logOf({ holdBackBytesMax: 2 * each });
    expect([2, 3, 4].map((sequence) => log.receive(batchBytes(A, sequence)))).toEqual<Received[]>([
      'hole',
      'cause',
      'no-room',
    ]);
    log.receive(batchBytes(A, 1));
    // Room again: what was freed does not count any more.
    expect([6, 7].map((sequence) => log.receive(batchBytes(A, sequence)))).toEqual<Received[]>([
      'hole',
      'cause',
    ]);
  });
});

describe('streams', () => {
  it('of our own has room kept for it', () => {
    const own = stream(B);
    const limits = { ...DEFAULT_LIMITS, streamsMax: 2 };
    const log = new CausalLog({ limits, counters: zeroCounters(), isBatchBy, own });
    const received = [1, 2].map((generation) => log.receive(batchBytes(A, 1, { generation })));
    expect(received).toEqual<Received[]>(['delivered', 'no-room']);
    const bytes = batchBytes(B, 1);
    log.append(readBatch(bytes, DEFAULT_LIMITS), bytes);
    expect(log.clock.get(own)).toBe(1);
    // Nobody else writes it.
    expect(log.receive(batchBytes(B, 2))).toBe<Received>('conflict');
  });

  it('are bounded; batches of one too many are dropped and counted, and that is told once', () => {
    const { log, counters } = logOf({ streamsMax: 2 });
    const received = [1, 2, 3].map((generation) => log.receive(batchBytes(A, 1, { generation })));
    expect(received).toEqual<Received[]>(['delivered', 'delivered', 'no-room']);
    expect(counters.batchesDropped).toBe(1);
    expect(log.receive(batchBytes(A, 2, { generation: 2 }))).toBe<Received>('delivered');
    log.receive(batchBytes(A, 1, { generation: 3 }));
    const told = log.takeProgress().filter(({ kind }) => kind === 'no-room');
    expect(told).toEqual([{ kind: 'no-room', stream: stream(A, 3), limit: 2 }]);
  });
});

describe('a batch that waits for a stream', () => {
  it('waits no longer when other streams have taken the last room', () => {
    const { log } = logOf({ streamsMax: 3 });
    log.receive(batchBytes(A, 1));
    const effect = batchBytes(A, 2, { causes: [[stream(B), 1]] });
    expect(log.receive(effect)).toBe<Received>('cause');
    log.receive(batchBytes(0x0c, 1));
    expect(deliveredBy(log)).toEqual(['0a1', '0c1']);
    log.receive(batchBytes(0x0d, 1));
    expect(deliveredBy(log)).toEqual(['0d1', '0a2']);
    expect(log.heldBack).toBe(0);
  });
});

describe('what a log tells of its changes', () => {
  it('is each risen stream once', () => {
    const { log } = logOf();
    log.receive(batchBytes(A, 1));
    log.receive(batchBytes(A, 2));
    log.receive(batchBytes(B, 1));
    expect(log.takeRisen()).toEqual([stream(A), stream(B)]);
    expect(log.takeRisen()).toEqual([]);
  });
});

describe('a pull', () => {
  it('brings exactly what is missing, causes before effects', () => {
    const { log: from } = logOf();
    from.receive(batchBytes(B, 1));
    from.receive(batchBytes(A, 1, { causes: [[stream(B), 1]] }));
    from.receive(batchBytes(B, 2, { causes: [[stream(A), 1]] }));
    const { log: to, counters } = logOf();
    to.receive(batchBytes(B, 1));
    takeProgress(to);
    const added = [...from.missing(to.summary())].map((delta) => to.merge(delta).added);
    expect(added).toEqual([2]);
    expect(deliveredBy(to)).toEqual(['0a1', '0b2']);
    expect(counters).toMatchObject({ batchesHeldBack: 0, batchesDuplicate: 0 });
    expect([...from.missing(to.summary())]).toEqual([]);
  });

  it('is cut into deltas of at most 60 KiB', () => {
    const { log: from } = logOf();
    const records = [recordOf('', { payload: new Uint8Array(20_000) })];
    for (let sequence = 1; sequence <= 10; sequence++) {
      from.receive(batchBytes(A, sequence, { records }));
    }
    const { log: to } = logOf();
    const deltas = [...from.missing(to.summary())];
    expect(deltas.map((delta) => delta.length <= 60 * 1_024)).toEqual([true, true, true, true]);
    for (const delta of deltas) to.merge(delta);
    expect(formatHash(to.hash)).toBe(formatHash(from.hash));
  });

  it('of bytes that are no summary, or a delta that is none, is refused', () => {
    const { log } = logOf();
    expect(() => log.missing(Uint8Array.of(5))).toThrow(HearsayError);
    expect(() => log.missing(Uint8Array.of(0, 0, 0))).toThrow(HearsayError);
    expect(() => log.missing(Uint8Array.of(1, 0, 0, 0))).toThrow(HearsayError);
    expect(() => log.missing(Uint8Array.of(2, 0))).toThrow(HearsayError);
    expect(() => log.merge(Uint8Array.of(7))).toThrow(HearsayError);
  });
});

describe('the history', () => {
  function filled(): CausalLog {
    const { log } = logOf();
    log.receive(batchBytes(A, 1));
    log.receive(
      batchBytes(B, 1, {
        causes: [[stream(A), 1]],
        records: [recordOf('x', { topic: 'other' }), recordOf('y')],
      }),
    );
    log.receive(batchBytes(A, 2, { causes: [[stream(B), 2]] }));
    return log;
  }
  const names = (log: CausalLog, topic: string | undefined, limit: number): string[] => {
    return log.history(topic, limit).map(({ id }) => `${id.peer.slice(0, 2)}${id.sequence}`);
  };

  it('is what was delivered, in that order, with the very same clocks', () => {
    const log = filled();
    const delivered = takeProgress(log).messages;
    const history = log.history(undefined, 99);
    const plain = (list: typeof history): unknown[] =>
      list.map((message) => ({ ...message, clock: Object.fromEntries(message.clock) }));
    expect(plain(history)).toEqual(plain(delivered));
  });

  it('may be that of one topic, and of the newest few', () => {
    const log = filled();
    expect(names(log, undefined, 99)).toEqual(['0a1', '0b1', '0b2', '0a2']);
    expect(names(log, 'room', 99)).toEqual(['0a1', '0b2', '0a2']);
    expect(names(log, 'other', 99)).toEqual(['0b1']);
    expect(names(log, undefined, 2)).toEqual(['0b2', '0a2']);
    expect(names(log, 'room', 2)).toEqual(['0b2', '0a2']);
    expect(names(log, undefined, 0)).toEqual([]);
    expect(names(log, 'nowhere', 9)).toEqual([]);
  });
});

describe('batches that wait for what never comes', () => {
  it('take no more than the share of one author', () => {
    const counters = zeroCounters();
    const limits = { ...DEFAULT_LIMITS, holdBackStreamBatchesMax: 10 };
    const log = new CausalLog({ limits, counters, isBatchBy });
    const greedy = Array.from({ length: 100 }, (_, index) =>
      log.receive(batchBytes(0x0b, 2 + index)),
    );
    expect(greedy.filter((received) => received === 'no-room')).toHaveLength(90);
    expect(log.receive(batchBytes(0x0c, 2))).toBe('hole');
    log.receive(batchBytes(0x0c, 1));
    log.receive(batchBytes(0x0b, 1));
    expect(log.clock.get(stream(0x0c))).toBe(2);
    expect(log.clock.get(stream(0x0b))).toBe(11);
    expect(log.receive(batchBytes(0x0b, 50))).toBe('hole');
  });
});
