import type { PeerId } from '@hearsay/core';
import type { Applied } from '../replication/input.js';

/** Frames of others that are applied, and to be answered once the disk has them. */
export class Unanswered {
  #waiting: { readonly applied: Applied; readonly end: number }[] = [];

  get size(): number {
    return this.#waiting.length;
  }

  /** @param end of the log that has it */
  add(applied: Applied, end: number): void {
    this.#waiting.push({ applied, end });
  }

  /** Takes out what the log has up to here: of answers to one peer the newest says it all. */
  take(safeEnd: number): readonly Applied[] {
    const newest = new Map<PeerId, Applied>();
    for (const { applied, end } of this.#waiting) {
      if (end <= safeEnd) newest.set(applied.peer, applied);
    }
    if (newest.size > 0) this.#waiting = this.#waiting.filter(({ end }) => end > safeEnd);
    return [...newest.values()];
  }

  clear(): void {
    this.#waiting = [];
  }
}
