import { readFileSync } from 'node:fs';

/** As often as a busy event loop comes round at all. */
const LOOK_EVERY_MS = 2;
const NS_PER_MS = 1e6;
/** Of this thread: processor time in nanoseconds, then others. Linux only. */
const SCHEDULE = '/proc/thread-self/schedstat';

/**
 * The longest turn of the event loop of this thread, in processor time: what a process did without
 * listening, whatever else the machine was busy with meanwhile.
 */
export class TurnMeter {
  #longestMs = 0;
  #usedMs = processorMs();

  constructor() {
    if (this.#usedMs === undefined) return;
    setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** Begins anew. */
  reset(): void {
    this.#longestMs = 0;
  }

  /** Since it last began; undefined where the system does not tell. */
  get longestMs(): number | undefined {
    return this.#usedMs === undefined ? undefined : this.#longestMs;
  }

  #look(): void {
    const usedMs = processorMs();
    if (usedMs === undefined || this.#usedMs === undefined) return;
    this.#longestMs = Math.max(this.#longestMs, usedMs - this.#usedMs);
    this.#usedMs = usedMs;
  }
}

function processorMs(): number | undefined {
  try {
    return Number.parseInt(readFileSync(SCHEDULE, 'latin1'), 10) / NS_PER_MS;
  } catch {
    return undefined;
  }
}
