import type { PeerId } from '@hearsay/core';

/** Arrivals that medians are taken of. */
const SAMPLES = 512;

/** How late writes of others came: from the date that their origin gave them until they were applied here. */
export class Arrivals {
  readonly #samples = new Float64Array(SAMPLES);
  readonly #last = new Map<PeerId, number>();
  #count = 0;

  /** @param lateMs by two clocks, so it may be below 0 */
  add(origin: PeerId, lateMs: number): void {
    const ms = Math.max(0, lateMs);
    this.#samples[this.#count % SAMPLES] = ms;
    this.#count += 1;
    this.#last.set(origin, ms);
  }

  /** Of the newest frame of an origin, or undefined. */
  lastOf(origin: PeerId): number | undefined {
    return this.#last.get(origin);
  }

  forget(origin: PeerId): void {
    this.#last.delete(origin);
  }

  /** Of the newest 512 frames; 0 when none came. */
  quantile(share: number): number {
    const size = Math.min(this.#count, SAMPLES);
    const sorted = this.#samples.slice(0, size).sort();
    return sorted[Math.min(size - 1, Math.floor(share * size))] ?? 0;
  }
}
