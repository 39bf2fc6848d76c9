import type { Now } from '@hearsay/core';

/** Reads both clocks; the only place of the runtime that does. */
export function readNow(): Now {
  return { monotonicMs: performance.now(), wallMs: Date.now() };
}
