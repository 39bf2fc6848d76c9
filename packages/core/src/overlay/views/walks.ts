import type { PeerId } from '../../ids.js';
import type { Limits } from '../../limits.js';
import { TokenBucket } from '../../token-bucket.js';

/** Walks whose way back is known at once; the oldest makes room, and its answer is lost. */
const ROUTES_MAX = 256;

/** How many walks each neighbour may send us on: a token bucket for each (`walksPerLinkMax`). */
export class WalkBudgets {
  readonly #limits: Pick<Limits, 'walksPerLinkMax' | 'walksPerLinkPerSecondMax'>;
  readonly #budgets = new Map<PeerId, TokenBucket>();

  constructor(limits: Pick<Limits, 'walksPerLinkMax' | 'walksPerLinkPerSecondMax'>) {
    this.#limits = limits;
  }

  /** Whether one more may go on. */
  takes(from: PeerId, nowMs: number): boolean {
    const { walksPerLinkMax: most, walksPerLinkPerSecondMax: perSecond } = this.#limits;
    const budget = this.#budgets.get(from) ?? new TokenBucket({ most, perSecond, nowMs });
    this.#budgets.set(from, budget);
    return budget.takes(nowMs);
  }

  /** Its link is gone. */
  forget(peer: PeerId): void {
    this.#budgets.delete(peer);
  }
}

/** Where an answer goes, and what was offered for it (only where the walk began). */
export interface Route {
  readonly back: PeerId | undefined;
  readonly offered: readonly PeerId[];
}

/** The ways back of shuffles that are under way: no link is made for an answer. */
export class Routes {
  readonly #routes = new Map<number, Route>();

  set(nonce: number, route: Route): void {
    if (this.#routes.has(nonce)) return;
    this.#routes.set(nonce, route);
    const [oldest] = this.#routes.keys();
    if (this.#routes.size > ROUTES_MAX && oldest !== undefined) this.#routes.delete(oldest);
  }

  /** Each answer goes back once. */
  take(nonce: number): Route | undefined {
    const route = this.#routes.get(nonce);
    this.#routes.delete(nonce);
    return route;
  }
}
