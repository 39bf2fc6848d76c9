import type { Effect, Outcome } from '../replication/effect.js';
import { CacheClosedError } from './errors.js';

interface Wait {
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Promises of those who wait for the replication, by the number that it knows them by. */
export class Waits {
  readonly #waits = new Map<number, Wait>();
  readonly #flights = new Map<number, (step: 'mine' | 'look' | 'closed') => void>();
  #number = 0;

  get size(): number {
    return this.#waits.size + this.#flights.size;
  }

  next(): number {
    this.#number += 1;
    return this.#number;
  }

  /**
   * @param dropped called when the signal says that nobody waits any more
   * @throws CacheClosedError, or the signal's reason
   */
  wait(id: number, signal: AbortSignal | undefined, dropped: () => void): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#waits.delete(id);
        signal?.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        stop();
        dropped();
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#waits.set(id, {
        resolve: (outcome) => {
          stop();
          resolve(outcome);
        },
        reject: (error) => {
          stop();
          reject(error);
        },
      });
    });
  }

  settled({ id, outcome }: Effect & { kind: 'settled' }): void {
    this.#waits.get(id)?.resolve(outcome);
  }

  /** @param told at every step of a computation; `look` and `closed` are the last */
  flight(id: number, told: (step: 'mine' | 'look' | 'closed') => void): void {
    this.#flights.set(id, told);
  }

  flown({ id, step }: Effect & { kind: 'flight' }): void {
    const told = this.#flights.get(id);
    if (step === 'look') this.#flights.delete(id);
    told?.(step);
  }

  landed(id: number): void {
    this.#flights.delete(id);
  }

  close(): void {
    for (const wait of [...this.#waits.values()]) wait.reject(new CacheClosedError());
    for (const told of [...this.#flights.values()]) told('closed');
    this.#flights.clear();
  }
}
