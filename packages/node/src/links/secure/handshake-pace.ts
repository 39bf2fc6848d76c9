/** What the pace is set by; see `RuntimeLimits`. */
export interface HandshakePaceLimits {
  /** First messages of handshakes that are read in a row. */
  readonly handshakesAtOnceMax: number;
  /** The same a second from then on. */
  readonly handshakesPerSecondMax: number;
}

const SECOND_MS = 1_000;

/**
 * How fast handshakes of those who dialled us are taken up. Each costs milliseconds of cryptography
 * whoever it is, so a crowd is let in one by one (a token bucket), each in a turn of the event loop of
 * its own: however many are due, open links are heard between two.
 * Those who wait hold a place of `Admission`, which bounds how many there are.
 */
export class HandshakePace {
  readonly #limits: HandshakePaceLimits;
  readonly #readMs: () => number;
  readonly #waiting = new Set<() => void>();
  #tokens: number;
  #filledMs: number;
  #timer: NodeJS.Timeout | undefined;
  #nextTurn: NodeJS.Immediate | undefined;

  /** @param readMs a monotonic clock, in milliseconds */
  constructor(limits: HandshakePaceLimits, readMs: () => number) {
    this.#limits = limits;
    this.#readMs = readMs;
    this.#tokens = limits.handshakesAtOnceMax;
    this.#filledMs = readMs();
  }

  /** Runs a step now or when its turn comes. @returns takes it back, if it still waits */
  enter(step: () => void): () => void {
    this.#waiting.add(step);
    if (this.#nextTurn === undefined && this.#timer === undefined) this.#turn();
    return () => this.#waiting.delete(step);
  }

  /** Nobody's turn comes any more. */
  close(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#nextTurn);
    this.#waiting.clear();
  }

  #turn(): void {
    const { handshakesAtOnceMax, handshakesPerSecondMax } = this.#limits;
    const nowMs = this.#readMs();
    const earned = ((nowMs - this.#filledMs) * handshakesPerSecondMax) / SECOND_MS;
    this.#tokens = Math.min(handshakesAtOnceMax, this.#tokens + earned);
    this.#filledMs = nowMs;
    const [step] = this.#waiting;
    if (step === undefined) return;
    if (this.#tokens < 1) {
      const missingMs = ((1 - this.#tokens) * SECOND_MS) / handshakesPerSecondMax;
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#turn();
      }, missingMs);
      return;
    }
    this.#tokens -= 1;
    this.#waiting.delete(step);
    this.#nextTurn = setImmediate(() => {
      this.#nextTurn = undefined;
      this.#turn();
    });
    step();
  }
}
