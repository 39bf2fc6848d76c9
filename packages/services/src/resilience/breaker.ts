import { CircuitState, type IBreaker } from 'cockatiel';

/** Closed: all pass. Open: none. Half-open: one probe is on its way, and none but it. */
export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerTimes {
  /** Milliseconds that it stays open the first time. */
  readonly openMs: number;
  /** Doubled by each probe that fails, up to this. */
  readonly openMsMax: number;
}

/** 2 s finds a process that was started again; half a minute is what an idle probe costs. */
export const DEFAULT_BREAKER_TIMES: BreakerTimes = { openMs: 2_000, openMsMax: 30_000 };

export interface BreakerOptions {
  readonly times: BreakerTimes;
  /** Counts results while closed, and says when to open: cockatiel's counters fit. */
  readonly trip: () => IBreaker;
  readonly onChange: (state: BreakerState, was: BreakerState) => void;
}

/**
 * The leave to make one call, whose result is told once: the epoch of the state it was given in. Results
 * of calls that began before the last change say nothing of the state after it.
 */
export type Permit = number;

/**
 * A circuit breaker as a state table. It is asked before a call whether it would let one through,
 * which a balancer needs and a wrapper around the call cannot say.
 *
 * | state | enter | success | failure |
 * |---|---|---|---|
 * | closed | passes | counted | counted; open when the counter says so |
 * | open, before `openMs` | refused | of an older call: ignored | ignored |
 * | open, after it | half-open, passes as the probe | ignored | ignored |
 * | half-open | refused | of the probe: closed | of the probe: open, for twice as long |
 */
export class Breaker {
  readonly #options: BreakerOptions;
  #trip: IBreaker;
  #state: BreakerState = 'closed';
  #epoch = 0;
  #openMs: number;
  #openUntilMs = 0;

  constructor(options: BreakerOptions) {
    this.#options = options;
    this.#trip = options.trip();
    this.#openMs = options.times.openMs;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Whether `enter` would let a call through. */
  admits(nowMs: number): boolean {
    return this.#state === 'closed' || (this.#state === 'open' && nowMs >= this.#openUntilMs);
  }

  /** @returns undefined: refused */
  enter(nowMs: number): Permit | undefined {
    if (!this.admits(nowMs)) return undefined;
    if (this.#state === 'open') this.#become('half-open');
    return this.#epoch;
  }

  succeeded(permit: Permit): void {
    if (permit !== this.#epoch) return;
    if (this.#state === 'closed') {
      this.#trip.success(CircuitState.Closed);
      return;
    }
    this.#openMs = this.#options.times.openMs;
    this.#trip = this.#options.trip();
    this.#become('closed');
  }

  failed(permit: Permit, nowMs: number): void {
    if (permit !== this.#epoch) return;
    if (this.#state === 'closed' && !this.#trip.failure(CircuitState.Closed)) return;
    if (this.#state === 'half-open') {
      this.#openMs = Math.min(this.#openMs * 2, this.#options.times.openMsMax);
    }
    this.#openUntilMs = nowMs + this.#openMs;
    this.#become('open');
  }

  /** The call ended without saying anything of the provider: a probe leaves its place to another. */
  forgot(permit: Permit, nowMs: number): void {
    if (permit !== this.#epoch || this.#state !== 'half-open') return;
    this.#openUntilMs = nowMs;
    this.#become('open');
  }

  #become(state: BreakerState): void {
    const was = this.#state;
    this.#state = state;
    this.#epoch += 1;
    this.#options.onChange(state, was);
  }
}
