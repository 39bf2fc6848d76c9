import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change, Store } from '../../src/index.js';
import { valueAfter } from '../support/reference.js';
import { overWire, type Peer, plain, Replicas } from '../support/replicas.js';
import { runs } from '../support/runs.js';

const KEYS = ['a', 'b'] as const;
const PEERS = 3;
const SKEW_MAX_MS = 8;

type Kind = 'register' | 'counter' | 'set' | 'hash' | 'deadline' | 'delete';

interface Step {
  readonly what: 'write' | 'deliver' | 'sync' | 'cut-off' | 'expire' | 'forget' | 'wait';
  readonly kind: Kind;
  readonly peer: number;
  readonly other: number;
  readonly key: number;
  readonly value: number;
  readonly removes: boolean;
  readonly ttlMs: number | undefined;
}

function steps(kinds: readonly Kind[]): fc.Arbitrary<Step[]> {
  const step = fc.record({
    what: fc.oneof(
      { weight: 6, arbitrary: fc.constant('write' as const) },
      { weight: 4, arbitrary: fc.constant('deliver' as const) },
      { weight: 2, arbitrary: fc.constant('sync' as const) },
      { weight: 1, arbitrary: fc.constantFrom('cut-off', 'expire', 'forget', 'wait') },
    ),
    kind: fc.constantFrom(...kinds),
    peer: fc.nat(PEERS - 1),
    other: fc.nat(PEERS - 1),
    key: fc.nat(KEYS.length - 1),
    value: fc.nat(3),
    removes: fc.boolean(),
    ttlMs: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
  });
  return fc.array(step as fc.Arbitrary<Step>, { maxLength: 40, size: 'max' });
}

function changes(step: Step, peer: Peer, store: Store, nowMs: number): readonly Change[] {
  const key = KEYS[step.key] ?? 'a';
  const element = `e${step.value}`;
  const deadlineMs = step.ttlMs === undefined ? undefined : nowMs + step.ttlMs;
  switch (step.kind) {
    case 'register':
      return [store.prepareSet(key, `${step.value}`, deadlineMs, nowMs)];
    case 'counter':
      return store.prepareCount(peer.stream, key, step.removes ? -step.value : step.value, nowMs);
    case 'set':
      return step.removes
        ? store.prepareRemove('set', key, [element], nowMs)
        : store.prepareAdd(key, [element], nowMs);
    case 'hash':
      return step.removes
        ? store.prepareRemove('hash', key, [element], nowMs)
        : store.prepareFields(key, new Map([[element, `${nowMs}`]]), nowMs);
    case 'deadline':
      return present(store.prepareDeadline(key, deadlineMs, nowMs));
    case 'delete':
      return present(store.prepareDelete(key, nowMs));
  }
}

function present(change: Change | undefined): readonly Change[] {
  return change === undefined ? [] : [change];
}

function take(replicas: Replicas, step: Step): void {
  const peer = replicas.peers[step.peer] as Peer; // The numbers are in range.
  const other = replicas.peers[step.other] as Peer;
  switch (step.what) {
    case 'write':
      return replicas.write(peer, KEYS[step.key] ?? 'a', (store, nowMs) =>
        changes(step, peer, store, nowMs),
      );
    case 'deliver':
      return replicas.deliver(peer, other, 3);
    case 'sync':
      return replicas.sync(peer, other);
    case 'cut-off':
      return replicas.sync(peer, other, step.value);
    case 'expire':
      return void peer.store.expire(replicas.wallMs(peer));
    case 'forget':
      return replicas.forget(peer);
    case 'wait':
      replicas.nowMs += 10;
  }
}

/** What a peer shows, beside what the operations it knows add up to. */
function compare(replicas: Replicas, peer: Peer): void {
  const known = replicas.written.filter(({ version }) => peer.store.clock.includes(version));
  for (const key of KEYS) {
    const nowMs = replicas.wallMs(peer);
    if (lacks(peer, key, nowMs)) continue; // Extended when it had expired here.
    const value = plain(peer.store.get(key, nowMs));
    const expected = valueAfter(known, key, nowMs);
    // What a peer whose clock is ahead gave us may have expired there already.
    if (!isDeepStrictEqual(value, expected)) {
      expect(value).toEqual(valueAfter(known, key, nowMs + 2 * SKEW_MAX_MS));
    }
  }
}

function lacks({ store }: Peer, key: string, nowMs: number): boolean {
  return store.isEvicted(key) || store.lapsed.keys(nowMs).includes(key);
}

/** Whoever lacks the content of a key that lives asks the others; in the end all have it, or nobody. */
function refill(replicas: Replicas): void {
  for (const _ of replicas.peers) for (const peer of replicas.peers) askOthers(replicas, peer);
  for (const key of KEYS) {
    if (isDueNow(replicas, key)) continue;
    const missing = replicas.peers.filter((peer) => lacks(peer, key, replicas.wallMs(peer)));
    expect([0, replicas.peers.length]).toContain(missing.length);
  }
}

/** Whether the clocks may not agree that a key has expired: then some have it, and some not. */
function isDueNow({ written, nowMs }: Replicas, key: string): boolean {
  return written.some(({ operation: { change, key: of } }) => {
    const deadlineMs = 'deadlineMs' in change ? change.deadlineMs : undefined;
    return of === key && Math.abs((deadlineMs ?? 0) - nowMs) <= 2 * SKEW_MAX_MS;
  });
}

function askOthers(replicas: Replicas, peer: Peer): void {
  const nowMs = replicas.wallMs(peer);
  for (const key of peer.store.lapsed.keys(nowMs)) {
    for (const { store } of replicas.peers) {
      const survivor = store === peer.store ? undefined : store.survivor(key);
      if (survivor === undefined) continue;
      const theirs = overWire(survivor);
      if (!peer.store.refill(theirs, store.clock, nowMs)) peer.store.adopt(theirs, nowMs);
    }
  }
}

function run(skewsMs: readonly number[], taken: readonly Step[]): void {
  const replicas = new Replicas(skewsMs);
  for (const step of taken) {
    take(replicas, step);
    replicas.nowMs += 1;
    for (const peer of replicas.peers) if (peer.whole) compare(replicas, peer);
  }
  replicas.settle();
  const asOfMs = replicas.nowMs + 50;
  for (const peer of replicas.peers) peer.store.expire(replicas.wallMs(peer));
  refill(replicas);
  for (const peer of replicas.peers) compare(replicas, peer);
  const [first, ...rest] = replicas.peers.map(({ store }) => store.digests(asOfMs));
  for (const other of rest) {
    const common = new Set(other.map(({ partition }) => partition));
    const partitions = new Set(first?.map(({ partition }) => partition));
    expect(other.filter(({ partition }) => partitions.has(partition))).toEqual(
      first?.filter(({ partition }) => common.has(partition)),
    );
  }
}

const skews = fc.tuple(
  ...Array.from({ length: PEERS }, () => fc.integer({ min: -SKEW_MAX_MS, max: SKEW_MAX_MS })),
) as fc.Arbitrary<number[]>;

const suites: readonly (readonly [string, readonly Kind[]])[] = [
  ['registers', ['register', 'delete', 'deadline']],
  ['counters', ['counter', 'counter', 'delete', 'deadline']],
  ['sets', ['set', 'set', 'delete', 'deadline']],
  ['hashes', ['hash', 'hash', 'delete', 'deadline']],
  ['keys that change their type', ['register', 'counter', 'set', 'hash', 'delete', 'deadline']],
];

describe('stores that write, deliver, sync, expire and forget', () => {
  for (const [name, kinds] of suites) {
    it(`hold of ${name} what all operations known add up to, and agree in the end`, () => {
      fc.assert(fc.property(skews, steps(kinds), run), { numRuns: runs(200) });
    }, 600_000);
  }
});
