import type { InSync, Notice } from '../view/notice.js';
import type { Watch } from './watch.js';

/** Peers met this soon after the start were "found"; later ones "join". */
const STARTING_MS = 2_000;
/** Peers found within this of each other, and their sync, share a line. */
const TOGETHER_MS = 150;

/** Tells whom we found at the start, and when we are in sync with everybody for the first time. */
export class Arrivals implements Watch {
  readonly #startedMs: number;
  #found: string[] = [];
  #firstFoundMs: number | undefined;
  #inSync: InSync | undefined;
  /** Set at the start and whenever we were alone: the next agreement is news. */
  #awaitingSync = true;

  constructor(startedMs: number) {
    this.#startedMs = startedMs;
  }

  get wakeAtMs(): number | undefined {
    return this.#firstFoundMs === undefined ? undefined : this.#firstFoundMs + TOGETHER_MS;
  }

  /** @returns whether it will be told here; else it is an ordinary change */
  met(name: string, nowMs: number): boolean {
    if (nowMs > this.#startedMs + STARTING_MS) return false;
    this.#firstFoundMs ??= nowMs;
    this.#found.push(name);
    return true;
  }

  /** Somebody went while others lack something: when all agree again is news. */
  apart(): void {
    this.#awaitingSync = true;
    this.#inSync = undefined;
  }

  /** Takes note of who is in sync; `messages` is how many we hold. */
  synced(live: number, inSync: number, messages: number): void {
    if (live === 0) this.#awaitingSync = true;
    this.#inSync = live > 0 && inSync === live ? { live, messages } : undefined;
  }

  tick(nowMs: number): readonly Notice[] {
    const inSync = this.#awaitingSync ? this.#inSync : undefined;
    if (this.#firstFoundMs !== undefined) {
      const due = nowMs >= this.#firstFoundMs + TOGETHER_MS;
      if (!due && (inSync === undefined || inSync.live > this.#found.length)) return [];
      const tookMs = this.#firstFoundMs - this.#startedMs;
      const names = this.#found;
      this.#found = [];
      this.#firstFoundMs = undefined;
      if (inSync !== undefined) this.#awaitingSync = false;
      return [{ kind: 'found', names, tookMs, inSync }];
    }
    if (inSync === undefined) return [];
    this.#awaitingSync = false;
    return [{ kind: 'in-sync', inSync }];
  }
}
