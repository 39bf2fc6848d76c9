import type { BatchStore } from './batch-store.js';
import type { KeptBatches } from './kept-batches.js';
import { encodeLogState } from './log-state.js';
import type { Streams } from './streams.js';

/** Keeps a log small, and soon opened again: marks in its store, and an end for what is old. */
export class Upkeep {
  readonly #store: BatchStore;
  readonly #streams: Streams;
  readonly #kept: KeptBatches;
  readonly #ageMaxMs: number;

  constructor(store: BatchStore, streams: Streams, kept: KeptBatches, ageMaxMs: number) {
    this.#store = store;
    this.#streams = streams;
    this.#kept = kept;
    this.#ageMaxMs = ageMaxMs;
  }

  /** Lets go of what is too old; to be called at the start and now and then. */
  expire(nowMs: number): void {
    this.#kept.expire(nowMs - this.#ageMaxMs, nowMs);
    this.#streams.tidy();
    this.#mark(this.#store.tidyFrom);
  }

  /** To be called before a record is appended. */
  markIfWanted(): void {
    this.#mark(this.#store.markFrom);
  }

  #mark(from: number | undefined): void {
    if (from === undefined) return;
    const state = encodeLogState(this.#streams.all(), this.#kept.proofs(), this.#streams.waived());
    this.#store.mark({ state, index: this.#kept.indexFrom(from) });
  }
}
