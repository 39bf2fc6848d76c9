/** So long after the first Ctrl-C the second one means it. */
const TWICE_MS = 3_000;

export const ASK_AGAIN = 'Ctrl-C again to leave';

/** Tells the second Ctrl-C from the first. */
export class Interrupts {
  #lastMs = Number.NEGATIVE_INFINITY;

  isSecond(nowMs: number): boolean {
    const isSecond = nowMs < this.#lastMs + TWICE_MS;
    this.#lastMs = nowMs;
    return isSecond;
  }
}
