import {
  HybridLogicalClock,
  type ReadonlyVectorClock,
  type StreamId,
  VectorClock,
} from '@hearsay/core';
import { Reader, Writer } from '@hearsay/core/wire';
import {
  CacheError,
  type Change,
  type Held,
  readSurvivor,
  type Store,
  type Survivor,
  writeSurvivor,
} from '../../src/index.js';
import type { Written } from './reference.js';
import { createStore, stream } from './store.js';

interface Sent extends Written {
  readonly after: ReadonlyVectorClock;
}

/** A store with what a peer has around it. */
export interface Peer {
  readonly stream: StreamId;
  readonly store: Store;
  readonly time: HybridLogicalClock;
  readonly skewMs: number;
  readonly log: Sent[];
  /** Whether all it holds is covered by its clock: it took no survivors beyond that. */
  whole: boolean;
}

const AHEAD_MAX_MS = 1_000;

/** Peers that write, deliver in causal order, and sync; the smallest replication that keeps the contract. */
export class Replicas {
  readonly peers: readonly Peer[];
  nowMs = 1_000;

  constructor(skewsMs: readonly number[]) {
    this.peers = skewsMs.map((skewMs, index) => ({
      stream: stream(index + 1),
      store: createStore(),
      time: new HybridLogicalClock(AHEAD_MAX_MS),
      skewMs,
      log: [],
      whole: true,
    }));
  }

  get written(): readonly Written[] {
    return this.peers.flatMap(({ log }) => log);
  }

  wallMs(peer: Peer): number {
    return this.nowMs + peer.skewMs;
  }

  /** A local write; what is refused changes nothing. */
  write(
    peer: Peer,
    key: string,
    prepare: (store: Store, nowMs: number) => readonly Change[],
  ): void {
    let changes: readonly Change[];
    try {
      changes = prepare(peer.store, this.wallMs(peer));
    } catch (error) {
      if (error instanceof CacheError && error.code === 'wrong-type') return;
      throw error;
    }
    for (const change of changes) {
      const time = peer.time.tick(this.wallMs(peer));
      const sequence = peer.log.length + 1;
      const after = VectorClock.from(peer.store.causes.entries());
      const operation = { key, time, change };
      peer.log.push({ operation, after, version: { ...time, stream: peer.stream, sequence } });
      peer.store.apply(peer.stream, sequence, operation, this.wallMs(peer));
    }
  }

  /** Delivers up to `count` operations of one peer to another, as far as their causes are there. */
  deliver(from: Peer, to: Peer, count: number): void {
    const start = to.store.clock.get(from.stream);
    for (const { operation, after, version } of from.log.slice(start, start + count)) {
      if (!to.store.clock.dominates(after)) return;
      to.time.witness(operation.time, this.wallMs(to));
      to.store.apply(from.stream, version.sequence, operation, this.wallMs(to));
    }
  }

  /** Anti-entropy; cut off after `count` survivors, if there are more. */
  sync(from: Peer, to: Peer, count: number = Number.POSITIVE_INFINITY): void {
    const all = [...from.store.survivors(to.store.clock)];
    const taken = all.slice(0, count);
    for (const survivor of taken) to.store.adopt(overWire(survivor), this.wallMs(to));
    if (taken.length < all.length) {
      to.whole = false;
      return;
    }
    to.store.advance(from.store.clock);
    for (const { log } of this.peers) {
      for (const { operation } of log) to.time.witness(operation.time, this.wallMs(to));
    }
    to.whole &&= from.whole;
  }

  /** Forgets what every peer has told to hold, if what they wrote before telling has come. */
  forget(peer: Peer): void {
    const complete = this.peers.every(
      ({ store, stream: own }) => peer.store.clock.get(own) >= store.clock.get(own),
    );
    if (!complete) return;
    const stable = new VectorClock();
    for (const { stream: own } of this.peers) {
      stable.raise(own, Math.min(...this.peers.map(({ store }) => store.clock.get(own))));
    }
    peer.store.forget(stable);
  }

  /** Everybody gets everything. */
  settle(): void {
    for (const _ of this.peers) {
      for (const from of this.peers) for (const to of this.peers) this.sync(from, to);
    }
  }
}

/** There and back through bytes. */
export function overWire(survivor: Survivor): Survivor {
  const writer = new Writer();
  writeSurvivor(writer, survivor);
  const reader = new Reader(writer.finish());
  const read = readSurvivor(reader);
  reader.end();
  return read;
}

/** A value in the form of the reference. */
export function plain(held: Held | undefined): unknown {
  const value = held?.value;
  switch (value?.kind) {
    case undefined:
      return undefined;
    case 'register':
    case 'counter':
      return value.value;
    case 'set':
      return [...value.elements].sort();
    case 'hash':
      return [...value.fields].sort(([one], [two]) => (one < two ? -1 : 1));
  }
}
