/** Unknown is called as healthy is: the first call, or the first check, will tell. */
export type HealthState = 'unknown' | 'healthy' | 'unhealthy';

export interface HealthThresholds {
  /** Failed checks and lost calls in a row until it is unhealthy. */
  readonly failures: number;
  /** Good checks in a row until it is healthy again. */
  readonly recoveries: number;
}

/** Those of Kubernetes and of most balancers. */
export const DEFAULT_HEALTH_THRESHOLDS: HealthThresholds = { failures: 3, recoveries: 2 };

/** Something that tells of health: a check that was answered in time or not, a call likewise. */
export type HealthSign = 'check-passed' | 'check-failed' | 'call-answered' | 'call-lost';

/**
 * Whether a provider may be called, from checks (active) and from calls (passive).
 *
 * | state | check passed | check failed | call answered | call lost |
 * |---|---|---|---|---|
 * | unknown, healthy | healthy, count cleared | counted; unhealthy at `failures` | as a check passed | as a check failed |
 * | unhealthy | counted; healthy at `recoveries` | count cleared | ignored: an old one | count cleared |
 */
export class ProviderHealth {
  readonly #thresholds: HealthThresholds;
  #state: HealthState = 'unknown';
  #inRow = 0;

  constructor(thresholds: HealthThresholds = DEFAULT_HEALTH_THRESHOLDS) {
    this.#thresholds = thresholds;
  }

  get state(): HealthState {
    return this.#state;
  }

  /** @returns whether the state changed */
  take(sign: HealthSign): boolean {
    return this.#state === 'unhealthy' ? this.#whileUnhealthy(sign) : this.#whileCalled(sign);
  }

  #whileCalled(sign: HealthSign): boolean {
    const was = this.#state;
    if (sign === 'check-passed' || sign === 'call-answered') {
      this.#inRow = 0;
      this.#state = 'healthy';
      return was !== this.#state;
    }
    this.#inRow += 1;
    if (this.#inRow < this.#thresholds.failures) return false;
    this.#inRow = 0;
    this.#state = 'unhealthy';
    return true;
  }

  #whileUnhealthy(sign: HealthSign): boolean {
    if (sign === 'call-answered') return false;
    this.#inRow = sign === 'check-passed' ? this.#inRow + 1 : 0;
    if (this.#inRow < this.#thresholds.recoveries) return false;
    this.#inRow = 0;
    this.#state = 'healthy';
    return true;
  }
}
