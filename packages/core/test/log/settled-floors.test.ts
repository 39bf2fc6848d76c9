import { describe, expect, it } from 'vitest';
import type { PeerId, StreamId } from '../../src/ids.js';
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.js';
import { CausalLog } from '../../src/log/causal-log.js';
import { RUNS_MIN } from '../../src/log/lineages.js';
import { claimsIn, writeLogDeltaItem } from '../../src/log/log-delta.js';
import { MemoryBatchStore } from '../../src/log/memory-batch-store.js';
import { ZERO_HASH } from '../../src/log/state-hash.js';
import { zeroCounters } from '../../src/view.js';
import type { ClockEntry } from '../../src/wire/clock-entries.js';
import { Writer } from '../../src/wire/writer.js';
import { batchBytes, recordOf } from '../support/bench.js';
import { peer, stream } from '../support/identities.js';
import { takeProgress } from '../support/log-progress.js';
import { isBatchBy } from '../support/signer.js';

const NEIGHBOUR = peer(0x99);
const X = 0x0b;
const Y = 0x0c;

function logOf(limits: Partial<Limits> = {}): CausalLog {
  const counters = zeroCounters();
  const store = new MemoryBatchStore();
  return new CausalLog({ limits: { ...DEFAULT_LIMITS, ...limits }, counters, isBatchBy, store });
}

function receiveAll(log: CausalLog, batches: readonly Uint8Array[]): void {
  for (const bytes of batches) log.receive(bytes);
}

/** One answer, of which only the first deltas arrive. */
function pull(to: CausalLog, from: CausalLog, deltasMax = Number.POSITIVE_INFINITY): void {
  let left = deltasMax;
  for (const delta of from.missing(to.summary())) {
    if (left-- <= 0) return;
    to.merge(delta, NEIGHBOUR);
  }
}

/** The floors that a log tells somebody who holds nothing, each with its causes. */
function floorsOf(log: CausalLog): ReadonlyMap<StreamId, readonly [number, readonly ClockEntry[]]> {
  const claims = [...log.missing(logOf().summary())].flatMap((delta) => [...claimsIn(delta)]);
  return new Map(
    claims.flatMap((claim) =>
      claim.kind === 'floor' ? [[claim.stream, [claim.floor, claim.causes]] as const] : [],
    ),
  );
}

/**
 * X1, Y1 after it, Y2 and Y3; then X2 after Y3, X3 and X4. Who keeps two messages and missed X2 and X3
 * keeps Y3, on which the floor of X leans, while the floor of Y leans on X1.
 */
const BEFORE = [
  batchBytes(X, 1),
  batchBytes(Y, 1, { causes: [[stream(X), 1]] }),
  batchBytes(Y, 2),
  batchBytes(Y, 3),
];
const AFTER = [batchBytes(X, 2, { causes: [[stream(Y), 3]] }), batchBytes(X, 3), batchBytes(X, 4)];

function whoSkipped(): CausalLog {
  const short = logOf({ logMessagesMax: 1 });
  receiveAll(short, [...BEFORE, ...AFTER]);
  const log = logOf({ logMessagesMax: 2 });
  receiveAll(log, BEFORE);
  pull(log, short);
  expect(takeProgress(log).gaps).toEqual([{ stream: stream(X), from: 2, to: 3 }]);
  return log;
}

describe('a log that skipped something itself', () => {
  it('brings a newcomer up to date, though it kept what was said before that', () => {
    const log = whoSkipped();
    const late = logOf();
    pull(late, log);
    expect(late.hash).toEqual(log.hash);
    const { gaps, messages } = takeProgress(late);
    expect(gaps.map(({ stream: skipped, to }) => [skipped, to]).sort()).toEqual([
      [stream(X), 3],
      [stream(Y), 3],
    ]);
    expect(messages).toMatchObject([{ id: { peer: peer(X), sequence: 4 } }]);
  });

  it('tells floors that need nothing from above them', () => {
    const floors = floorsOf(whoSkipped());
    expect(floors.size).toBe(2);
    for (const [, causes] of floors.values()) {
      for (const [cause, sequence] of causes) {
        expect(floors.get(cause)?.[0] ?? 0).toBeGreaterThanOrEqual(sequence);
      }
    }
  });

  it('keeps and sends what was not said before what it skipped', () => {
    const log = logOf({ logMessagesMax: 100 });
    receiveAll(log, [...BEFORE, batchBytes(Y, 4)]);
    const short = logOf({ logMessagesMax: 1 });
    receiveAll(short, [...BEFORE, ...AFTER]);
    pull(log, short);
    const late = logOf();
    pull(late, log);
    expect(late.hash).toEqual(log.hash);
    const kept = takeProgress(late).messages.map(({ id }) => [id.peer, id.sequence]);
    expect(kept).toEqual([
      [peer(Y), 4],
      [peer(X), 4],
    ]);
  });

  it('does so in the end, however much it has to let go of', () => {
    const count = 3_000;
    const said = Array.from({ length: count }, (_, index) => batchBytes(Y, index + 1));
    const skipped = [
      batchBytes(X, 1),
      batchBytes(X, 2, { causes: [[stream(Y), count]] }),
      batchBytes(X, 3),
    ];
    const short = logOf({ logMessagesMax: 1 });
    receiveAll(short, [...said, ...skipped]);
    const log = logOf();
    receiveAll(log, said);
    pull(log, short);
    const late = logOf({ holdBackBatchesMax: 1 });
    for (let pulls = 0; pulls < 5; pulls++) pull(late, log);
    expect(late.hash).toEqual(log.hash);
    expect(log.size).toBe(1);
  });
});

describe('an answer that is cut short', () => {
  it('shows floors one by one, when their causes alone fill it', () => {
    const peers = 80;
    const small = logOf({ logMessagesMax: peers });
    for (let index = 0; index < 2 * peers; index++) {
      const [byte = 0, before = 0] = [index, index - 1].map((place) => 0x10 + (place % peers));
      const sequence = Math.floor(index / peers) + 1;
      const last = Math.floor((index - 1) / peers) + 1;
      const causes: ClockEntry[] = index === 0 ? [] : [[stream(before), last]];
      // Each is there again and again: what it follows grows to all others.
      small.receive(batchBytes(byte, sequence, { causes }));
    }
    for (let index = 0; index < peers; index++) {
      const causes = Array.from({ length: peers }, (_, other): ClockEntry => {
        return [stream(0x10 + other), 2];
      }).filter(([cause]) => cause !== stream(0x10 + index));
      small.receive(batchBytes(0x10 + index, 3, { causes }));
    }
    for (let index = 0; index < peers; index++) small.receive(batchBytes(0x10 + index, 4));
    const late = logOf({ holdBackBatchesMax: 0 });
    for (let pulls = 0; pulls < 20; pulls++) pull(late, small, 1);
    expect(late.hash).toEqual(small.hash);
  });

  it('brings the cause of what shows that runs are over', () => {
    const limits = { streamsMax: 64 };
    const whole = logOf(limits);
    const cause = 0x0a;
    whole.receive(batchBytes(cause, 1));
    const records = [{ ...recordOf('large'), payload: new Uint8Array(40_000) }];
    for (const byte of [X, Y, 0x0d]) {
      for (let generation = 1; generation <= RUNS_MIN + 1; generation++) {
        const causes: ClockEntry[] = [[stream(cause), 1]];
        whole.receive(batchBytes(byte, 1, { generation, causes, records }));
      }
    }
    const late = logOf({ ...limits, holdBackBatchesMax: 0 });
    for (let pulls = 0; pulls < 200; pulls++) pull(late, whole, 1);
    expect(late.hash).toEqual(whole.hash);
  });
});

describe('a floor that leans on what nobody said', () => {
  function tell(
    log: CausalLog,
    teller: PeerId,
    floor: number,
    causes: readonly ClockEntry[],
  ): void {
    const writer = new Writer();
    const proof = batchBytes(X, floor);
    const told = { stream: stream(X), floor, chain: ZERO_HASH, causes, proof };
    writeLogDeltaItem(writer, { kind: 'floor', ...told });
    log.merge(writer.finish(), teller);
  }

  it('stands in the way of no lower one', () => {
    const log = logOf();
    tell(log, NEIGHBOUR, 9, [[stream(Y), 1_000_000]]);
    expect(log.clock.get(stream(X))).toBe(0);
    tell(log, peer(0x98), 7, []);
    expect(log.clock.get(stream(X))).toBe(7);
  });

  it('may still be skipped to when that is said, after a lower one', () => {
    const log = logOf();
    tell(log, NEIGHBOUR, 9, [[stream(Y), 1]]);
    tell(log, peer(0x98), 7, []);
    log.receive(batchBytes(Y, 1));
    expect(log.clock.get(stream(X))).toBe(9);
  });
});
