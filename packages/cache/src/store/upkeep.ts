import type { ReadonlyVectorClock } from '@hearsay/core';
import { CacheError } from '../errors.js';
import type { Composites } from './composites.js';
import type { Eviction } from './eviction.js';
import type { Registers } from './registers.js';
import { NO_SLOT, STATE } from './slots.js';
import { ENTRY_OVERHEAD_BYTES, type Table } from './table.js';
import type { StoreEvent } from './types.js';

interface Parts {
  readonly table: Table;
  readonly registers: Registers;
  readonly composites: Composites;
  readonly eviction: Eviction;
  readonly memoryBytesMax: number;
  readonly emit: (kind: StoreEvent['kind'], slot: number) => void;
}

/** What makes the store smaller: expiring, evicting, forgetting. None of it is a write. */
export class Upkeep {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  expire(nowMs: number): number {
    const { table, emit } = this.#parts;
    let count = 0;
    for (;;) {
      const slot = table.deadlines.takeDue(nowMs);
      if (slot === undefined) return count;
      emit('expire', slot);
      this.#expireAt(slot);
      count += 1;
    }
  }

  forget(stable: ReadonlyVectorClock): number {
    const { index, slots } = this.#parts.table;
    let count = 0;
    for (let stream = 0; stream < index.streams; stream++) {
      const upTo = Math.min(stable.get(index.stream(stream)), index.known(stream));
      for (const place of index.takeDead(stream, upTo)) {
        const state = slots.state(place);
        if (state === STATE.free) continue; // It went with an entry before it.
        const slot = state === STATE.node ? (slots.value(place) as number) : place; // A node names its entry.
        if (!this.#isStable(slot, stable)) continue;
        this.#forgetAt(slot);
        count += 1;
      }
    }
    return count;
  }

  /** Evicts until that many bytes more fit. @returns false when nothing more may go */
  makeRoom(bytes: number, nowMs: number): boolean {
    const { table, registers, eviction, emit, memoryBytesMax } = this.#parts;
    if (table.bytes + bytes <= memoryBytesMax) return true;
    this.expire(nowMs);
    while (table.bytes + bytes > memoryBytesMax) {
      const slot = eviction.pick(nowMs);
      if (slot === NO_SLOT) return false;
      emit('evict', slot);
      registers.strip(slot, STATE.evicted);
    }
    return true;
  }

  /** @throws CacheError `out-of-memory` */
  admit(key: string, bytes: number, nowMs: number): void {
    const { table, memoryBytesMax } = this.#parts;
    const most = bytes + key.length + ENTRY_OVERHEAD_BYTES;
    if (table.bytes + most <= memoryBytesMax) return;
    const needed = table.find(key) === NO_SLOT ? most : bytes;
    if (this.makeRoom(needed, nowMs)) return;
    const message = `${memoryBytesMax} bytes are in use and nothing may be evicted`;
    throw new CacheError('out-of-memory', message);
  }

  #expireAt(slot: number): void {
    const { composites, registers, table } = this.#parts;
    const composite = composites.at(slot);
    if (composite === undefined) return registers.strip(slot, STATE.expired);
    composite.lose(composite.deadlineMs);
    table.refresh(slot);
  }

  #forgetAt(slot: number): void {
    const { composites, registers } = this.#parts;
    if (composites.at(slot) === undefined) registers.forget(slot);
    else composites.forget(slot);
  }

  #isStable(slot: number, stable: ReadonlyVectorClock): boolean {
    const { composites, table } = this.#parts;
    const composite = composites.at(slot);
    if (composite !== undefined) {
      return [...composite.seen].every(([stream, sequence]) => stable.get(stream) >= sequence);
    }
    const node = table.extra(slot)?.node ?? NO_SLOT;
    const places = table.slots.state(slot) === STATE.unknown ? [node] : [slot, node];
    return places.every((place) => place === NO_SLOT || stable.includes(table.version(place)));
  }
}
