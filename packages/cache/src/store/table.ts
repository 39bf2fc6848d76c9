import { compareIds, type StreamId } from '@hearsay/core';
import type { Binary } from '../values/binary.js';
import type { Version } from '../values/stamp.js';
import { DeadlineHeap } from './deadline-heap.js';
import { Digests, type PartitionDigest, partitionOf } from './digests.js';
import { hashDot, hashText, type Lanes } from './hash.js';
import { NO_SLOT, type SlotState, Slots, STATE } from './slots.js';
import { StreamIndex } from './stream-index.js';

/** No deadline. */
export const NEVER: number = Number.POSITIVE_INFINITY;

/** Measured with 100,000 entries: slot, its places in the columns and the key map, heads of strings. */
const ENTRY_OVERHEAD_BYTES = 128;
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
    return this.slots.state(slot) === STATE.value;
  }

  /** The deadline in force of a register. */
  deadlineMs(slot: number): number {
    const value = this.slots.value(slot);
    return value instanceof Extra ? value.effectiveMs : NEVER;
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
      for (const [place, salt] of this.#places(slot)) {
        const { a, b } = this.#hash(place, salt);
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
