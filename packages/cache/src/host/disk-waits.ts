import type { CacheLog } from '../persistence/cache-log.js';
import { CacheClosedError } from './errors.js';

interface Wait {
  readonly end: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Writes that wait until the own disk has them. */
export class DiskWaits {
  readonly #log: () => CacheLog | undefined;
  #waits: Wait[] = [];
  readonly #unflushed: Omit<Wait, 'end'>[] = [];
  #failure: Error | undefined;

  constructor(log: () => CacheLog | undefined) {
    this.#log = log;
  }

  /** @returns undefined when it is safe already. @throws CacheDiskError, CacheClosedError */
  until(end: number): Promise<void> | undefined {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if ((this.#log()?.safeEnd ?? end) >= end) return undefined;
    return new Promise((resolve, reject) => this.#waits.push({ end, resolve, reject }));
  }

  /** For what leaves, and is appended, with the next flush. @throws CacheDiskError, CacheClosedError */
  untilFlushed(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => this.#unflushed.push({ resolve, reject }));
  }

  /** Everything written so far is appended, up to this position. */
  flushed(end: number): void {
    if (this.#unflushed.length === 0) return;
    for (const wait of this.#unflushed.splice(0)) this.#waits.push({ ...wait, end });
    this.settle();
  }

  settle(): void {
    if (this.#waits.length === 0) return;
    const safeEnd = this.#log()?.safeEnd ?? 0;
    const safe = this.#waits.filter(({ end }) => end <= safeEnd);
    if (safe.length === 0) return;
    this.#waits = this.#waits.filter(({ end }) => end > safeEnd);
    for (const { resolve } of safe) resolve();
  }

  fail(error: Error): void {
    this.#failure = error;
    for (const { reject } of this.#unflushed.splice(0)) reject(error);
    for (const { reject } of this.#waits.splice(0)) reject(error);
  }

  close(): void {
    const closed = new CacheClosedError();
    for (const { reject } of this.#unflushed.splice(0)) reject(closed);
    for (const { reject } of this.#waits.splice(0)) reject(closed);
  }
}
