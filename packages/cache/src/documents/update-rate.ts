/** Seconds that the mean is taken over: a glance at it tells what goes on, not what a burst was. */
const SECONDS = 10;

/** How many updates there were in a second, lately. */
export class UpdateRate {
  readonly #seconds: number[] = [];
  #now = 0;

  /** One more. */
  add(): void {
    this.#now += 1;
  }

  /** A second is over. */
  tick(): void {
    this.#seconds.push(this.#now);
    this.#now = 0;
    if (this.#seconds.length > SECONDS) this.#seconds.shift();
  }

  /** The mean of the last whole seconds. */
  get perSecond(): number {
    return this.#seconds.reduce((sum, each) => sum + each, 0) / SECONDS;
  }
}
