import type { Random } from '@hearsay/core';

export interface BackoffOptions {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * "Full jitter" (Marc Brooker, AWS Architecture Blog, 2015): anything from none to an exponential
 * bound, so that callers who failed together do not come back together.
 * @param retry 0 for the first
 * @returns milliseconds
 */
export function fullJitterMs(
  retry: number,
  { baseMs, capMs }: BackoffOptions,
  random: Random,
): number {
  return random.below(Math.min(capMs, baseMs * 2 ** retry) + 1);
}
