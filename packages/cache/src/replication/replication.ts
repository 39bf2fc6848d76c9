import {
  type HlcTime,
  HybridLogicalClock,
  type Now,
  type PeerId,
  parseStreamId,
  type Replica,
  type StreamId,
} from '@hearsay/core';
import { type ClockEntry, Reader } from '@hearsay/core/wire';
import type { Operation } from '../values/operation.js';
import type { Version } from '../values/stamp.js';
import { type FrameHead, readHead } from '../wire/frame.js';
import { decodePost, framePosts } from '../wire/post.js';
import { Acks } from './acks.js';
import type { Floor } from './answer.js';
import { Arrivals } from './arrivals.js';
import { Asks } from './asks.js';
import { type Context, Outbox, type ReplicationCounters, zeroCounters } from './context.js';
import { Delivery, raise } from './delivery.js';
import { Divergence } from './divergence.js';
import type { Effect } from './effect.js';
import { Flights } from './flights.js';
import { Heads } from './heads.js';
import { Holdings, type Standings } from './holdings.js';
import { Inbox } from './inbox.js';
import type { Applied, Input, ReplicationOptions, Write } from './input.js';
import { DEFAULT_REPLICATION_LIMITS } from './limits.js';
import { isLarge, OwnStream } from './own-stream.js';
import { Refills } from './refills.js';
import { renewStream } from './renew-stream.js';
import { Repair } from './repair.js';
import { writtenSince } from './reseed.js';
import { Reseeding } from './reseeding.js';
import { RETIRED, Vector } from './vector.js';

/**
 * Replication of one cache as a pure state machine. Broadcast makes it fast, repair makes it true;
 * what is written here leaves in signed frames, one a turn.
 */
export class Replication {
  readonly #context: Context;
  readonly #delivery: Delivery;
  readonly #repair: Repair;
  readonly #holdings: Holdings;
  readonly #acks: Acks;
  readonly #asks: Asks;
  readonly #refills: Refills;
  readonly #flights: Flights;
  readonly #divergence: Divergence;
  readonly #inbox: Inbox;
  /** The cache as core repairs it. Its calls are steps too: fetch what they bring with `take`. */
  readonly replica: Replica;
  readonly #reseeding: Reseeding;
  readonly standings: Standings;
  readonly arrivals: Arrivals = new Arrivals();
  #nextMs = Number.NEGATIVE_INFINITY;
  /** Date of the first write of this run. */
  #firstWrite: HlcTime | undefined;
  /** Writes of this run to counters, sets and hashes. */
  #composed = 0;

  constructor(options: ReplicationOptions) {
    const { self, generation, sequence = 0, store, crypto, random, restored } = options;
    const limits = { ...DEFAULT_REPLICATION_LIMITS, ...options.limits };
    const vector = restored?.vector ?? new Vector();
    const ahead = restored?.ahead ?? new Vector();
    this.#context = {
      self,
      limits,
      crypto,
      store,
      random,
      hlc: new HybridLogicalClock(limits.aheadMaxMs),
      counters: zeroCounters(),
      outbox: new Outbox(),
      arrivals: this.arrivals,
      vector,
      ahead,
      heads: new Heads(crypto, (head) => this.#inbox.forged(head)),
      own: new OwnStream({ id: self, generation, sequence }, { vector, ahead }, crypto),
      now: { monotonicMs: 0, wallMs: 0 },
      oldest: restored?.oldest,
    };
    for (const head of restored?.heads.values() ?? []) this.#context.heads.claim(head);
    this.#holdings = new Holdings(this.#context);
    this.standings = this.#holdings;
    const latest = restored?.latest;
    // What is written from here on is dated after what an earlier run knew.
    if (latest !== undefined) this.#context.hlc.witness(latest, latest.ms);
    if (restored?.floor !== undefined) this.#holdings.restoreFloor(restored.floor);
    for (const [peer, seenMs] of restored?.members ?? []) this.#holdings.remember(peer, seenMs);
    this.#acks = new Acks(this.#context, this.#holdings);
    this.#asks = new Asks(this.#context, this.#holdings);
    this.#refills = new Refills(this.#context, this.#holdings, this.#asks);
    this.#flights = new Flights(this.#context, this.#holdings);
    this.#divergence = new Divergence(this.#context, this.#holdings);
    this.#delivery = new Delivery(this.#context, {
      applied: (head, from, answer) => this.#applied(head, from, answer),
      rose: (streams) => this.#rose(streams),
      isStale: (origin, time) => this.#holdings.isStale(origin, time),
    });
    this.#inbox = new Inbox(
      this.#context,
      {
        delivery: this.#delivery,
        holdings: this.#holdings,
        acks: this.#acks,
        asks: this.#asks,
        divergence: this.#divergence,
        flights: this.#flights,
      },
      { flush: () => this.#flush(), membersChanged: () => this.#membersChanged() },
    );
    this.#repair = new Repair(this.#context, {
      floor: () => this.#holdings.floor,
      floorOf: (peer, floor, oldest) =>
        this.#reseeding.floorOf(peer, floor, oldest) && !this.#holdings.isStale(peer, oldest),
      rose: (streams) => {
        this.#rose(streams);
        this.#delivery.unblock(streams);
      },
      superseded: (head) => this.#superseded(head),
      complete: (from, entries) => this.#complete(from, entries),
    });
    this.#reseeding = new Reseeding(this.#context, this.#holdings, {
      dropped: () => {
        this.#delivery.clear();
        this.#repair.clear();
        this.#renew(parseStreamId(this.#context.own.stream).generation);
      },
      write: (writes) => void this.write(writes, this.#context.now),
    });
    this.replica = this.#repair.replica(() => this.#flush());
  }

  get stream(): StreamId {
    return this.#context.own.stream;
  }

  get sequence(): number {
    return this.#context.own.sequence;
  }

  get counters(): Readonly<ReplicationCounters> {
    const { counters } = this.#context;
    counters.partsDropped = this.#inbox.partsDropped;
    return counters;
  }

  /** What is applied here, with what was written and not yet sent. */
  get vector(): Vector {
    const { vector, own } = this.#context;
    const all = vector.copy();
    if (own.sequence > 0) all.raise(own.stream, own.sequence);
    return all;
  }

  /** The newest head of each stream that its author is known to have signed. */
  get heads(): readonly FrameHead[] {
    return this.#context.heads.all();
  }

  /** The newest retired stream of each peer. */
  get retired(): readonly StreamId[] {
    const { vector } = this.#context;
    return vector.sorted().flatMap(([stream, sequence]) => (sequence === RETIRED ? [stream] : []));
  }

  get floor(): Floor {
    return this.#holdings.floor;
  }

  get oldest(): HlcTime | undefined {
    return this.#context.oldest;
  }

  get members(): readonly PeerId[] {
    return this.#holdings.members;
  }

  get seen(): readonly (readonly [PeerId, number])[] {
    return this.#holdings.seen();
  }

  get linked(): ReadonlySet<PeerId> {
    return this.#holdings.linked;
  }

  get heldBack(): number {
    return this.#delivery.held;
  }

  /** Partitions that differ from a neighbour's though the vectors are equal. */
  get divergedPartitions(): readonly number[] {
    return this.#divergence.partitions;
  }

  /** True while what others hold was received in part only. */
  get isRepairing(): boolean {
    return this.#repair.partialFrom !== undefined || this.#reseeding.isUnderWay;
  }

  /** True when something waits for `flush`. */
  get hasUnsent(): boolean {
    return this.#context.own.pending;
  }

  /** Bytes of what waits for `flush`. */
  get unsentBytes(): number {
    return this.#context.own.pendingBytes;
  }

  /** When `wake` is due next, monotonic. */
  get nextMs(): number {
    return this.#nextMs;
  }

  /** Whether all of this is applied here. */
  includes(entries: readonly ClockEntry[]): boolean {
    const { vector, own } = this.#context;
    return entries.every(
      ([stream, sequence]) =>
        vector.get(stream) >= sequence || (stream === own.stream && own.sequence >= sequence),
    );
  }

  /**
   * Writes together: on every peer all of it is seen at once. It leaves with the next `flush`.
   * @returns their date, and the place of the last one
   */
  write(writes: readonly Write[], now: Now): Version {
    const context = this.#context;
    context.now = now;
    const time = context.hlc.tick(now.wallMs);
    context.oldest ??= time;
    this.#firstWrite ??= time;
    const { own, store } = context;
    const operations: Operation[] = [];
    for (const { key, change } of writes) {
      if (isComposed(change)) this.#composed += 1;
      operations.push({ key, time, change });
    }
    if (isLarge(operations)) own.close();
    store.apply(own.stream, own.next, operations, now.wallMs);
    own.add(operations);
    // Field by field: to spread the date into it took a fourth of the whole write.
    return { ms: time.ms, counter: time.counter, stream: own.stream, sequence: own.sequence };
  }

  /** One step. @throws HearsayError `malformed`, `forged`: the neighbour's fault, its link is to be closed */
  handle(input: Input, now: Now): readonly Effect[] {
    this.#context.now = now;
    // A write that is waited for says so in its frame, so the frame must not leave before.
    if (input.kind !== 'post' && input.kind !== 'await') this.#flush();
    this.#step(input);
    this.#tick();
    return this.take();
  }

  /** What calls of the replica have brought. */
  take(): readonly Effect[] {
    return this.#context.outbox.take();
  }

  /** Before a call of the replica: it has no clock of its own. */
  at(now: Now): void {
    this.#context.now = now;
  }

  #step(input: Input): void {
    switch (input.kind) {
      case 'post':
        return this.#inbox.take(input.from, decodePost(input.bytes));
      case 'link-up':
        this.#refills.linkUp();
        return this.#holdings.linkUp(input.peer);
      case 'link-down':
        return this.#linkDown(input.peer);
      case 'members':
        return this.#holdings.membership(input.members);
      case 'await':
        return this.#acks.add(input);
      case 'ask':
        return this.#asks.ask(input.ask);
      case 'drop':
        this.#acks.drop(input.id);
        return this.#asks.drop(input.id);
      case 'fly':
        return this.#flights.want(input.id, input.key);
      case 'landed':
        return this.#flights.ended(input.id, input.worked);
      case 'durable':
        for (const each of input.applied) this.#answer(each);
        return;
      case 'compare':
        return this.#divergence.compare(input.with);
      case 'flush':
      case 'wake':
        return;
    }
  }

  #linkDown(peer: PeerId): void {
    this.#holdings.linkDown(peer);
    this.#inbox.linkDown(peer);
    this.#repair.forget(peer);
    this.#asks.linkDown(peer);
    this.#flights.linkDown(peer);
  }

  #flush(): void {
    const { own, outbox, counters } = this.#context;
    if (!own.pending) return;
    for (const { bytes, first } of own.take()) {
      // On our own disk first: what others have seen of us must not be written anew.
      outbox.record('frame', bytes);
      for (const post of framePosts(bytes, this.#acks.wants(first))) {
        outbox.bytes(post, undefined, 'bulk');
      }
      raise(this.#context, readHead(new Reader(bytes), bytes));
      counters.framesSent += 1;
    }
    this.#holdings.rose([own.stream]);
  }

  #tick(): void {
    this.#delivery.expire();
    this.#nextMs = Math.min(
      this.#holdings.tick(),
      this.#divergence.tick(),
      this.#acks.settle(),
      this.#asks.expire(),
      this.#refills.tick(),
    );
  }

  #applied({ stream, last }: FrameHead, from: PeerId, answer: boolean): void {
    const { peer, generation } = parseStreamId(stream);
    if (!answer || peer !== from) return;
    this.#context.outbox.push({ kind: 'applied', peer, generation, sequence: last });
  }

  #answer({ peer, generation, sequence }: Applied): void {
    this.#context.outbox.post({ kind: 'applied', generation, sequence }, peer);
  }

  #rose(streams: readonly StreamId[]): void {
    this.#holdings.rose(streams);
  }

  #membersChanged(): void {
    this.#context.outbox.push({ kind: 'members' });
  }

  #complete(from: PeerId, entries: number): void {
    const { outbox } = this.#context;
    if (entries > 0) outbox.event({ kind: 'caught-up', peer: from, entries });
    this.#reseeding.complete(from);
    // What was forgotten there is forgotten here: the next run must know it too.
    if (entries > 0) this.#membersChanged();
    this.#flush();
  }

  /** Others take what this run wrote in a stream that an earlier run used for what they have already. */
  #superseded({ generation }: FrameHead): void {
    const writes = writtenSince(this.#context, this.#firstWrite);
    // What was added under numbers that others know for something else counts as removed there.
    const lost = this.#composed;
    this.#composed = 0;
    this.#context.own.take();
    this.#renew(generation);
    for (const write of writes) this.write([write], this.#context.now);
    this.#context.outbox.event({ kind: 'rewritten', writes: writes.length, lost });
    this.#flush();
  }

  #renew(generation: number): void {
    this.#acks.giveUp();
    renewStream(this.#context, generation);
  }
}

function isComposed({ kind }: Write['change']): boolean {
  return kind !== 'set' && kind !== 'delete' && kind !== 'deadline';
}
