import { NO_SLOT, STATE } from './slots.js';
import type { Table } from './table.js';

/** Keys that are remembered; further ones come back when somebody asks peers for them. */
const KEYS_MAX = 100_000;

/**
 * Keys that expired here before it was known that their lifetime had been extended: they live, their
 * content is gone here, and another peer may have it.
 */
export class Lapsed {
  readonly #table: Table;
  readonly #keys = new Set<string>();

  constructor(table: Table) {
    this.#table = table;
  }

  get size(): number {
    return this.#keys.size;
  }

  /** To be told of what a deadline, or what others hold, has changed. */
  note(slot: number, nowMs: number): void {
    if (!this.#hasLapsed(slot, nowMs) || this.#keys.size >= KEYS_MAX) return;
    this.#keys.add(this.#table.slots.key(slot));
  }

  /** Those that still lack their content. */
  keys(nowMs: number): readonly string[] {
    for (const key of this.#keys) {
      if (!this.#hasLapsed(this.#table.find(key), nowMs)) this.#keys.delete(key);
    }
    return [...this.#keys];
  }

  #hasLapsed(slot: number, nowMs: number): boolean {
    if (slot === NO_SLOT || this.#table.deadlineMs(slot) <= nowMs) return false;
    const entry = this.#table.composite(slot);
    if (entry !== undefined) return entry.composite.isLost;
    const state = this.#table.slots.state(slot);
    const isExtended = (this.#table.extra(slot)?.node ?? NO_SLOT) !== NO_SLOT;
    // Of one that was forgotten, only the later deadline is known.
    return isExtended && (state === STATE.evicted || state === STATE.unknown);
  }
}
