import { repeatKeysMax } from '../limits.js';

/** The second notice of one kind comes at least this much after the first, the others rarer still. */
const SECOND_AFTER_MS = 30_000;
const FURTHER_AFTER_MS = 300_000;

/** Lets the first notice of a kind through at once, and repetitions only rarely. */
export class RepeatLimiter {
  readonly #told = new Map<string, { times: number; lastMs: number }>();

  /** @returns whether to tell it */
  allows(key: string, nowMs: number): boolean {
    const told = this.#told.get(key);
    if (told === undefined) {
      this.#makeRoom();
      this.#told.set(key, { times: 1, lastMs: nowMs });
      return true;
    }
    const waitMs = told.times === 1 ? SECOND_AFTER_MS : FURTHER_AFTER_MS;
    if (nowMs < told.lastMs + waitMs) return false;
    told.times += 1;
    told.lastMs = nowMs;
    return true;
  }

  /** The next one is news again. */
  forget(key: string): void {
    this.#told.delete(key);
  }

  #makeRoom(): void {
    if (this.#told.size < repeatKeysMax) return;
    const oldest = this.#told.keys().next();
    if (!oldest.done) this.#told.delete(oldest.value);
  }
}
