/**
 * Runs what waits for the next turn of the event loop, and counts those turns. While nothing waits
 * none is counted: each would cost an idle peer as much as a message does.
 */
export class Turns {
  #current = 0;
  #scheduled = false;
  #waiting = new Set<() => void>();

  get current(): number {
    return this.#current;
  }

  /** Runs this in the next turn, once however often it is asked for; in the order of asking. */
  next(work: () => void): void {
    this.#waiting.add(work);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#advance);
  }

  readonly #advance = (): void => {
    this.#scheduled = false;
    this.#current += 1;
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const work of waiting) work();
  };
}
