import { CLOSE_CODES } from '@hearsay/core';
import type { Emitter } from '../events/emitter.js';

/** Who was refused for its clock is dialled again after 30 s: within this time another refusal comes. */
const REMEMBERED_MS = 90_000;

/** Whether others refuse this peer, or it them, because their clocks are too far apart. */
export class ClockTrouble {
  readonly #readMs: () => number;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(emitter: Emitter, readMs: () => number) {
    this.#readMs = readMs;
    emitter.on('refused', ({ code }) => {
      if (code === CLOSE_CODES.skew) this.#lastMs = readMs();
    });
  }

  /** True for a while after a link was refused so. */
  get recent(): boolean {
    return this.#readMs() - this.#lastMs < REMEMBERED_MS;
  }
}
