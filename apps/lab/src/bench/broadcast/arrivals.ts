import { clockMs } from '../../clock.js';
import { readPayload } from './payload.js';

/** Ages kept a phase; a trickle has fewer, and of a flood nobody asks for them. */
const agesMax = 10_000;

/** What arrived in one phase of the bench. */
class PhaseArrivals {
  readonly received: number[];
  readonly agesMs: number[] = [];
  lastAtMs = 0;

  constructor(size: number) {
    this.received = new Array<number>(size).fill(0);
  }
}

/** Counts the messages of others at one agent, by phase and origin. */
export class Arrivals {
  delivered = 0;
  readonly #size: number;
  readonly #own: number;
  readonly #phases = new Map<number, PhaseArrivals>();
  #onChange: (() => void) | undefined;

  constructor(size: number, own: number) {
    this.#size = size;
    this.#own = own;
  }

  take(payload: Uint8Array): void {
    const nowMs = clockMs();
    const { publishedAtMs, origin, phase } = readPayload(payload);
    const arrivals = this.of(phase);
    arrivals.received[origin] = (arrivals.received[origin] ?? 0) + 1;
    arrivals.lastAtMs = nowMs;
    if (arrivals.agesMs.length < agesMax) arrivals.agesMs.push(nowMs - publishedAtMs);
    this.delivered += 1;
    this.#onChange?.();
  }

  of(phase: number): PhaseArrivals {
    const known = this.#phases.get(phase);
    if (known !== undefined) return known;
    const fresh = new PhaseArrivals(this.#size);
    this.#phases.set(phase, fresh);
    return fresh;
  }

  /** Resolves when at least `count` messages of every other peer have arrived, or at `endMs`. */
  slowestReaches(phase: number, count: number, endMs: number): Promise<void> {
    const { received } = this.of(phase);
    const reached = () => received.every((have, origin) => origin === this.#own || have >= count);
    if (reached()) return Promise.resolve();
    return new Promise((resolve) => {
      const settle = () => {
        clearTimeout(timer);
        this.#onChange = undefined;
        resolve();
      };
      const timer = setTimeout(settle, Math.max(0, endMs - clockMs()));
      this.#onChange = () => {
        if (reached()) settle();
      };
    });
  }
}
