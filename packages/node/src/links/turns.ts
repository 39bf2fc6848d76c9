/** Counts turns of the event loop while something goes on, and runs what waits for the next one. */
export class Turns {
  #current = 0;
  #scheduled = false;
  #waiting = new Set<() => void>();

  get current(): number {
    return this.#current;
  }

  /** Something was done in this turn: another one has to be counted. */
  touch(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#advance);
  }

  /** Runs this in the next turn, once however often it is asked for; in the order of asking. */
  next(work: () => void): void {
    this.#waiting.add(work);
    this.touch();
  }

  readonly #advance = (): void => {
    this.#scheduled = false;
    this.#current += 1;
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const work of waiting) work();
  };
}
