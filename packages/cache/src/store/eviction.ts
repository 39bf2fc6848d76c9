import type { Random } from '@hearsay/core';
import { NO_SLOT, STATE } from './slots.js';
import type { Table } from './table.js';
import type { EvictionPolicy } from './types.js';

/** As Redis: the worst of five is close to the worst of all, at a fraction of the cost. */
const SAMPLES = 5;
/** Slots looked at for one sample, where most hold nothing that could go. */
const STEPS_MAX = 64;
/** Counters, sets and hashes passed over on the way to the earliest deadline of a register. */
const PASSED_MAX = 1_000;
/** 24 bits of this unit wrap after 49 days. */
const USE_UNIT_MS = 256;
const USE_MASK = 0xffffff;
const MINUTE_MS = 60_000;
const MINUTES_MASK = 0xffff;
const COUNT_BITS = 8;
const COUNT_MASK = 0xff;
const COUNT_MAX = 255;
/** Counts are logarithmic, begin a little above 0 and fall by one a minute (Redis' defaults). */
const COUNT_START = 5;
const COUNT_FACTOR = 10;

/**
 * Decides which entry makes room. It only picks; the store evicts.
 *
 * Only registers go: the next write replaces one whole. What is added to a counter, set or hash needs
 * the parts that are there: of one that was evicted, a count would begin anew and replace the total.
 */
export class Eviction {
  readonly #policy: EvictionPolicy;
  readonly #table: Table;
  readonly #random: Random;
  /** What was used last: times are too coarse to tell it from what was used shortly before. */
  #latest: number = NO_SLOT;

  constructor(policy: EvictionPolicy, table: Table, random: Random) {
    this.#policy = policy;
    this.#table = table;
    this.#random = random;
  }

  /** Notes that an entry was written or read. */
  touch(slot: number, nowMs: number): void {
    if (this.#policy === 'none') return; // Nothing is ever picked.
    this.#latest = slot;
    if (this.#policy === 'lru') this.#table.slots.setUsage(slot, clockOf(nowMs));
    else if (this.#policy === 'lfu') this.#count(slot, nowMs);
  }

  /** The entry to evict, or none when nothing may go. */
  pick(nowMs: number): number {
    switch (this.#policy) {
      case 'none':
        return NO_SLOT;
      case 'ttl':
        return this.#earliest();
      case 'lru':
        return this.#worst((slot) => (clockOf(nowMs) - this.#table.slots.usage(slot)) & USE_MASK);
      case 'lfu':
        return this.#worst((slot) => COUNT_MAX - this.#countAt(slot, nowMs));
    }
  }

  #mayGo(slot: number): boolean {
    return this.#table.slots.state(slot) === STATE.value;
  }

  #earliest(): number {
    const { deadlines } = this.#table;
    const passed: number[] = [];
    let found = NO_SLOT;
    while (found === NO_SLOT && passed.length < PASSED_MAX) {
      const slot = deadlines.takeDue(Number.MAX_VALUE);
      if (slot === undefined) break;
      if (this.#mayGo(slot)) found = slot;
      else passed.push(slot);
    }
    for (const slot of passed) deadlines.push(slot, this.#table.deadlineMs(slot));
    return found;
  }

  #worst(rate: (slot: number) => number): number {
    let worst = NO_SLOT;
    let worstRate = -1;
    for (let sample = 0; sample < SAMPLES; sample++) {
      const slot = this.#sample();
      if (slot === NO_SLOT) continue;
      const rated = rate(slot);
      if (slot !== this.#latest && rated > worstRate) [worst, worstRate] = [slot, rated];
    }
    if (worst !== NO_SLOT) return worst;
    return this.#latest !== NO_SLOT && this.#mayGo(this.#latest) ? this.#latest : NO_SLOT;
  }

  /** A register near a place picked at random. */
  #sample(): number {
    const { end } = this.#table.slots;
    if (end <= 1) return NO_SLOT;
    let slot = 1 + this.#random.below(end - 1);
    for (let step = 0; step < STEPS_MAX; step++) {
      if (this.#mayGo(slot)) return slot;
      slot = slot + 1 < end ? slot + 1 : 1;
    }
    return NO_SLOT;
  }

  #count(slot: number, nowMs: number): void {
    const isNew = this.#table.slots.usage(slot) === 0;
    const count = isNew ? COUNT_START - 1 : this.#countAt(slot, nowMs);
    const chance = Math.max(0, count - COUNT_START) * COUNT_FACTOR + 1;
    const next = count < COUNT_MAX && this.#random.below(chance) === 0 ? count + 1 : count;
    this.#table.slots.setUsage(slot, (minutesOf(nowMs) << COUNT_BITS) | next);
  }

  #countAt(slot: number, nowMs: number): number {
    const usage = this.#table.slots.usage(slot);
    const minutes = (minutesOf(nowMs) - (usage >>> COUNT_BITS)) & MINUTES_MASK;
    return Math.max(0, (usage & COUNT_MASK) - minutes);
  }
}

function clockOf(nowMs: number): number {
  return Math.floor(nowMs / USE_UNIT_MS) % (USE_MASK + 1);
}

function minutesOf(nowMs: number): number {
  return Math.floor(nowMs / MINUTE_MS) % (MINUTES_MASK + 1);
}
