import { PeerError } from '../errors.js';

/** What is known of the disk. */
export interface Promises {
  /** Position up to which the promise holds. */
  readonly durableEnd: number;
  /** Why nothing is promised now. */
  readonly failure: PeerError | undefined;
}

interface Waiter {
  readonly sequence: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Own messages of this run that wait until the promise of the durability holds for them. */
export class Acknowledgements {
  readonly #promises: () => Promises;
  /** Newest messages of what was appended together, with the position after them. */
  #appended: { readonly sequence: number; readonly end: number }[] = [];
  #acknowledged = 0;
  #waiters: Waiter[] = [];
  #closed = false;

  constructor(promises: () => Promises) {
    this.#promises = promises;
  }

  /** Own messages up to this sequence are in the log. @param end position after them */
  appended(sequence: number, end: number): void {
    this.#appended.push({ sequence, end });
    this.settle();
  }

  /** @throws PeerError `disk-failed`, `closed`, or the signal's reason */
  wait(sequence: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return void reject(signal.reason);
      if (sequence <= this.#acknowledged) return void resolve();
      const { failure } = this.#promises();
      if (failure !== undefined) return void reject(failure);
      if (this.#closed) return void reject(closedError());
      const onAbort = (): void => {
        this.#waiters = this.#waiters.filter((each) => each !== waiter);
        reject(signal?.reason);
      };
      const stopListening = (): void => signal?.removeEventListener('abort', onAbort);
      const waiter: Waiter = {
        sequence,
        resolve: () => {
          stopListening();
          resolve();
        },
        reject: (error) => {
          stopListening();
          reject(error);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiters.push(waiter);
    });
  }

  /** More may be promised than before, or nothing any more. */
  settle(): void {
    const { durableEnd, failure } = this.#promises();
    const reached = this.#appended.findLastIndex(({ end }) => end <= durableEnd);
    if (reached >= 0) {
      this.#acknowledged = this.#appended[reached]?.sequence ?? this.#acknowledged;
      this.#appended = this.#appended.slice(reached + 1);
    }
    if (this.#waiters.length === 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) {
      if (waiter.sequence <= this.#acknowledged) waiter.resolve();
      else if (failure !== undefined) waiter.reject(failure);
      else this.#waiters.push(waiter);
    }
  }

  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(closedError());
  }
}

function closedError(): PeerError {
  return new PeerError('closed', 'this peer is closed');
}
