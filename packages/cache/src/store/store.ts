import { invariant, type ReadonlyVectorClock, type StreamId } from '@hearsay/core';
import { CacheError } from '../errors.js';
import { type CacheLimits, DEFAULT_CACHE_LIMITS } from '../limits.js';
import type { Binary } from '../values/binary.js';
import type { Change, Operation } from '../values/operation.js';
import type { Version } from '../values/stamp.js';
import { checkDeadline, checkKey, checkValue } from './arguments.js';
import { PARTITIONS, type PartitionDigest } from './digests.js';
import { type Origin, Registers } from './registers.js';
import { NO_SLOT, STATE } from './slots.js';
import type { DeadlineWrite, RegisterSurvivor, Survivor } from './survivor.js';
import { NEVER, Table } from './table.js';
import type {
  ApplyResult,
  Held,
  MemoryView,
  ScanOptions,
  ScanPage,
  StoreEvent,
  StoreOptions,
} from './types.js';

const DEAD_SHARE_DIVISOR = 5;
const SCAN_LIMIT = 1_000;

/**
 * The cache in memory, and its own log. Pure: time is an argument, chance a seeded source.
 *
 * What replication must guarantee:
 * - `apply` gets the operations of a stream in the order of their sequences, without holes, and no
 *   operation before those its writer had seen (causal order). What is known already is ignored.
 * - Survivors from a neighbour are taken by `adopt`, in any order and as often as they come. Only when
 *   all that a neighbour holds beyond our clock has been adopted does `advance` take over its clock.
 * - `forget` is called with a clock that every member has told to dominate, and only once this store
 *   holds what each of those members had written when it told so (its own streams in its clock).
 */
export class Store {
  readonly #limits: CacheLimits;
  readonly #memoryBytesMax: number;
  readonly #changed: ((event: StoreEvent) => void) | undefined;
  readonly #table = new Table();
  readonly #registers = new Registers(this.#table);

  constructor(options: StoreOptions) {
    this.#limits = options.limits ?? DEFAULT_CACHE_LIMITS;
    this.#memoryBytesMax = options.memoryBytesMax ?? NEVER;
    this.#changed = options.changed;
  }

  /** What was applied or taken over: the highest sequence of each stream, all before it included. */
  get clock(): ReadonlyVectorClock {
    return this.#table.index.clock;
  }

  /** The earliest time at which `expire` may have something to do, or infinity. */
  get nextDeadlineMs(): number {
    return this.#table.deadlines.nextMs;
  }

  /** The value of a register, or undefined: the fastest way to read one. @throws CacheError `wrong-type` */
  read(key: string, nowMs: number): Binary | undefined {
    const slot = this.#table.find(key);
    if (slot === NO_SLOT) return undefined;
    const value = this.#table.slots.value(slot);
    if (typeof value === 'string') return value;
    const extra = this.#table.extra(slot);
    return extra === undefined || extra.effectiveMs <= nowMs ? undefined : extra.value;
  }

  /** What a key holds, or undefined. */
  get(key: string, nowMs: number): Held | undefined {
    const value = this.read(key, nowMs);
    if (value === undefined) return undefined;
    const slot = this.#table.find(key);
    const deadlineMs = this.#table.deadlineMs(slot);
    return {
      value: { kind: 'register', value },
      version: this.#table.version(slot),
      deadlineMs: deadlineMs === NEVER ? undefined : deadlineMs,
    };
  }

  /** Whether the key lives, but its value was evicted here: another peer may have it. */
  isEvicted(key: string): boolean {
    const slot = this.#table.find(key);
    return slot !== NO_SLOT && this.#table.slots.state(slot) === STATE.evicted;
  }

  /** A page of keys. A key that is there during the whole scan is returned at least once. */
  scan(options: ScanOptions, nowMs: number): ScanPage {
    const { slots } = this.#table;
    const prefix = options.prefix ?? '';
    const start = Math.max(1, options.cursor ?? 0);
    const end = Math.min(slots.end, start + (options.limit ?? SCAN_LIMIT));
    const keys: string[] = [];
    for (let slot = start; slot < end; slot++) {
      if (!this.#table.isLive(slot) || this.#table.deadlineMs(slot) <= nowMs) continue;
      const key = slots.key(slot);
      if (key.startsWith(prefix)) keys.push(key);
    }
    return { keys, cursor: end < slots.end ? end : 0 };
  }

  /**
   * A local write of a register.
   * @throws CacheError `bad-key`, `too-large`, `bad-value`, `out-of-memory`
   */
  prepareSet(key: string, value: Binary, deadlineMs: number | undefined, nowMs: number): Change {
    checkKey(key, this.#limits);
    checkValue(value, this.#limits);
    checkDeadline(deadlineMs, nowMs);
    return { kind: 'set', value, deadlineMs };
  }

  /** A local delete, or undefined when the key holds nothing. @throws CacheError `bad-key` */
  prepareDelete(key: string, nowMs: number): Change | undefined {
    checkKey(key, this.#limits);
    return this.get(key, nowMs) === undefined ? undefined : { kind: 'delete' };
  }

  /**
   * A local EXPIRE (a time) or PERSIST (undefined), or undefined when the key holds nothing.
   * @throws CacheError `bad-key`, `bad-value`
   */
  prepareDeadline(key: string, deadlineMs: number | undefined, nowMs: number): Change | undefined {
    checkKey(key, this.#limits);
    checkDeadline(deadlineMs, nowMs);
    return this.get(key, nowMs) === undefined ? undefined : { kind: 'deadline', deadlineMs };
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
    const origin = { stream, index, sequence, ms: time.ms, counter: time.counter };
    const changed = this.#change(origin, operation, nowMs);
    this.#table.index.raise(index, sequence);
    return changed ? 'applied' : 'superseded';
  }

  /** Takes over the clock of a neighbour, all of whose survivors beyond ours were adopted. */
  advance(clock: ReadonlyVectorClock): void {
    const { index } = this.#table;
    for (const [stream, sequence] of clock.entries()) index.raise(index.indexOf(stream), sequence);
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
    const { index, slots } = this.#table;
    const seen = new Set<number>();
    for (let stream = 0; stream < index.streams; stream++) {
      for (const place of index.above(stream, after.get(index.stream(stream)))) {
        const state = slots.state(place);
        if (state === STATE.free) continue;
        const slot = state === STATE.node ? (slots.value(place) as number) : place; // A node names its entry.
        if (slots.state(slot) === STATE.free || seen.has(slot)) continue;
        if (this.#hasNode(slot)) seen.add(slot);
        yield this.#registers.survivor(slot);
      }
    }
  }

  /** What is held of one key, deleted or evicted ones included. */
  survivor(key: string): Survivor | undefined {
    const slot = this.#table.find(key);
    return slot === NO_SLOT ? undefined : this.#registers.survivor(slot);
  }

  /**
   * Merges what a neighbour holds of a key: commutative, associative, idempotent, never a step back.
   * @returns whether anything changed
   */
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
    let count = 0;
    for (;;) {
      const slot = this.#table.deadlines.takeDue(nowMs);
      if (slot === undefined) return count;
      this.#emit('expire', slot);
      this.#registers.strip(slot, STATE.expired);
      count += 1;
    }
  }

  /**
   * Drops deleted, expired and evicted entries that every member knows of.
   * @param stable see the contract of the class
   * @returns how many were dropped
   */
  forget(stable: ReadonlyVectorClock): number {
    const { index, slots } = this.#table;
    let count = 0;
    for (let stream = 0; stream < index.streams; stream++) {
      const upTo = Math.min(stable.get(index.stream(stream)), index.known(stream));
      for (const place of index.takeDead(stream, upTo)) {
        const state = slots.state(place);
        if (state === STATE.free) continue;
        const slot = state === STATE.node ? (slots.value(place) as number) : place; // A node names its entry.
        if (!this.#isStable(slot, stable)) continue;
        this.#registers.forget(slot);
        count += 1;
      }
    }
    return count;
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
    const { bytes, deadBytes, live, digests } = this.#table;
    const bytesMax = this.#memoryBytesMax;
    return {
      bytes,
      bytesMax,
      deadBytes,
      deadBytesMax: Math.floor(bytesMax / DEAD_SHARE_DIVISOR),
      overFull: bytes > bytesMax + bytesMax / 10,
      live,
      partialPartitions: digests.partialCount,
    };
  }

  #change(origin: Origin, { key, change }: Operation, nowMs: number): boolean {
    const slot = this.#table.find(key);
    switch (change.kind) {
      case 'set':
        return this.#written('set', this.#set(slot, key, origin, change.value, change.deadlineMs));
      case 'delete':
        return this.#written(
          'delete',
          this.#registers.write(slot, key, origin, { state: STATE.deleted }),
        );
      case 'deadline': {
        const write = { deadlineMs: change.deadlineMs, nowMs };
        return this.#registers.writeDeadline(slot, key, origin, write) !== NO_SLOT;
      }
      default:
        throw new CacheError('wrong-type', `${change.kind} is not known`);
    }
  }

  #set(
    slot: number,
    key: string,
    origin: Origin,
    value: Binary,
    deadlineMs: number | undefined,
  ): number {
    const content =
      deadlineMs === undefined
        ? { state: STATE.value, value }
        : { state: STATE.value, value, deadlineMs };
    return this.#registers.write(slot, key, origin, content);
  }

  #written(kind: 'set' | 'delete', slot: number): boolean {
    if (slot === NO_SLOT) return false;
    this.#emit(kind, slot);
    return true;
  }

  #adopt(survivor: Survivor, nowMs: number, asked: boolean): boolean {
    const slot = this.#table.find(survivor.key);
    const { version, deadlineWrite } = survivor;
    let changed = false;
    if (version !== undefined && (asked || slot !== NO_SLOT || !this.#knows(version))) {
      changed = this.#adoptContent(slot, survivor, version, nowMs);
    }
    if (deadlineWrite === undefined) return changed;
    return this.#adoptDeadline(survivor.key, deadlineWrite, nowMs) || changed;
  }

  #adoptContent(slot: number, from: RegisterSurvivor, version: Version, nowMs: number): boolean {
    const { slots } = this.#table;
    const origin = this.#origin(version);
    if (slot !== NO_SLOT && slots.state(slot) !== STATE.unknown) {
      if (!this.#table.isOlder(slot, origin.ms, origin.counter, origin.stream)) {
        return this.#fill(slot, from, version);
      }
    }
    if (from.content.kind === 'value') {
      const { value } = from.content;
      return this.#written('set', this.#set(slot, from.key, origin, value, from.deadlineMs));
    }
    const lost = (from.deadlineMs ?? NEVER) <= nowMs ? STATE.expired : STATE.evicted;
    const state = from.content.kind === 'deleted' ? STATE.deleted : lost;
    const deadlineMs = from.deadlineMs ?? NEVER;
    const written = this.#registers.write(slot, from.key, origin, { state, deadlineMs });
    if (state === STATE.evicted) this.#table.digests.markPartial(slots.hash(written));
    return this.#written('delete', written);
  }

  /** The same version, with the value that we lost. */
  #fill(slot: number, { content }: RegisterSurvivor, version: Version): boolean {
    const { slots, index } = this.#table;
    const same =
      slots.sequence(slot) === version.sequence &&
      index.stream(slots.stream(slot)) === version.stream;
    if (!same || content.kind !== 'value' || slots.state(slot) !== STATE.evicted) return false;
    this.#registers.refill(slot, content.value);
    return true;
  }

  #adoptDeadline(key: string, write: DeadlineWrite, nowMs: number): boolean {
    const slot = this.#table.find(key);
    if (slot === NO_SLOT && this.#knows(write.version)) return false;
    const origin = this.#origin(write.version);
    const content = { deadlineMs: write.deadlineMs, nowMs };
    return this.#registers.writeDeadline(slot, key, origin, content) !== NO_SLOT;
  }

  #origin(version: Version): Origin {
    return { ...version, index: this.#table.index.indexOf(version.stream) };
  }

  /** Known, and not held any more: it was deleted, expired or evicted, and forgotten. */
  #knows({ stream, sequence }: Version): boolean {
    return this.#table.index.known(this.#table.index.indexOf(stream)) >= sequence;
  }

  #hasNode(slot: number): boolean {
    return (this.#table.extra(slot)?.node ?? NO_SLOT) !== NO_SLOT;
  }

  #isStable(slot: number, stable: ReadonlyVectorClock): boolean {
    const node = this.#table.extra(slot)?.node ?? NO_SLOT;
    const places = this.#table.slots.state(slot) === STATE.unknown ? [node] : [slot, node];
    return places.every(
      (place) => place === NO_SLOT || stable.includes(this.#table.version(place)),
    );
  }

  #emit(kind: StoreEvent['kind'], slot: number): void {
    if (this.#changed === undefined) return;
    const key = this.#table.slots.key(slot);
    this.#changed({ kind, key, version: this.#table.version(slot) });
  }
}
