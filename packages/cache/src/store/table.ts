import { compareIds, type StreamId } from '@hearsay/core';
import type { Binary } from '../values/binary.js';
import { Composite } from '../values/composite.js';
import { hashDot, hashText, type Lanes } from '../values/hash.js';
import type { Version } from '../values/stamp.js';
import { CompositeEntry, compositeBytes } from './composite-entry.js';
import { DeadlineHeap } from './deadline-heap.js';
import { Digests, type PartitionDigest, partitionOf } from './digests.js';
import { NO_SLOT, type SlotState, Slots, STATE } from './slots.js';
import { StreamIndex } from './stream-index.js';

/** No deadline. */
export const NEVER: number = Number.POSITIVE_INFINITY;

/** Measured with 100,000 entries: slot, its places in the columns and the key map, heads of strings. */
export const ENTRY_OVERHEAD_BYTES = 128;
/** What a register with a deadline takes on top. */
const EXTRA_OVERHEAD_BYTES = 96;
const SALT_VERSION = 0;
const SALT_DEADLINE = 1;

/** What a register with a deadline holds in place of its bare value. */
export class Extra {
  value: Binary | undefined;
  /** As the write itself said. */
  deadlineMs: number;
  /** The slot with the version of a later EXPIRE or PERSIST, if there was one, and what it said. */
  node: number = NO_SLOT;
  writtenMs: number = NEVER;

  constructor(value: Binary | undefined, deadlineMs: number) {
    this.value = value;
    this.deadlineMs = deadlineMs;
  }

  get effectiveMs(): number {
    return this.node === NO_SLOT ? this.deadlineMs : this.writtenMs;
  }
}

/**
 * Slots, the map of keys, the index of streams, deadlines, digests and memory, kept in step: whoever
 * changes an entry detaches it, changes it, and attaches it again.
 */
export class Table {
  readonly slots: Slots = new Slots();
  readonly index: StreamIndex = new StreamIndex(this.slots);
  readonly byKey: Map<string, number> = new Map();
  readonly digests: Digests = new Digests();
  readonly deadlines: DeadlineHeap = new DeadlineHeap(
    (slot, deadlineMs) => this.deadlineMs(slot) === deadlineMs && this.isLive(slot),
  );
  readonly #lanes: Lanes = { a: 0, b: 0 };
  #bytes = 0;
  #deadBytes = 0;
  #live = 0;

  /** Accounted bytes of everything. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Of these, of what only waits to be forgotten. */
  get deadBytes(): number {
    return this.#deadBytes;
  }

  /** Entries with a value. */
  get live(): number {
    return this.#live;
  }

  find(key: string): number {
    return this.byKey.get(key) ?? NO_SLOT;
  }

  /** Whether a key that is not here may have been evicted and forgotten. */
  isForgotten(key: string): boolean {
    return !this.byKey.has(key) && this.digests.isPartial(partitionOf(hashText(key)));
  }

  /** A new entry, detached. */
  create(key: string, state: SlotState): number {
    const slot = this.slots.allocate(key, state);
    this.slots.setHash(slot, hashText(key));
    this.byKey.set(key, slot);
    return slot;
  }

  /** Forgets a detached entry. */
  drop(slot: number): void {
    this.byKey.delete(this.slots.key(slot));
    this.slots.release(slot);
  }

  isLive(slot: number): boolean {
    const state = this.slots.state(slot);
    return (
      state === STATE.value || (state === STATE.composite && this.composite(slot)?.live === true)
    );
  }

  /** The deadline in force of an entry. */
  deadlineMs(slot: number): number {
    const value = this.slots.value(slot);
    if (value instanceof Extra) return value.effectiveMs;
    return value instanceof CompositeEntry ? value.composite.deadlineMs : NEVER;
  }

  composite(slot: number): CompositeEntry | undefined {
    const value = this.slots.value(slot);
    return value instanceof CompositeEntry ? value : undefined;
  }

  extra(slot: number): Extra | undefined {
    const value = this.slots.value(slot);
    return value instanceof Extra ? value : undefined;
  }

  /** Whether a slot has an older version than this one. */
  isOlder(slot: number, ms: number, counter: number, stream: StreamId): boolean {
    const slots = this.slots;
    const difference = slots.ms(slot) - ms || slots.counter(slot) - counter;
    if (difference !== 0) return difference < 0;
    return compareIds(this.index.stream(slots.stream(slot)), stream) < 0;
  }

  version(slot: number): Version {
    const slots = this.slots;
    return {
      ms: slots.ms(slot),
      counter: slots.counter(slot),
      stream: this.index.stream(slots.stream(slot)),
      sequence: slots.sequence(slot),
    };
  }

  /** Takes live entries that are due by then out of a list of all digests. */
  digestsOfDue(byMs: number, all: PartitionDigest[]): void {
    const seen = new Set<number>();
    this.deadlines.forEachDue(byMs, (slot) => {
      if (seen.has(slot)) return;
      seen.add(slot);
      const partition = partitionOf(this.slots.hash(slot));
      for (const { a, b } of this.#lanesDue(slot, byMs)) {
        const { high, low } = all[partition] as PartitionDigest; // There is one of each.
        all[partition] = { partition, high: (high ^ a) >>> 0, low: (low ^ b) >>> 0 };
      }
    });
  }

  /** Puts a register where its version, deadline and state say. */
  attach(slot: number): void {
    const { slots, index } = this;
    const live = this.isLive(slot);
    const extra = this.extra(slot);
    this.#account(slot, extra, live, 1);
    if (live) {
      index.insert(slot);
      this.#toggle(slot, slot, SALT_VERSION);
    } else if (slots.state(slot) !== STATE.unknown) {
      index.insertDead(slot);
    }
    if (extra === undefined) return;
    if (extra.node !== NO_SLOT) {
      if (live) {
        index.insert(extra.node);
        this.#toggle(slot, extra.node, SALT_DEADLINE);
      } else {
        index.insertDead(extra.node);
      }
    }
    if (live && extra.effectiveMs !== NEVER) this.deadlines.push(slot, extra.effectiveMs);
  }

  /** The opposite of `attach`. */
  detach(slot: number): void {
    const { slots, index } = this;
    const live = this.isLive(slot);
    const extra = this.extra(slot);
    this.#account(slot, extra, live, -1);
    if (live) {
      index.remove(slot);
      this.#toggle(slot, slot, SALT_VERSION);
    } else if (slots.state(slot) !== STATE.unknown) {
      index.removeDead(slot);
    }
    if (extra === undefined || extra.node === NO_SLOT) return;
    if (live) {
      index.remove(extra.node);
      this.#toggle(slot, extra.node, SALT_DEADLINE);
    } else {
      index.removeDead(extra.node);
    }
  }

  /** Puts a composite where it belongs, after it was made or has changed. */
  refresh(slot: number): void {
    const entry = this.composite(slot);
    if (entry === undefined) return;
    const { slots, index } = this;
    const { composite } = entry;
    const live = !composite.isEmpty;
    for (const [stream, sequence] of composite.seen) {
      const known = entry.nodes.get(stream);
      if (known !== undefined) {
        if (live === entry.live && slots.sequence(known) === sequence) continue;
        this.#unlink(known, entry.live);
      }
      const node = known ?? slots.allocate(slots.key(slot), STATE.node);
      entry.nodes.set(stream, node);
      slots.setValue(node, slot);
      slots.setDot(node, index.indexOf(stream), sequence);
      if (live) index.insert(node);
      else index.insertDead(node);
    }
    this.#unaccount(slot, entry);
    this.#reaccount(slot, entry, live);
    const { ms, counter, stream, sequence } = composite.latest;
    slots.setTime(slot, ms, counter);
    slots.setDot(slot, index.indexOf(stream), sequence);
  }

  /** Takes a composite out of everything but its slot. */
  withdraw(slot: number): void {
    const entry = this.composite(slot);
    if (entry === undefined) return;
    for (const node of entry.nodes.values()) {
      this.#unlink(node, entry.live);
      this.slots.release(node);
    }
    this.#unaccount(slot, entry);
  }

  #unlink(node: number, live: boolean): void {
    if (live) this.index.remove(node);
    else this.index.removeDead(node);
  }

  #unaccount(slot: number, entry: CompositeEntry): void {
    this.#bytes -= entry.bytes;
    if (entry.live) this.#live -= 1;
    else this.#deadBytes -= entry.bytes;
    this.digests.toggle(this.slots.hash(slot), entry.lanes);
  }

  #reaccount(slot: number, entry: CompositeEntry, live: boolean): void {
    const { composite } = entry;
    entry.live = live;
    entry.bytes = ENTRY_OVERHEAD_BYTES + this.slots.key(slot).length + compositeBytes(entry);
    this.#bytes += entry.bytes;
    if (live) this.#live += 1;
    else this.#deadBytes += entry.bytes;
    entry.lanes.a = 0;
    entry.lanes.b = 0;
    if (live) composite.digestInto(entry.lanes);
    this.digests.toggle(this.slots.hash(slot), entry.lanes);
    if (composite.isLost) this.digests.markPartial(this.slots.hash(slot));
    const deadlineMs = live ? composite.deadlineMs : NEVER;
    if (deadlineMs !== entry.deadlineMs && deadlineMs !== NEVER) {
      this.deadlines.push(slot, deadlineMs);
    }
    entry.deadlineMs = deadlineMs;
  }

  #account(slot: number, extra: Extra | undefined, live: boolean, sign: number): void {
    const value = this.slots.value(slot);
    const valueBytes = typeof value === 'string' ? value.length : (extra?.value?.length ?? 0);
    const extraBytes = extra === undefined ? 0 : EXTRA_OVERHEAD_BYTES;
    const bytes = ENTRY_OVERHEAD_BYTES + this.slots.key(slot).length + valueBytes + extraBytes;
    this.#bytes += sign * bytes;
    if (live) this.#live += sign;
    else this.#deadBytes += sign * bytes;
  }

  #toggle(slot: number, place: number, salt: number): void {
    this.digests.toggle(this.slots.hash(slot), this.#hash(place, salt));
  }

  /** What goes from the digests when a live entry is past its deadline. */
  #lanesDue(slot: number, byMs: number): Readonly<Lanes>[] {
    const entry = this.composite(slot);
    if (entry === undefined) {
      return this.#places(slot).map(([place, salt]) => ({ ...this.#hash(place, salt) }));
    }
    const later = Composite.from(entry.composite.state());
    later.lose(Math.min(byMs, later.deadlineMs));
    const left = { a: 0, b: 0 };
    if (!later.isEmpty) later.digestInto(left);
    return [entry.lanes, left];
  }

  #hash(place: number, salt: number): Lanes {
    const { slots, index } = this;
    hashDot(this.#lanes, index.lanes(slots.stream(place)), slots.sequence(place), salt);
    return this.#lanes;
  }

  /** The slots that hold versions of a live register. */
  #places(slot: number): (readonly [place: number, salt: number])[] {
    const node = this.extra(slot)?.node ?? NO_SLOT;
    const own = [slot, SALT_VERSION] as const;
    return node === NO_SLOT ? [own] : [own, [node, SALT_DEADLINE]];
  }
}
