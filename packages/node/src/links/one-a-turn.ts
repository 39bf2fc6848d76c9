/**
 * Runs the first of what happens in one turn of the event loop at once, and each further one in a turn of
 * its own, in order: a hundred links that end together must not keep the others waiting. As many may
 * wait as there are links.
 */
export class OneATurn {
  readonly #waiting: (() => void)[] = [];
  #isBusy = false;

  run(work: () => void): void {
    if (this.#isBusy) {
      this.#waiting.push(work);
      return;
    }
    this.#isBusy = true;
    setImmediate(this.#next);
    work();
  }

  readonly #next = (): void => {
    const work = this.#waiting.shift();
    this.#isBusy = work !== undefined;
    if (work === undefined) return;
    setImmediate(this.#next);
    work();
  };
}
