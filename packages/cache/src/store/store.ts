import { invariant, type ReadonlyVectorClock, type StreamId } from '@hearsay/core';
import { CacheError } from '../errors.js';
import { DEFAULT_CACHE_LIMITS } from '../limits.js';
import type { Binary } from '../values/binary.js';
import type { Change, Operation } from '../values/operation.js';
import { Adopted } from './adopted.js';
import { Composites } from './composites.js';
import { PARTITIONS, type PartitionDigest, partitionOf } from './digests.js';
import { Eviction } from './eviction.js';
import { Lapsed } from './lapsed.js';
import { memoryView } from './memory-view.js';
import { Preparations } from './preparations.js';
import { Registers } from './registers.js';
import { NO_SLOT, STATE } from './slots.js';
import type { PlacedSurvivor, Survivor } from './survivor.js';
import { Extra, NEVER, Table } from './table.js';
import type {
  ApplyResult,
  Held,
  MemoryView,
  ScanOptions,
  ScanPage,
  StoreEvent,
  StoreOptions,
  Value,
} from './types.js';
import { Upkeep } from './upkeep.js';
import { visibleValue } from './visible-value.js';
import { Writes } from './writes.js';

const SCAN_LIMIT = 1_000;

/**
 * The cache in memory, and its own log. Pure: time is an argument, chance a seeded source.
 *
 * What replication must guarantee:
 * - `apply` gets the operations of a stream in the order of their sequences, without holes, and no
 *   operation before those its writer had seen (causal order): `causes` of the writer, when it prepared
 *   the operation, is part of our clock by then. What is known already is ignored.
 * - Survivors from a neighbour are taken by `adopt`, in any order and as often as they come. Only when
 *   all that a neighbour holds beyond our clock has been adopted does `advance` take over its clock.
 * - `forget` is called with a clock that every member has told to dominate, and only once this store
 *   holds what each of those members had written when it told so (its own streams in its clock).
 */
export class Store {
  readonly #memoryBytesMax: number;
  readonly #changed: ((event: StoreEvent) => void) | undefined;
  readonly #isWatched: (key: string) => boolean;
  /** Of the call under way. */
  #nowMs = 0;
  readonly #table = new Table();
  readonly #adopted = new Adopted(this.#table.index);
  /** What expired here too early: another peer may have it. */
  readonly lapsed: Lapsed = new Lapsed(this.#table);
  readonly #registers = new Registers(this.#table);
  readonly #composites = new Composites(this.#table, this.#registers);
  readonly #writes: Writes;
  readonly #eviction: Eviction;
  readonly #upkeep: Upkeep;
  readonly #preparations: Preparations;

  constructor(options: StoreOptions) {
    this.#memoryBytesMax = options.memoryBytesMax ?? NEVER;
    this.#changed = options.changed;
    this.#isWatched = options.isWatched ?? (() => true);
    this.#eviction = new Eviction(options.eviction ?? 'none', this.#table, options.random);
    this.#writes = new Writes({
      table: this.#table,
      registers: this.#registers,
      composites: this.#composites,
      lapsed: this.lapsed,
      emit: (kind, slot) => {
        this.#eviction.touch(slot, this.#nowMs);
        this.#emit(kind, slot);
      },
    });
    this.#upkeep = new Upkeep({
      table: this.#table,
      registers: this.#registers,
      composites: this.#composites,
      eviction: this.#eviction,
      memoryBytesMax: this.#memoryBytesMax,
      emit: (kind, slot) => this.#emit(kind, slot),
    });
    this.#preparations = new Preparations({
      limits: options.limits ?? DEFAULT_CACHE_LIMITS,
      typeOf: (key, nowMs) => this.get(key, nowMs)?.value.kind,
      composite: (key) => this.#composites.at(this.#table.find(key)),
      mayBeElsewhere: (key) => this.mayBeElsewhere(key),
      admit: (key, bytes, nowMs) => this.#upkeep.admit(key, bytes, nowMs),
    });
  }

  /** What was applied or taken over: the highest sequence of each stream, all before it included. */
  get clock(): ReadonlyVectorClock {
    return this.#table.index.clock;
  }

  /** What a local write may have seen, and others must hold before it: the clock, and what was adopted beyond. */
  get causes(): ReadonlyVectorClock {
    return this.#adopted.causes();
  }

  /** The earliest time at which `expire` may have something to do, or infinity. */
  get nextDeadlineMs(): number {
    return this.#table.deadlines.nextMs;
  }

  /** The value of a register, or undefined: the fastest way to read one. @throws CacheError `wrong-type` */
  read(key: string, nowMs: number): Binary | undefined {
    const slot = this.#table.find(key);
    if (slot === NO_SLOT) return undefined;
    this.#eviction.touch(slot, nowMs);
    const value = this.#table.slots.value(slot);
    if (typeof value === 'string') return value;
    if (value instanceof Extra) return value.effectiveMs <= nowMs ? undefined : value.value;
    if (this.#composite(slot, nowMs) === undefined) return undefined;
    throw new CacheError('wrong-type', `"${key}" holds no register`);
  }

  /** What a key holds, or undefined. @throws CacheError `counter-overflow` */
  get(key: string, nowMs: number): Held | undefined {
    const slot = this.#table.find(key);
    if (slot === NO_SLOT) return undefined;
    const value = this.#composite(slot, nowMs) ?? this.#register(slot, nowMs);
    if (value === undefined) return undefined;
    this.#eviction.touch(slot, nowMs);
    const deadlineMs = this.#table.deadlineMs(slot);
    return {
      value,
      version: this.#table.version(slot),
      deadlineMs: deadlineMs > nowMs && deadlineMs !== NEVER ? deadlineMs : undefined,
    };
  }

  /** Whether the key lives, but its value was evicted here: another peer may have it. */
  isEvicted(key: string): boolean {
    const slot = this.#table.find(key);
    if (slot === NO_SLOT) return false;
    return this.#composites.at(slot)?.isLost ?? this.#table.slots.state(slot) === STATE.evicted;
  }

  /** The same, or a key that is not known: it may have been evicted and forgotten. */
  mayBeElsewhere(key: string): boolean {
    return this.isEvicted(key) || this.#table.isForgotten(key);
  }

  /** A page of keys. A key that is there during the whole scan is returned at least once. */
  scan(options: ScanOptions, nowMs: number): ScanPage {
    const { slots } = this.#table;
    const { prefix = '' } = options;
    const start = Math.max(1, options.cursor ?? 0);
    const end = Math.min(slots.end, start + (options.limit ?? SCAN_LIMIT));
    const keys: string[] = [];
    for (let slot = start; slot < end; slot++) {
      if (!this.#table.isLive(slot)) continue;
      const key = slots.key(slot);
      if (key.startsWith(prefix) && this.#isVisible(slot, nowMs)) keys.push(key);
    }
    return { keys, cursor: end < slots.end ? end : 0 };
  }

  /**
   * A local write of a register, of whatever type the key was.
   * @throws CacheError `bad-key`, `too-large`, `bad-value`, `out-of-memory`
   */
  prepareSet(key: string, value: Binary, deadlineMs: number | undefined, nowMs: number): Change {
    return this.#preparations.set(key, value, deadlineMs, nowMs);
  }

  /** A local delete, or undefined when the key holds nothing, here or where it was evicted from. @throws CacheError `bad-key` */
  prepareDelete(key: string, nowMs: number): Change | undefined {
    return this.#preparations.delete(key, nowMs);
  }

  /**
   * A local EXPIRE (a time) or PERSIST (undefined), or undefined when the key holds nothing.
   * @throws CacheError `bad-key`, `bad-value`
   */
  prepareDeadline(key: string, deadlineMs: number | undefined, nowMs: number): Change | undefined {
    return this.#preparations.deadline(key, deadlineMs, nowMs);
  }

  /**
   * Local writes that add an amount to a counter: to be applied in order, next in the own stream.
   * @param stream the stream they will be applied in
   * @throws CacheError `bad-key`, `bad-value`, `wrong-type`, `counter-overflow`, `out-of-memory`
   */
  prepareCount(stream: StreamId, key: string, amount: number, nowMs: number): readonly Change[] {
    return this.#preparations.count(stream, key, amount, nowMs);
  }

  /**
   * Local writes that add elements to a set.
   * @throws CacheError `bad-key`, `bad-value`, `wrong-type`, `too-large`, `too-many`, `out-of-memory`
   */
  prepareAdd(key: string, elements: readonly Binary[], nowMs: number): readonly Change[] {
    return this.#preparations.add(key, elements, nowMs);
  }

  /**
   * Local writes of fields of a hash.
   * @throws CacheError `bad-key`, `bad-value`, `wrong-type`, `too-large`, `too-many`, `out-of-memory`
   */
  prepareFields(
    key: string,
    fields: ReadonlyMap<Binary, Binary>,
    nowMs: number,
  ): readonly Change[] {
    return this.#preparations.setFields(key, fields, nowMs);
  }

  /**
   * Local writes that remove elements of a set, or fields of a hash; none when none of them is there.
   * @throws CacheError `bad-key`, `bad-value`, `wrong-type`, `too-large`, `too-many`
   */
  prepareRemove(
    type: 'set' | 'hash',
    key: string,
    elements: readonly Binary[],
    nowMs: number,
  ): readonly Change[] {
    return this.#preparations.remove(type, key, elements, nowMs);
  }

  /**
   * Applies one write, local or remote: the next of its stream, or one that is known.
   * Remote writes are never refused for want of memory.
   */
  apply(stream: StreamId, sequence: number, operation: Operation, nowMs: number): ApplyResult {
    const index = this.#table.index.indexOf(stream);
    const known = this.#table.index.known(index);
    if (sequence <= known) return 'known';
    invariant(sequence === known + 1, 'operations of a stream are applied without holes');
    const { time } = operation;
    const origin = { ms: time.ms, counter: time.counter, stream, sequence, index };
    this.#nowMs = nowMs;
    const changed = this.#writes.apply(origin, operation, nowMs);
    this.#table.index.raise(index, sequence);
    this.#upkeep.makeRoom(0, nowMs);
    return changed ? 'applied' : 'superseded';
  }

  /** Takes over the clock of a neighbour, all of whose survivors beyond ours were adopted. */
  advance(clock: ReadonlyVectorClock): void {
    const { index } = this.#table;
    for (const [stream, sequence] of clock.entries()) index.raise(index.indexOf(stream), sequence);
    this.#adopted.advanced();
  }

  /**
   * All that was written after `after` and still counts, stream by stream in the order of sequences;
   * a key with several places comes once. Whoever adopts all of it, and then takes over `clock` as it
   * was when the iteration began, holds everything.
   *
   * Entries written meanwhile may be missing: they lie above that clock. Causes are not in order
   * between streams: what is adopted halfway is true, but not yet a causal cut.
   */
  *survivors(after: ReadonlyVectorClock): Generator<Survivor, void, undefined> {
    const seen = new Set<string>();
    for (const stream of this.streams()) {
      for (const { survivor } of this.above(stream, after.get(stream))) {
        if (seen.has(survivor.key)) continue;
        const isOnePlace = survivor.kind === 'register' && survivor.deadlineWrite === undefined;
        if (!isOnePlace) seen.add(survivor.key);
        yield survivor;
      }
    }
  }

  /** Streams that were ever named here. */
  streams(): StreamId[] {
    const { index } = this.#table;
    return Array.from({ length: index.streams }, (_, stream) => index.stream(stream));
  }

  /** As `survivors`, of one stream, each with its place in it. */
  *above(stream: StreamId, sequence: number): Generator<PlacedSurvivor, void, undefined> {
    const { index, slots } = this.#table;
    for (const place of index.above(index.indexOf(stream), sequence)) {
      const state = slots.state(place);
      if (state === STATE.free) continue;
      const slot = state === STATE.node ? (slots.value(place) as number) : place; // A node names its entry.
      if (slots.state(slot) === STATE.free) continue;
      yield { sequence: slots.sequence(place), survivor: this.#survivorAt(slot) };
    }
  }

  /** What is held of the keys of one partition. */
  *partition(partition: number): Generator<Survivor, void, undefined> {
    const { slots, byKey } = this.#table;
    for (const slot of byKey.values()) {
      if (partitionOf(slots.hash(slot)) === partition) yield this.#survivorAt(slot);
    }
  }

  /** What is held of one key, deleted or evicted ones included. */
  survivor(key: string): Survivor | undefined {
    const slot = this.#table.find(key);
    return slot === NO_SLOT ? undefined : this.#survivorAt(slot);
  }

  /** Merges what a neighbour holds of a key: a join, never a step back. @returns whether it changed anything */
  adopt(survivor: Survivor, nowMs: number): boolean {
    return this.#adopt(survivor, nowMs, false);
  }

  /**
   * Merges what a neighbour answered to a question for an evicted key. Unlike `adopt` it also takes a
   * key that was evicted and forgotten here, and is sure that it was not deleted instead: the
   * neighbour knows of all deletes that are forgotten here.
   * @param clock the clock of the neighbour when it answered
   */
  refill(survivor: Survivor, clock: ReadonlyVectorClock, nowMs: number): boolean {
    const { index } = this.#table;
    for (let stream = 0; stream < index.streams; stream++) {
      if (clock.get(index.stream(stream)) < index.forgotten(stream)) return false;
    }
    return this.#adopt(survivor, nowMs, true);
  }

  /** Takes the values of what is past its deadline. @returns how many expired */
  expire(nowMs: number): number {
    return this.#upkeep.expire(nowMs);
  }

  /**
   * Drops deleted, expired and evicted entries that every member knows of.
   * @param stable see the contract of the class. @returns how many were dropped
   */
  forget(stable: ReadonlyVectorClock): number {
    return this.#upkeep.forget(stable);
  }

  /**
   * A digest of each of 1,024 partitions: equal at two peers that know the same operations, whatever
   * the order, and whatever has expired or been forgotten. Partitions with evicted keys are left out.
   * @param asOfMs keys whose deadline is up to then count as gone; both peers must name the same time, at
   * or after the present of both
   */
  digests(asOfMs: number): PartitionDigest[] {
    const all = Array.from({ length: PARTITIONS }, (_, partition) =>
      this.#table.digests.read(partition),
    );
    this.#table.digestsOfDue(asOfMs, all);
    return all.filter(({ partition }) => !this.#table.digests.isPartial(partition));
  }

  /** What memory is used for. */
  memory(): MemoryView {
    return memoryView(this.#table, this.#memoryBytesMax);
  }

  #register(slot: number, nowMs: number): Value | undefined {
    const value = this.#table.slots.value(slot);
    if (typeof value === 'string') return { kind: 'register', value };
    if (!(value instanceof Extra) || value.value === undefined) return undefined;
    return value.effectiveMs <= nowMs ? undefined : { kind: 'register', value: value.value };
  }

  #composite(slot: number, nowMs: number): Value | undefined {
    const composite = this.#composites.at(slot);
    return composite === undefined ? undefined : visibleValue(composite, nowMs);
  }

  #isVisible(slot: number, nowMs: number): boolean {
    const composite = this.#composites.at(slot);
    if (composite !== undefined) return visibleValue(composite, nowMs) !== undefined;
    return this.#table.deadlineMs(slot) > nowMs;
  }

  #adopt(survivor: Survivor, nowMs: number, asked: boolean): boolean {
    this.#nowMs = nowMs;
    this.#adopted.note(survivor);
    const changed = this.#writes.adopt(survivor, nowMs, asked);
    if (asked && changed) this.#eviction.touch(this.#table.find(survivor.key), nowMs);
    this.#upkeep.makeRoom(0, nowMs);
    return changed;
  }

  #survivorAt(slot: number): Survivor {
    const composite = this.#composites.at(slot);
    if (composite === undefined) return this.#registers.survivor(slot);
    return { kind: 'composite', key: this.#table.slots.key(slot), state: composite.state() };
  }

  #emit(kind: StoreEvent['kind'], slot: number): void {
    if (this.#changed === undefined) return;
    const key = this.#table.slots.key(slot);
    if ((kind === 'set' || kind === 'delete') && !this.#isWatched(key)) return;
    this.#changed({ kind, key, version: this.#table.version(slot) });
  }
}
