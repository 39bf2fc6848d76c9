import type { Config } from '../config.js';

/** Points of trouble that do not yet lengthen a suspicion. */
const SUSPICION_SLACK = 2;

/**
 * Local health (Lifeguard, section IV-A): how far we may trust our own clockwork. Each point
 * stretches every probe timeout by one unit, so that a peer in trouble accuses later.
 */
export class Health {
  readonly #config: Pick<Config, 'healthScoreMax' | 'loopDelayWarnMs'>;
  #score = 0;

  constructor(config: Pick<Config, 'healthScoreMax' | 'loopDelayWarnMs'>) {
    this.#config = config;
  }

  get score(): number {
    return this.#score;
  }

  /** A probe was answered in time. */
  probeAnswered(): void {
    this.#change(-1);
  }

  /** A probe failed and the helpers that should have answered did not: perhaps it is us. */
  probeUnanswered(silentHelpers: number): void {
    this.#change(silentHelpers);
  }

  /** Somebody suspected us. */
  refuted(): void {
    this.#change(1);
  }

  /** The event loop stood still this long. No peer of this kind measures it; it is the surest sign. */
  loopDelayed(delayMs: number): void {
    const points = Math.floor(delayMs / this.#config.loopDelayWarnMs);
    this.#change(points);
  }

  /** `timeoutMs` stretched by the score. */
  stretch(timeoutMs: number): number {
    return timeoutMs * (this.#score + 1);
  }

  /**
   * A suspicion, stretched only when we are in real trouble: a mesh on a starved machine would
   * else bury, refute and gossip itself to death.
   */
  stretchSuspicion(lastsMs: number): number {
    return lastsMs * Math.max(1, this.#score - SUSPICION_SLACK);
  }

  #change(points: number): void {
    this.#score = Math.min(this.#config.healthScoreMax - 1, Math.max(0, this.#score + points));
  }
}
