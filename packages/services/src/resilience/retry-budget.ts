export interface RetryBudgetOptions {
  /** Retries a call may cause on average. */
  readonly ratio: number;
  /** Retries that may be made at once before calls have paid for them. */
  readonly reserve: number;
}

/** A tenth, as gRPC and Finagle have it: retries must not double the load of a mesh that is overloaded. */
export const DEFAULT_RETRY_BUDGET: RetryBudgetOptions = { ratio: 0.1, reserve: 10 };

/** Each reserve filled ten times over is the most that quiet times may save up. */
const SAVINGS = 10;

/** A bucket that calls pay into and retries draw from: over time at most `ratio` retries a call. */
export class RetryBudget {
  readonly #options: RetryBudgetOptions;
  #tokens: number;

  constructor(options: RetryBudgetOptions = DEFAULT_RETRY_BUDGET) {
    this.#options = options;
    this.#tokens = options.reserve;
  }

  called(): void {
    const { ratio, reserve } = this.#options;
    this.#tokens = Math.min(this.#tokens + ratio, Math.max(1, reserve * SAVINGS));
  }

  /** @returns whether a retry may be made; it is paid for then */
  draw(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
