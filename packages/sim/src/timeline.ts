import type { Random } from '@hearsay/core';
import { createEventQueue, type EventQueue } from './event-queue.js';

/** Virtual time is a whole number of microseconds, so that no rounding ever decides an order. */
export const US_PER_MS = 1_000;

/** Virtual time and everything that is due in it. */
export class Timeline {
  readonly #queue: EventQueue<() => void> = createEventQueue();
  readonly #ties: Random;
  #nowUs = 0;
  #steps = 0;

  constructor(ties: Random) {
    this.#ties = ties;
  }

  get nowUs(): number {
    return this.#nowUs;
  }

  get nowMs(): number {
    return this.#nowUs / US_PER_MS;
  }

  /** Events run so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Runs `action` at a time that is not past; of several at one instant the seed draws the order. */
  at(atUs: number, action: () => void): void {
    this.#queue.schedule(Math.max(atUs, this.#nowUs), this.#ties.next(), action);
  }

  afterUs(delayUs: number, action: () => void): void {
    this.at(this.#nowUs + delayUs, action);
  }

  afterMs(delayMs: number, action: () => void): void {
    this.at(this.#nowUs + Math.round(delayMs * US_PER_MS), action);
  }

  /** Runs the next event if it is due by then. @returns whether there was one */
  step(untilUs: number): boolean {
    const dueUs = this.#queue.dueUs();
    if (dueUs === undefined || dueUs > untilUs) return false;
    const entry = this.#queue.next();
    if (entry === undefined) return false;
    this.#nowUs = entry.atUs;
    this.#steps += 1;
    entry.event();
    return true;
  }

  /** Lets time pass with nothing left to do in it. */
  advance(untilUs: number): void {
    this.#nowUs = Math.max(this.#nowUs, untilUs);
  }
}
