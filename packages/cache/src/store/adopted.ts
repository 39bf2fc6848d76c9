import { type ReadonlyVectorClock, type StreamId, VectorClock } from '@hearsay/core';
import type { StreamIndex } from './stream-index.js';
import { onlyVersion, placesOf, type Survivor } from './survivor.js';

/** What came from neighbours and lies beyond the clock: it is shown, and does not count yet. */
export class Adopted {
  readonly #index: StreamIndex;
  #beyond = new VectorClock();

  constructor(index: StreamIndex) {
    this.#index = index;
  }

  /** A survivor is adopted. */
  note(survivor: Survivor): void {
    const version = onlyVersion(survivor);
    if (version !== undefined) this.#raise(version.stream, version.sequence);
    else for (const [stream, sequence] of placesOf(survivor)) this.#raise(stream, sequence);
  }

  /** The clock, and what lies beyond it. */
  causes(): ReadonlyVectorClock {
    const { clock } = this.#index;
    if (this.#beyond.size === 0) return clock;
    return VectorClock.from([...clock.entries(), ...this.#beyond.entries()]);
  }

  /** The clock rose. */
  advanced(): void {
    if (this.#index.clock.dominates(this.#beyond)) this.#beyond = new VectorClock();
  }

  #raise(stream: StreamId, sequence: number): void {
    const index = this.#index;
    if (index.known(index.indexOf(stream)) < sequence) this.#beyond.raise(stream, sequence);
  }
}
