import {
  compareTimes,
  type HlcTime,
  type PeerId,
  parseStreamId,
  type StreamId,
  streamId,
} from '@hearsay/core';
import type { ClockEntry } from '@hearsay/core/wire';
import type { Floor } from './answer.js';
import type { Context } from './context.js';
import { retire } from './delivery.js';
import { Stability } from './stability.js';
import { RETIRED, Vector } from './vector.js';

/** Who left cleanly may have sent something that is still on its way. */
const LEFT_GRACE_MS = 60_000;

/** A member as its host sees it. */
export interface MemberState {
  readonly peer: PeerId;
  readonly state: 'alive' | 'suspect' | 'dead' | 'left';
}

interface Known {
  state: MemberState['state'];
  /** When it was last seen alive, by our wall clock: this outlives restarts. */
  seenMs: number;
}

/** What is known of another member of the cache. */
export interface Standing {
  readonly state: MemberState['state'];
  readonly linked: boolean;
  /** When it was last seen alive, by our wall clock. */
  readonly seenMs: number;
  /** Writes that we hold and it is not known to. */
  readonly lacks: number;
}

/** What may be asked to tell how members stand. */
export type Standings = Pick<Holdings, 'standing' | 'stableAtMs' | 'holderOf'>;

interface Pending extends Floor {
  readonly vector: Vector;
  readonly sinceMs: number;
}

/**
 * Who holds what: what we hold is told to all, a few times a second at most, and what all hold may be
 * forgotten where it is deleted.
 */
export class Holdings {
  readonly #context: Context;
  readonly #stability = new Stability();
  readonly #known = new Map<PeerId, Known>();
  readonly #linked = new Set<PeerId>();
  readonly #risen = new Set<StreamId>();
  #toldMs = Number.NEGATIVE_INFINITY;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #pending: Pending | undefined;
  /** Members of the mesh that have not said what they hold of the cache, if they take part. */
  readonly #strangers = new Set<PeerId>();
  /** When the first step was made, monotonic. */
  #beganMs: number | undefined;
  /** Streams that seem to be over, and since when. */
  readonly #overMs = new Map<StreamId, number>();
  #stableAtMs: number | undefined;
  /** What was held here at a moment, and not yet by all. */
  #mark: { readonly vector: Vector; readonly atMs: number } | undefined;
  #floor: { vector: Vector; time: { ms: number; counter: number } } = {
    vector: new Vector(),
    time: { ms: 0, counter: 0 },
  };

  constructor(context: Context) {
    this.#context = context;
  }

  get floor(): Floor {
    return this.#floor;
  }

  /**
   * Whether what a peer wrote may have been deleted here, and the deletion forgotten: it lacks some of
   * what we forgot, and wrote before that. It has to begin anew before we take anything from it.
   * @param oldest date of the oldest write in question
   */
  isStale(peer: PeerId, oldest: HlcTime | undefined): boolean {
    if (oldest === undefined || compareTimes(oldest, this.#floor.time) > 0) return false;
    return this.toldBy(peer)?.dominates(this.#floor.vector) !== true;
  }

  restoreFloor({ vector, time }: Floor): void {
    this.#floor = { vector: Vector.from(vector.sorted()), time };
  }

  /** We took over all that a neighbour holds, without the deletions that it has forgotten. */
  mergeFloor({ vector, time }: Floor): void {
    const merged = this.#floor.vector.copy();
    merged.merge(vector);
    const isLater = compareTimes(time, this.#floor.time) > 0;
    this.#floor = { vector: merged, time: isLater ? time : this.#floor.time };
  }

  /** Everybody who takes part in this cache and is not forgotten, besides us. */
  get members(): readonly PeerId[] {
    return this.#stability.members;
  }

  /** Neighbours that spoke to us on this port. */
  get linked(): ReadonlySet<PeerId> {
    return this.#linked;
  }

  stateOf(peer: PeerId): MemberState['state'] | undefined {
    return this.#known.get(peer)?.state;
  }

  /** The newest known moment at which we held nothing that somebody lacks now; monotonic. */
  get stableAtMs(): number {
    return this.#stableAtMs ?? this.#context.now.monotonicMs;
  }

  standing(peer: PeerId): Standing {
    const { state = 'dead', seenMs = 0 } = this.#known.get(peer) ?? {};
    const told = this.#stability.toldBy(peer);
    let lacks = 0;
    for (const [stream, sequence] of this.#context.vector.sorted()) {
      if (sequence === RETIRED) continue;
      lacks += Math.max(0, sequence - (told?.get(stream) ?? 0));
    }
    return { state, seenMs, lacks, linked: this.#linked.has(peer) };
  }

  /** A neighbour that is known to hold all of this. */
  holderOf(entries: readonly ClockEntry[]): PeerId | undefined {
    return [...this.#linked].find((peer) => this.toldBy(peer)?.includes(entries));
  }

  toldBy(peer: PeerId): Vector | undefined {
    return this.#stability.toldBy(peer);
  }

  holders(stream: StreamId, sequence: number): number {
    return this.#stability.holders(stream, sequence);
  }

  /** Known from an earlier run, and last seen then. */
  remember(peer: PeerId, seenMs: number): void {
    if (peer === this.#context.self) return;
    this.#known.set(peer, { state: 'dead', seenMs });
    this.#stability.add(peer);
  }

  /** When each member was last seen, for the next run. */
  seen(): readonly (readonly [PeerId, number])[] {
    return this.#stability.members.map((peer) => [peer, this.#known.get(peer)?.seenMs ?? 0]);
  }

  linkUp(peer: PeerId): void {
    this.#greet(peer, true);
  }

  linkDown(peer: PeerId): void {
    this.#linked.delete(peer);
  }

  /** Tells one neighbour everything. */
  #greet(peer: PeerId, reply: boolean): void {
    const entries = this.#context.vector.sorted();
    this.#context.outbox.post({ kind: 'have', all: true, reply, entries }, peer);
  }

  /** @returns false when that peer was not known to take part before */
  told(
    peer: PeerId,
    post: {
      readonly all: boolean;
      readonly reply: boolean;
      readonly entries: readonly ClockEntry[];
    },
  ): boolean {
    const isNew = !this.#stability.has(peer);
    this.#strangers.delete(peer);
    if (isNew) {
      this.#stability.add(peer);
      this.#known.set(peer, { state: 'alive', seenMs: this.#context.now.wallMs });
    }
    const isStranger = !this.#linked.has(peer);
    this.#linked.add(peer);
    this.#stability.told(peer, post.entries, post.all);
    // It opened this port after the link was there: it has not heard from us.
    if (post.reply || (isStranger && !post.all)) this.#greet(peer, !post.all);
    return !isNew;
  }

  /** Entries of the vector rose. */
  rose(streams: Iterable<StreamId>): void {
    for (const stream of streams) this.#risen.add(stream);
  }

  /** Who is there, as the host sees it; who is not named is forgotten there. */
  membership(members: readonly MemberState[]): void {
    const { now, self } = this.#context;
    this.#strangers.clear();
    for (const { peer, state } of members) {
      const isStranger = peer !== self && state !== 'left' && !this.#stability.has(peer);
      if (isStranger) this.#strangers.add(peer);
      const known = this.#known.get(peer);
      if (known === undefined) continue;
      if (state === 'alive') known.seenMs = now.wallMs;
      known.state = state;
    }
  }

  /** What is due by now. @returns when to look again, monotonic */
  tick(): number {
    const { now, limits } = this.#context;
    let nextMs = this.#lookedMs + limits.forgetIntervalMs;
    if (now.monotonicMs >= nextMs) {
      this.#lookedMs = now.monotonicMs;
      this.#lookForStability();
      this.#expel();
      this.#forget();
      this.#retire();
      nextMs = now.monotonicMs + limits.forgetIntervalMs;
    }
    if (this.#risen.size === 0) return nextMs;
    const tellMs = this.#toldMs + limits.haveIntervalMs;
    if (now.monotonicMs < tellMs) return Math.min(nextMs, tellMs);
    this.tell();
    return nextMs;
  }

  /** Tells all neighbours what rose. */
  tell(): void {
    this.#toldMs = this.#context.now.monotonicMs;
    if (this.#risen.size === 0) return;
    const rose = Vector.from(
      [...this.#risen].map((each) => [each, this.#context.vector.get(each)]),
    );
    this.#risen.clear();
    const entries = rose.sorted();
    this.#context.outbox.post({ kind: 'have', all: false, reply: false, entries });
  }

  /** Everything was dropped: nothing that was told of us holds any more. */
  clear(): void {
    this.#risen.clear();
    this.#floor = { vector: new Vector(), time: { ms: 0, counter: 0 } };
    this.#pending = undefined;
    this.#overMs.clear();
    for (const peer of this.#linked) this.#greet(peer, false);
  }

  /** Who is away too long does not hold deletions up any more. */
  #expel(): void {
    const { now, limits } = this.#context;
    for (const [peer, { state, seenMs }] of [...this.#known]) {
      const awayMs = now.wallMs - seenMs;
      const isGone = state === 'left' ? awayMs > LEFT_GRACE_MS : awayMs > limits.forgetAfterMs;
      if (state === 'alive' || this.#linked.has(peer) || !isGone) continue;
      this.#known.delete(peer);
      this.#stability.remove(peer);
    }
  }

  #lookForStability(): void {
    const { now, vector } = this.#context;
    const mark = this.#mark;
    this.#stableAtMs ??= now.monotonicMs;
    if (mark !== undefined) {
      if (!this.#stability.stable(vector).dominates(mark.vector)) return;
      this.#stableAtMs = mark.atMs;
    }
    this.#mark = { vector: vector.copy(), atMs: now.monotonicMs };
  }

  /** What all hold and has been so for a while is forgotten where it is deleted. */
  #forget(): void {
    const { now, limits, store, vector, counters, hlc } = this.#context;
    const pending = this.#pending;
    if (pending !== undefined) {
      if (now.monotonicMs - pending.sinceMs < limits.forgetGraceMs) return;
      const count = store.forget(pending.vector);
      counters.forgotten += count;
      if (count > 0) this.mergeFloor(pending);
    }
    const stable = this.#stability.stable(vector);
    const time = hlc.tick(now.wallMs);
    this.#pending = { vector: stable, time, sinceMs: now.monotonicMs };
  }

  /**
   * Streams of earlier runs of which nothing is left, and of which all have said for a while that they
   * know the end. A peer that forgot what it wrote last begins a new stream all the same: what only a
   * member out of reach holds must not be taken for over.
   */
  #retire(): void {
    const { store, vector, heads, own, now, limits } = this.#context;
    this.#beganMs ??= now.monotonicMs;
    // Who has been here for long knows all that count; a newcomer may not.
    const isNewcomer = now.monotonicMs - this.#beganMs < limits.forgetAfterMs;
    if (isNewcomer && this.#strangers.size > 0) return;
    const newest = new Map<PeerId, number>();
    for (const { origin, generation } of heads.all()) {
      newest.set(origin, Math.max(newest.get(origin) ?? 0, generation));
    }
    const old = [...vector.streams()].map(([stream, end]) => ({
      stream,
      end,
      ...parseStreamId(stream),
    }));
    const blocked = new Set<PeerId>();
    for (const each of old.sort((l, r) => l.generation - r.generation)) {
      const { stream, end, peer, generation } = each;
      const latest = newest.get(peer) ?? 0;
      if (stream === own.stream || generation >= latest) continue;
      const later = streamId(peer, latest);
      const isOver = this.#stability.knowsEnd(stream, end, later) && !store.holds(stream);
      const sinceMs = isOver ? (this.#overMs.get(stream) ?? now.monotonicMs) : undefined;
      if (sinceMs === undefined) this.#overMs.delete(stream);
      else this.#overMs.set(stream, sinceMs);
      const isDue = sinceMs !== undefined && now.monotonicMs - sinceMs >= limits.forgetGraceMs;
      if (!isDue) blocked.add(peer);
      if (blocked.has(peer)) continue;
      retire(this.#context, stream);
      this.#overMs.delete(stream);
      this.#risen.add(stream);
    }
  }
}
