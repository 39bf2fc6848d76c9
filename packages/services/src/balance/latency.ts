/** Half of what is remembered is older than this many milliseconds; Finagle decays over 10 s. */
const DECAY_MS = 10_000;
/** Below this nothing is told apart: timers and turns of the event loop decide. */
const FLOOR_MS = 0.2;

/**
 * A moving average of latency that jumps up at once and comes down over time ("peak EWMA", Finagle),
 * so that one slow answer is enough to be avoided, and being avoided is enough to be tried again.
 */
export class Latency {
  // Nobody has asked it: it is asked before those that are known to need time, or it would stay unknown.
  #averageMs = FLOOR_MS;
  #atMs: number | undefined;

  measured(latencyMs: number, nowMs: number): void {
    const value = Math.max(FLOOR_MS, latencyMs);
    if (this.#atMs === undefined) {
      this.#averageMs = value;
      this.#atMs = nowMs;
      return;
    }
    const before = this.read(nowMs);
    // A tenth of each answer, so that one pause of a collector is not taken for a slow machine.
    const WEIGHT = 0.1;
    const isPeak = value > before * PEAK_FACTOR && value > PEAK_MS;
    this.#averageMs = isPeak ? value : before + (value - before) * WEIGHT;
    this.#atMs = nowMs;
  }

  read(nowMs: number): number {
    if (this.#atMs === undefined) return this.#averageMs;
    const faded = this.#averageMs * 2 ** (-(nowMs - this.#atMs) / DECAY_MS);
    return Math.max(FLOOR_MS, Math.min(this.#averageMs, faded));
  }
}

/** Jumps are for answers that are slow by any measure, not for noise of a millisecond. */
const PEAK_FACTOR = 4;
const PEAK_MS = 20;
