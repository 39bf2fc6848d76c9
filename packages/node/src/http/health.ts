import type { StatusView } from '@hearsay/core';
import { PeerError, reasonOf } from '../errors.js';

/** What health is judged by. */
export interface Vitals {
  status(): StatusView;
  /** Since this peer began. */
  ageMs(): number;
  /** The longest delay of the event loop lately. */
  loopDelayMs(): number;
  /** Why nothing more can be written, or undefined. */
  diskFailure(): string | undefined;
  /** Others were refused lately because clocks are too far apart. */
  clocksDiffer(): boolean;
}

/** Bounds of health. */
export interface HealthBounds {
  /** A loop that was held up longer than this is not well. */
  readonly unhealthyLoopMs: number;
  /** Who has met nobody this long after its start takes itself for the first. */
  readonly readyAloneMs: number;
}

/** What a condition says: undefined when it holds, else why it does not, in one line. */
export type ReadinessCheck = () => string | undefined;

/** An answer to "are you well?". */
export interface HealthReport {
  readonly ok: boolean;
  /** By the name of the condition: why it does not hold. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** Tells whether a peer lives, and whether it is ready to be relied on. */
export class Health {
  readonly #vitals: Vitals;
  readonly #bounds: HealthBounds;
  readonly #liveness = new Map<string, ReadinessCheck>();
  readonly #readiness = new Map<string, ReadinessCheck>();
  /** What was once in sync falls behind now and then; that makes nobody unready. */
  #hasSynced = false;

  constructor(vitals: Vitals, bounds: HealthBounds) {
    this.#vitals = vitals;
    this.#bounds = bounds;
    this.#liveness.set('loop', () => this.#loop());
    this.#readiness.set('joined', () => (vitals.status().left ? 'this peer has left' : undefined));
    this.#readiness.set('sync', () => this.#sync());
    this.#readiness.set('isolated', () => {
      return vitals.status().isolated ? 'most links broke at once: others may go on' : undefined;
    });
    this.#readiness.set('disk', () => vitals.diskFailure());
    this.#readiness.set('clock', () => this.#clock());
  }

  /**
   * Adds a condition of readiness.
   * @returns a function that removes it
   * @throws PeerError `bad-option` when there is one of this name
   */
  addReadiness(name: string, check: ReadinessCheck): () => void {
    return add(this.#readiness, name, check);
  }

  /** Adds a condition of life, which is one of readiness too; otherwise as `addReadiness`. */
  addLiveness(name: string, check: ReadinessCheck): () => void {
    return add(this.#liveness, name, check);
  }

  /** The process works: else it should be started again. */
  alive(): HealthReport {
    return reportOf(this.#liveness);
  }

  /** It can be relied on: else others should be asked. */
  ready(): HealthReport {
    return reportOf([...this.#readiness, ...this.#liveness]);
  }

  #loop(): string | undefined {
    const delayMs = this.#vitals.loopDelayMs();
    if (delayMs <= this.#bounds.unhealthyLoopMs) return undefined;
    return `the event loop was held up for ${(delayMs / 1_000).toFixed(1)} s`;
  }

  #sync(): string | undefined {
    if (this.#hasSynced) return undefined;
    const { live, inSync } = this.#vitals.status();
    const alone = live === 0 && this.#vitals.ageMs() >= this.#bounds.readyAloneMs;
    this.#hasSynced = live > 0 && inSync === live;
    if (alone || this.#hasSynced) return undefined;
    return live === 0 ? 'nobody was met yet' : `${inSync} of ${live} others in sync`;
  }

  #clock(): string | undefined {
    if (!this.#vitals.clocksDiffer() || this.#vitals.status().live > 0) return undefined;
    return 'every clock met differs by more than 5 s: set the time';
  }
}

function add(checks: Map<string, ReadinessCheck>, name: string, check: ReadinessCheck): () => void {
  if (checks.has(name)) {
    throw new PeerError('bad-option', `there is a condition "${name}" already`);
  }
  checks.set(name, check);
  return () => {
    if (checks.get(name) === check) checks.delete(name);
  };
}

function reportOf(checks: Iterable<readonly [string, ReadinessCheck]>): HealthReport {
  const reasons: Record<string, string> = {};
  for (const [name, check] of checks) {
    const reason = ask(check);
    if (reason !== undefined) reasons[name] = reason;
  }
  return { ok: Object.keys(reasons).length === 0, reasons };
}

/** A condition that breaks does not hold. */
function ask(check: ReadinessCheck): string | undefined {
  try {
    return check();
  } catch (error) {
    return reasonOf(error);
  }
}
