import { invariant, type ReadonlyVectorClock, type StreamId, VectorClock } from '@hearsay/core';
import { type Lanes, lanesOfText } from '../values/hash.js';
import { NO_SLOT, type Slots, STREAM_INDEX_MAX } from './slots.js';

interface StreamLists {
  readonly stream: StreamId;
  readonly lanes: Lanes;
  /** Highest sequence known of a gap-free prefix. */
  known: number;
  /** Whether `known` is ahead of the clock. */
  ahead: boolean;
  /** The entries that hold something, in the order of their sequences. */
  firstLive: number;
  lastLive: number;
  /** Where something was put into the middle: the next one often follows it. */
  hint: number;
  /** Deleted and expired entries, in no order. */
  firstDead: number;
  lastDead: number;
  /** What was stable when the dead were last gone through, and whether some came since. */
  sweptTo: number;
  unswept: boolean;
}

/**
 * The store as a log: for each stream, the entries whose latest write came from it. An overwritten
 * write drops out by itself, as its entry moves to where the new write stands.
 */
export class StreamIndex {
  readonly #slots: Slots;
  readonly #lists: StreamLists[] = [];
  readonly #indexes = new Map<StreamId, number>();
  readonly #clock = new VectorClock();
  /** Streams whose entry in the clock is behind what is known. */
  readonly #ahead: StreamLists[] = [];
  #latestStream: StreamId | undefined;
  #latestIndex = 0;

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  /** What was applied: gap-free prefixes of streams. */
  get clock(): ReadonlyVectorClock {
    // A vector clock costs a look-up for each raise; most raises are never looked at.
    for (const lists of this.#ahead) {
      this.#clock.raise(lists.stream, lists.known);
      lists.ahead = false;
    }
    this.#ahead.length = 0;
    return this.#clock;
  }

  get streams(): number {
    return this.#lists.length;
  }

  indexOf(stream: StreamId): number {
    if (stream === this.#latestStream) return this.#latestIndex;
    let index = this.#indexes.get(stream);
    if (index === undefined) {
      index = this.#lists.length;
      invariant(index <= STREAM_INDEX_MAX, 'a store tells 65,536 streams apart');
      this.#lists.push({
        stream,
        lanes: lanesOfText(stream),
        known: 0,
        ahead: false,
        firstLive: NO_SLOT,
        lastLive: NO_SLOT,
        hint: NO_SLOT,
        firstDead: NO_SLOT,
        lastDead: NO_SLOT,
        sweptTo: 0,
        unswept: false,
      });
      this.#indexes.set(stream, index);
    }
    this.#latestStream = stream;
    this.#latestIndex = index;
    return index;
  }

  stream(index: number): StreamId {
    return this.#at(index).stream;
  }

  /** The hash of the name of a stream. */
  lanes(index: number): Lanes {
    return this.#at(index).lanes;
  }

  known(index: number): number {
    return this.#at(index).known;
  }

  raise(index: number, sequence: number): void {
    const lists = this.#at(index);
    if (sequence <= lists.known) return;
    lists.known = sequence;
    if (lists.ahead) return;
    lists.ahead = true;
    this.#ahead.push(lists);
  }

  /** Puts a slot where its sequence belongs; mostly at the end. */
  insert(slot: number): void {
    const slots = this.#slots;
    const lists = this.#at(slots.stream(slot));
    const sequence = slots.sequence(slot);
    let before = lists.lastLive;
    if (before !== NO_SLOT && slots.sequence(before) > sequence) {
      before = this.#lastBelow(lists, sequence);
      lists.hint = slot;
    }
    const after = before === NO_SLOT ? lists.firstLive : slots.next(before);
    slots.setPrevious(slot, before);
    slots.setNext(slot, after);
    if (before === NO_SLOT) lists.firstLive = slot;
    else slots.setNext(before, slot);
    if (after === NO_SLOT) lists.lastLive = slot;
    else slots.setPrevious(after, slot);
  }

  /** Takes a slot out of the live list. */
  remove(slot: number): void {
    const slots = this.#slots;
    const lists = this.#at(slots.stream(slot));
    const before = slots.previous(slot);
    const after = slots.next(slot);
    if (before === NO_SLOT) lists.firstLive = after;
    else slots.setNext(before, after);
    if (after === NO_SLOT) lists.lastLive = before;
    else slots.setPrevious(after, before);
    if (lists.hint === slot) lists.hint = NO_SLOT;
  }

  /** Puts a slot among what only waits to be forgotten. */
  insertDead(slot: number): void {
    const slots = this.#slots;
    const lists = this.#at(slots.stream(slot));
    slots.setPrevious(slot, lists.lastDead);
    slots.setNext(slot, NO_SLOT);
    if (lists.lastDead === NO_SLOT) lists.firstDead = slot;
    else slots.setNext(lists.lastDead, slot);
    lists.lastDead = slot;
    lists.unswept = true;
  }

  removeDead(slot: number): void {
    const slots = this.#slots;
    const lists = this.#at(slots.stream(slot));
    const before = slots.previous(slot);
    const after = slots.next(slot);
    if (before === NO_SLOT) lists.firstDead = after;
    else slots.setNext(before, after);
    if (after === NO_SLOT) lists.lastDead = before;
    else slots.setPrevious(after, before);
  }

  /** Up to where a stream was stable when its dead were last gone through. */
  forgotten(index: number): number {
    return this.#at(index).sweptTo;
  }

  /** The dead of a stream up to a sequence; nothing when none can have been added since the last call. */
  takeDead(index: number, stable: number): number[] {
    const slots = this.#slots;
    const lists = this.#at(index);
    const found: number[] = [];
    if (!lists.unswept && stable <= lists.sweptTo) return found;
    for (let slot = lists.firstDead; slot !== NO_SLOT; slot = slots.next(slot)) {
      if (slots.sequence(slot) <= stable) found.push(slot);
    }
    lists.sweptTo = stable;
    lists.unswept = false;
    return found;
  }

  /** Slots of a stream above a sequence, live and dead, in order. */
  above(index: number, sequence: number): number[] {
    const slots = this.#slots;
    const lists = this.#at(index);
    const found: number[] = [];
    for (let slot = lists.lastLive; slot !== NO_SLOT; slot = slots.previous(slot)) {
      if (slots.sequence(slot) <= sequence) break;
      found.push(slot);
    }
    const live = found.length;
    for (let slot = lists.firstDead; slot !== NO_SLOT; slot = slots.next(slot)) {
      if (slots.sequence(slot) > sequence) found.push(slot);
    }
    if (found.length === live) return found.reverse();
    return found.sort((left, right) => slots.sequence(left) - slots.sequence(right));
  }

  #lastBelow(lists: StreamLists, sequence: number): number {
    const slots = this.#slots;
    let slot = lists.lastLive;
    if (lists.hint !== NO_SLOT) {
      slot = lists.hint;
      for (let next = slot; next !== NO_SLOT && slots.sequence(next) < sequence; ) {
        slot = next;
        next = slots.next(next);
      }
    }
    while (slot !== NO_SLOT && slots.sequence(slot) > sequence) slot = slots.previous(slot);
    return slot;
  }

  #at(index: number): StreamLists {
    const lists = this.#lists[index];
    invariant(lists !== undefined, 'a stream index comes from indexOf');
    return lists;
  }
}
