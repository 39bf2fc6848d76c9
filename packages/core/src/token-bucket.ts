const SECOND_MS = 1_000;

/** So many in a row, and so many a second from then on. */
export class TokenBucket {
  readonly #most: number;
  readonly #perSecond: number;
  #left: number;
  #atMs: number;

  constructor(options: {
    readonly most: number;
    readonly perSecond: number;
    readonly nowMs: number;
  }) {
    this.#most = options.most;
    this.#perSecond = options.perSecond;
    this.#left = options.most;
    this.#atMs = options.nowMs;
  }

  /** Takes one, if there is one. */
  takes(nowMs: number): boolean {
    const earned = ((nowMs - this.#atMs) * this.#perSecond) / SECOND_MS;
    this.#left = Math.min(this.#most, this.#left + earned);
    this.#atMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
