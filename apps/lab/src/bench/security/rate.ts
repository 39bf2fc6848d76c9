import { clockMs } from '../../clock.js';

/** Other programs take the processor now and then; the best of a few slices had least of that. */
const slices = 5;

/**
 * How often something is done in a second.
 * @param work does it, and returns how many times
 */
export async function rateOf(
  durationMs: number,
  work: () => number | Promise<number>,
): Promise<number> {
  await rateOnce(durationMs / slices, work); // The first calls are slow: they are not compiled yet.
  let best = 0;
  for (let slice = 0; slice < slices; slice += 1) {
    best = Math.max(best, await rateOnce(durationMs / slices, work));
  }
  return best;
}

async function rateOnce(durationMs: number, work: () => number | Promise<number>): Promise<number> {
  const startMs = clockMs();
  let done = 0;
  let passedMs = 0;
  while (passedMs < durationMs) {
    done += await work();
    passedMs = clockMs() - startMs;
  }
  return (done / passedMs) * 1_000;
}
