import type { Context } from '../context.js';
import type { Link } from '../overlay/links.js';

/** An empty budget is full again after this long. */
const REFILL_MS = 8_000;

interface Budget {
  left: number;
  atMs: number;
}

/**
 * How many members a neighbour may tell us of that we never heard of. Everybody we take in is probed,
 * dialled and told to others, and inventing one costs nothing. Who is left out comes again with the
 * next table, or in person, which is not counted here.
 */
export class Newcomers {
  readonly #context: Context;
  readonly #budgets = new WeakMap<Link, Budget>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Whether one more may be taken in on the word of this neighbour; it is counted. */
  admits(link: Link): boolean {
    const { now, limits, counters } = this.#context;
    const max = limits.newcomersPerLinkMax;
    const budget = this.#budgets.get(link) ?? { left: max, atMs: now.monotonicMs };
    this.#budgets.set(link, budget);
    const earned = (max * (now.monotonicMs - budget.atMs)) / REFILL_MS;
    budget.left = Math.min(max, budget.left + earned);
    budget.atMs = now.monotonicMs;
    if (budget.left < 1) {
      counters.newcomersIgnored += 1;
      return false;
    }
    budget.left -= 1;
    return true;
  }
}
