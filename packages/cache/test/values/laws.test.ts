import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change, Store, Survivor } from '../../src/index.js';
import { overWire, type Peer, Replicas } from '../support/replicas.js';
import { runs } from '../support/runs.js';
import { createStore } from '../support/store.js';

/** Later than any deadline or stamp here, so that nothing expires halfway. */
const NOW_MS = 0;
const KEY = 'k';

interface Step {
  readonly peer: number;
  readonly from: number;
  readonly value: number;
  readonly what: 'add' | 'remove' | 'delete' | 'deadline' | 'deliver' | 'sync';
}

type Write = (store: Store, peer: Peer, step: Step, nowMs: number) => readonly Change[];

const TYPES: readonly (readonly [string, Write, Write])[] = [
  [
    'registers',
    (store, _, { value }, nowMs) => [store.prepareSet(KEY, `${value}`, undefined, nowMs)],
    (store, _, __, nowMs) => one(store.prepareDelete(KEY, nowMs)),
  ],
  [
    'counters',
    (store, peer, { value }, nowMs) => store.prepareCount(peer.stream, KEY, value, nowMs),
    (store, peer, { value }, nowMs) => store.prepareCount(peer.stream, KEY, -value, nowMs),
  ],
  [
    'sets',
    (store, _, { value }, nowMs) => store.prepareAdd(KEY, [`${value}`], nowMs),
    (store, _, { value }, nowMs) => store.prepareRemove('set', KEY, [`${value}`], nowMs),
  ],
  [
    'hashes',
    (store, _, { value }, nowMs) =>
      store.prepareFields(KEY, new Map([[`${value}`, `${nowMs}`]]), nowMs),
    (store, _, { value }, nowMs) => store.prepareRemove('hash', KEY, [`${value}`], nowMs),
  ],
];

function one(change: Change | undefined): readonly Change[] {
  return change === undefined ? [] : [change];
}

const steps = fc.array(
  fc.record({
    peer: fc.nat(2),
    from: fc.nat(2),
    value: fc.nat(3),
    what: fc.constantFrom('add', 'add', 'remove', 'delete', 'deadline', 'deliver', 'sync'),
  }) as fc.Arbitrary<Step>,
  { maxLength: 24, size: 'max' },
);

/** States of one key at three peers, after writes that partly saw each other. */
function statesOf(add: Write, remove: Write, taken: readonly Step[]): (Survivor | undefined)[] {
  const replicas = new Replicas([0, 3, -3]);
  for (const step of taken) {
    const peer = replicas.peers[step.peer] as Peer; // The numbers are in range.
    const from = replicas.peers[step.from] as Peer;
    replicas.nowMs += 1;
    if (step.what === 'deliver') replicas.deliver(from, peer, 2);
    else if (step.what === 'sync') replicas.sync(from, peer);
    else
      replicas.write(peer, KEY, (store, nowMs) => prepare(store, peer, step, nowMs, add, remove));
  }
  return replicas.peers.map(({ store }) => store.survivor(KEY));
}

function prepare(
  store: Store,
  peer: Peer,
  step: Step,
  nowMs: number,
  add: Write,
  remove: Write,
): readonly Change[] {
  if (step.what === 'add') return add(store, peer, step, nowMs);
  if (step.what === 'remove') return remove(store, peer, step, nowMs);
  if (step.what === 'delete') return one(store.prepareDelete(KEY, nowMs));
  return one(store.prepareDeadline(KEY, nowMs + 1_000_000, nowMs));
}

/** Merges states in this order into an empty store. */
function merged(...states: readonly (Survivor | undefined)[]): Survivor | undefined {
  const store = createStore();
  for (const state of states) if (state !== undefined) store.adopt(overWire(state), NOW_MS);
  return store.survivor(KEY);
}

for (const [name, add, remove] of TYPES) {
  describe(`merging ${name}`, () => {
    const law = (
      check: (a: Survivor | undefined, b: Survivor | undefined, c: Survivor | undefined) => void,
    ) =>
      fc.assert(
        fc.property(steps, (taken) => {
          const [a, b, c] = statesOf(add, remove, taken);
          check(a, b, c);
        }),
        { numRuns: runs(100) },
      );

    it('is commutative', () => law((a, b) => expect(merged(a, b)).toEqual(merged(b, a))), 600_000);

    it('is associative', () => {
      law((a, b, c) => {
        expect(merged(merged(a, b), c)).toEqual(merged(a, merged(b, c)));
      });
    }, 600_000);

    it('is idempotent, and gives back what it was given', () => {
      law((a) => {
        expect(merged(a, a)).toEqual(merged(a));
        expect(merged(a)).toEqual(a);
      });
    }, 600_000);

    it('never takes a step back', () => {
      law((a, b) => {
        expect(merged(merged(a, b), a)).toEqual(merged(a, b));
        expect(merged(merged(a, b), b)).toEqual(merged(a, b));
      });
    }, 600_000);
  });
}
