import type { Context } from './context.js';
import type { Holdings } from './holdings.js';

/** A write that waits until enough peers have it. */
interface Wait {
  readonly id: number;
  readonly sequence: number;
  /** Copies, ours included. */
  readonly copies: number;
  readonly untilMs: number;
}

/** Writes that wait to be held by so many peers. */
export class Acks {
  readonly #context: Context;
  readonly #holdings: Holdings;
  readonly #waits = new Map<number, Wait>();

  constructor(context: Context, holdings: Holdings) {
    this.#context = context;
    this.#holdings = holdings;
  }

  get size(): number {
    return this.#waits.size;
  }

  /** Whether a frame that begins here has something that is waited for. */
  wants(first: number): boolean {
    for (const { sequence } of this.#waits.values()) if (sequence >= first) return true;
    return false;
  }

  add(wait: Wait): void {
    this.#waits.set(wait.id, wait);
    this.settle();
  }

  drop(id: number): void {
    this.#waits.delete(id);
  }

  /** More is known of what others hold, or time has passed. @returns when the next wait ends, monotonic */
  settle(): number {
    const { own, now, outbox } = this.#context;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { id, sequence, copies: wanted, untilMs } of this.#waits.values()) {
      const copies = 1 + this.#holdings.holders(own.stream, sequence);
      if (copies >= wanted) {
        this.#waits.delete(id);
        outbox.push({ kind: 'settled', id, outcome: { kind: 'reached', copies } });
      } else if (now.monotonicMs >= untilMs) {
        this.#waits.delete(id);
        outbox.push({ kind: 'settled', id, outcome: { kind: 'late', copies, wanted } });
      } else {
        nextMs = Math.min(nextMs, untilMs);
      }
    }
    return nextMs;
  }

  /** Our stream is another one now: what became of older writes cannot be told. */
  giveUp(): void {
    for (const { id, copies: wanted } of this.#waits.values()) {
      const outcome = { kind: 'late', copies: 1, wanted } as const;
      this.#context.outbox.push({ kind: 'settled', id, outcome });
    }
    this.#waits.clear();
  }
}
