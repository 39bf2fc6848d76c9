import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.js';
import { CausalLog } from '../../src/log/causal-log.js';
import { RUNS_MIN } from '../../src/log/lineages.js';
import { encodeLogDeltaItem } from '../../src/log/log-delta.js';
import { formatHash } from '../../src/log/state-hash.js';
import { zeroCounters } from '../../src/view.js';
import { batchBytes, recordOf } from '../support/bench.js';
import { peer, stream } from '../support/identities.js';
import { takeProgress } from '../support/log-progress.js';
import { isBatchBy } from '../support/signer.js';
import { StoredLogs } from '../support/stored-log.js';

const A = 0x0a;
const B = 0x0b;
const BATCHES = 40;

function open(store: StoredLogs, limits: Partial<Limits> = {}): CausalLog {
  const counters = zeroCounters();
  const log = new CausalLog({
    limits: { ...DEFAULT_LIMITS, ...limits },
    counters,
    isBatchBy,
    store,
  });
  log.load();
  return log;
}

/** Two who answer each other. */
function batches(): Uint8Array[] {
  return Array.from({ length: BATCHES }, (_, index) => {
    const sequence = Math.floor(index / 2) + 1;
    const [self, other] = index % 2 === 0 ? [A, B] : [B, A];
    const cause = index % 2 === 0 ? sequence - 1 : sequence;
    const records = [recordOf(`${index}`, { topic: index % 5 === 0 ? 'other' : 'room' })];
    return batchBytes(self, sequence, {
      records,
      causes: cause > 0 ? [[stream(other), cause]] : [],
    });
  });
}

function filled(store: StoredLogs, limits: Partial<Limits> = {}): CausalLog {
  const log = open(store, limits);
  for (const bytes of batches()) log.receive(bytes);
  return log;
}

/** Everything that can be seen of a log. */
function seen(log: CausalLog): unknown {
  const plain = (topic?: string): unknown =>
    log.history(topic, 999).map((message) => {
      return { ...message, clock: Object.fromEntries(message.clock) };
    });
  return {
    hash: formatHash(log.hash),
    clock: [...log.clock.entries()].sort(),
    size: log.size,
    history: plain(),
    other: plain('other'),
    newest: log.newest,
    all: [...log.missing(Uint8Array.of(0, 0))],
    half: [...log.missing(filledTo(BATCHES / 2))],
  };
}

function filledTo(count: number): Uint8Array {
  const log = new CausalLog({ limits: DEFAULT_LIMITS, counters: zeroCounters(), isBatchBy });
  for (const bytes of batches().slice(0, count)) log.receive(bytes);
  return log.summary();
}

describe.each([
  ['without marks', Number.POSITIVE_INFINITY],
  ['with a mark now and then', 7],
  ['with a mark before each record', 1],
])('a log that is opened again %s', (_, markEvery) => {
  it('is what it was, tells nothing of it as new, and goes on', () => {
    const store = new StoredLogs(markEvery);
    const before = filled(store);
    const log = open(store);
    expect(seen(log)).toEqual(seen(before));
    expect(takeProgress(log)).toEqual({ messages: [], gaps: [] });
    expect(log.takeRisen()).toEqual([]);
    expect(store.settled).toBe(true);
    const last = batches().at(-1) ?? new Uint8Array(0);
    for (const each of [before, log]) {
      expect(each.receive(batchBytes(A, 21, { causes: [[stream(B), 20]] }))).toBe('delivered');
      expect(each.receive(last)).toBe('duplicate');
    }
    expect(seen(log)).toEqual(seen(before));
  });

  it('keeps its floors, those it was told and those it made', () => {
    const limits = { logMessagesMax: 12 };
    const store = new StoredLogs(markEvery);
    const source = filled(new StoredLogs(), { logMessagesMax: 4 });
    const before = open(store, limits);
    for (const bytes of batches().slice(0, 10)) before.receive(bytes);
    for (const delta of source.missing(before.summary())) before.merge(delta);
    expect(takeProgress(before).gaps).toHaveLength(2);
    expect(seen(open(store, limits))).toEqual(seen(before));
    const more = filled(new StoredLogs(markEvery), limits);
    const again = new StoredLogs(markEvery);
    filled(again, limits);
    expect(seen(open(again, limits))).toEqual(seen(more));
  });
});

describe.each([1, 7, 1_000])(
  'a log that kept nothing of many streams (a mark every %s)',
  (every) => {
    it('proves to newcomers how far they went, after any number of starts', () => {
      const limits = { logMessagesMax: 3 };
      const store = new StoredLogs(every);
      const first = open(store, limits);
      for (let author = 1; author <= 30; author++) {
        const causes = author > 1 ? [[stream(author - 1), 2] as const] : [];
        first.receive(batchBytes(author, 1, { causes }));
        first.receive(batchBytes(author, 2));
      }
      // One that skipped to floors, and is opened again too.
      const second = new StoredLogs(every);
      const skipping = open(second, limits);
      for (const delta of first.missing(skipping.summary())) skipping.merge(delta, peer(0x99));
      for (const each of [store, store, second, second]) {
        const again = open(each, limits);
        expect(formatHash(again.hash)).toBe(formatHash(first.hash));
        const newcomer = open(new StoredLogs());
        for (const delta of again.missing(newcomer.summary())) newcomer.merge(delta, peer(0x99));
        expect(formatHash(newcomer.hash)).toBe(formatHash(first.hash));
        expect([newcomer.heldBack, newcomer.size]).toEqual([0, 3]);
      }
    });
  },
);

describe.each([1, 7, 1_000])('a log in which runs are over (a mark every %s)', (every) => {
  const limits = { streamsMax: 40 };
  const RUNS = 50;
  /** Each run of A answers the one before of B, and the other way round. */
  function fill(log: CausalLog): CausalLog {
    for (let run = 1; run <= RUNS; run++) {
      const before = run > 1 ? [[stream(B, run - 1), 1] as const] : [];
      log.receive(batchBytes(A, 1, { generation: run, causes: before }));
      log.receive(batchBytes(B, 1, { generation: run, causes: [[stream(A, run), 1]] }));
    }
    return log;
  }

  it('is the same after any number of starts, and takes nothing of them', () => {
    const store = new StoredLogs(every);
    const first = fill(open(store, limits));
    expect(first.clock.size).toBe(2 * RUNS_MIN);
    expect(first.size).toBe(2 * RUNS_MIN);
    for (let start = 0; start < 3; start++) {
      const again = open(store, limits);
      expect(formatHash(again.hash)).toBe(formatHash(first.hash));
      expect([again.clock.size, again.size, again.heldBack]).toEqual([2 * RUNS_MIN, first.size, 0]);
      expect(again.history('room', 999).map(({ id }) => id)).toEqual(
        first.history('room', 999).map(({ id }) => id),
      );
      expect(again.receive(batchBytes(A, 1, { generation: 1 }))).toBe('duplicate');
      expect(again.isOver(stream(A, 1))).toBe(true);
      if (start === 1) store.forgetMarks();
    }
  });

  it('brings newcomers level, who stay so after any number of starts', () => {
    const first = fill(open(new StoredLogs(every), limits));
    const store = new StoredLogs(every);
    const newcomer = open(store, limits);
    for (const delta of first.missing(newcomer.summary())) newcomer.merge(delta, peer(0x99));
    for (const each of [newcomer, open(store, limits), open(store, limits)]) {
      expect(each.heldBack).toBe(0);
      expect(formatHash(each.hash)).toBe(formatHash(first.hash));
      expect(each.size).toBe(first.size);
    }
    expect([...newcomer.missing(first.summary())]).toEqual([]);
  });

  it('believes nobody that a run is over of which it has seen no newer one', () => {
    const log = open(new StoredLogs(every), limits);
    log.merge(encodeLogDeltaItem({ kind: 'over', peer: peer(A), generation: 99 }), peer(0x99));
    const effect = batchBytes(B, 1, { causes: [[stream(A, 3), 1]] });
    expect(log.receive(effect)).toBe('cause');
    expect(log.receive(batchBytes(A, 1, { generation: 3 }))).toBe('delivered');
    expect(log.heldBack).toBe(0);
  });
});

describe('a log of which a part is damaged', { timeout: 60_000 }, () => {
  it('waits with what depends on the lost part, until somebody brings that', () => {
    const whole = filled(new StoredLogs());
    for (let at = 0; at < BATCHES; at++) {
      const store = new StoredLogs();
      filled(store);
      store.damage(at);
      const log = open(store);
      expect(log.heldBack).toBe(BATCHES - at - 1);
      expect(store.settled).toBe(at === BATCHES - 1);
      for (const delta of whole.missing(log.summary())) log.merge(delta);
      expect(log.heldBack).toBe(0);
      expect(seen(log)).toEqual(seen(whole));
      expect(takeProgress(log).messages).toHaveLength(BATCHES - at);
      store.loose = [];
      expect(seen(open(store))).toEqual(seen(whole));
    }
  });

  it('may hold back more of its own disk than of what others send', () => {
    const store = new StoredLogs();
    filled(store);
    store.damage(0);
    expect(open(store, { holdBackBatchesMax: 2 }).heldBack).toBe(BATCHES - 1);
  });

  it('can make an index from records alone', () => {
    const store = new StoredLogs();
    filled(store);
    store.mark({ state: new Uint8Array(), index: store.rebuiltIndex() });
    const marked = new StoredLogs(BATCHES);
    const log = filled(marked);
    log.receive(batchBytes(A, 21));
    expect(store.marks[0]?.index).toEqual(marked.marks[0]?.index);
  });
});
