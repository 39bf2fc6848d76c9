import type { Now } from '@hearsay/core';

/** Reads both clocks; the only place of the runtime that does. */
export function readNow(): Now {
  return new Reading();
}

/** Each step reads the one clock, few the other: that one is read when it is asked for. */
class Reading implements Now {
  readonly monotonicMs: number = performance.now();
  #wallMs: number | undefined;

  get wallMs(): number {
    this.#wallMs ??= Date.now();
    return this.#wallMs;
  }
}
