import { sliceEnd } from './frame-slices.js';
import type { Turns } from './turns.js';
import type { Wire } from './wire.js';

/** What an intake needs. */
export interface IntakeOptions {
  readonly wire: Pick<Wire, 'pause' | 'resume'>;
  readonly turns: Turns;
  /** Time that the link may take of a turn of the event loop before others are read. */
  readonly sliceMs: () => number;
  /** Bytes that are read in a row without a look at the time; undefined for as many as usual. */
  readonly sliceBytes?: () => number | undefined;
  readonly readMonotonicMs: () => number;
  /** Works off some whole frames. */
  readonly read: (bytes: Uint8Array) => void;
  /** How long the last of them took, and what time it is now. */
  readonly onSpent?: (ms: number, nowMs: number) => void;
}

/**
 * Works off what one link sends, a little in each turn of the event loop: whoever sends much, or
 * what is dear to read, waits behind itself and not in front of others. While something waits here
 * the connection is not read, so that no more than one read of the socket piles up.
 */
export class Intake {
  readonly #options: IntakeOptions;
  #waiting: Uint8Array[] = [];
  /** Turn in which time was last taken, and how much of it. Turns count only while something waits. */
  #turn = -1;
  #usedMs = 0;
  #held = false;
  #isPaused = false;
  #onEmpty: (() => void) | undefined;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** A message arrived. */
  take(bytes: Uint8Array): void {
    if (this.#waiting.length > 0 || this.#held || !this.#hasTime()) {
      this.#waiting.push(bytes);
      this.#wait();
      return;
    }
    this.#work(bytes);
  }

  /** Takes nothing more for now, for another reason than time. */
  pause(): void {
    this.#held = true;
    this.#adjust();
  }

  resume(): void {
    this.#held = false;
    if (this.#waiting.length > 0) this.#wait();
    this.#adjust();
  }

  /** Calls back when all that arrived is worked off, which may be at once. */
  whenEmpty(done: () => void): void {
    if (this.#waiting.length === 0) done();
    else this.#onEmpty = done;
  }

  /** Forgets what waits. */
  drop(): void {
    this.#waiting = [];
    this.#finish();
  }

  /** As much of a message as there is time for; the rest waits. */
  #work(bytes: Uint8Array): void {
    const { readMonotonicMs, read } = this.#options;
    for (let start = 0; start < bytes.length || start === 0; ) {
      const end = sliceEnd(bytes, start, this.#options.sliceBytes?.());
      const beganMs = readMonotonicMs();
      read(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
      const nowMs = readMonotonicMs();
      this.#spend(nowMs - beganMs);
      this.#options.onSpent?.(nowMs - beganMs, nowMs);
      if (end >= bytes.length) return;
      start = end;
      if (this.#hasTime() && !this.#held) continue;
      this.#waiting.unshift(bytes.subarray(start));
      this.#wait();
      return;
    }
  }

  #continue(): void {
    while (this.#waiting.length > 0 && this.#hasTime() && !this.#held) {
      const next = this.#waiting.shift();
      if (next !== undefined) this.#work(next);
    }
    if (this.#waiting.length === 0) this.#finish();
    else if (!this.#held) this.#wait();
  }

  #finish(): void {
    this.#adjust();
    const done = this.#onEmpty;
    this.#onEmpty = undefined;
    done?.();
  }

  #wait(): void {
    this.#adjust();
    this.#options.turns.next(this.#next);
  }

  readonly #next = (): void => this.#continue();

  #adjust(): void {
    const shouldPause = this.#held || this.#waiting.length > 0;
    if (shouldPause === this.#isPaused) return;
    this.#isPaused = shouldPause;
    if (shouldPause) this.#options.wire.pause();
    else this.#options.wire.resume();
  }

  #hasTime(): boolean {
    return this.#turn !== this.#options.turns.current || this.#usedMs < this.#options.sliceMs();
  }

  #spend(ms: number): void {
    const { current } = this.#options.turns;
    this.#usedMs = this.#turn === current ? this.#usedMs + ms : ms;
    this.#turn = current;
  }
}
