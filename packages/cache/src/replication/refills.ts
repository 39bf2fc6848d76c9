import type { PeerId } from '@hearsay/core';
import type { Asks } from './asks.js';
import type { Context } from './context.js';
import type { Holdings } from './holdings.js';

/** A peer that does not answer makes way for the next one. */
const ANSWER_MS = 2_000;
/** When nobody had it: how long until all are asked again, doubled each time. */
const AGAIN_MS = 1_000;
const AGAIN_MS_MAX = 600_000;

/** How far the search for one key has come. */
interface Search {
  readonly asked: Set<PeerId>;
  isUnderWay: boolean;
  /** Monotonic. */
  nextMs: number;
  againMs: number;
}

/**
 * Fetches what expired here too early: its deadline had been extended elsewhere before, so it lives on
 * there. One neighbour after the other is asked, until one has it.
 */
export class Refills {
  readonly #context: Context;
  readonly #holdings: Holdings;
  readonly #asks: Asks;
  readonly #searches = new Map<string, Search>();
  #underWay = 0;

  constructor(context: Context, holdings: Holdings, asks: Asks) {
    this.#context = context;
    this.#holdings = holdings;
    this.#asks = asks;
  }

  /** Whoever comes may have what nobody had. */
  linkUp(): void {
    for (const search of this.#searches.values()) {
      search.nextMs = Number.NEGATIVE_INFINITY;
      search.againMs = AGAIN_MS;
    }
  }

  /** @returns when there is more to do, monotonic */
  tick(): number {
    const { store, now } = this.#context;
    if (store.lapsed === 0 && this.#searches.size === 0) return Number.POSITIVE_INFINITY;
    const keys = store.lapsedKeys(now.wallMs);
    const wanted = new Set(keys);
    for (const [key, search] of this.#searches) {
      if (!search.isUnderWay && !wanted.has(key)) this.#searches.delete(key);
    }
    let nextMs = Number.POSITIVE_INFINITY;
    for (const key of keys) nextMs = Math.min(nextMs, this.#advance(key));
    return nextMs;
  }

  #advance(key: string): number {
    const { now, limits } = this.#context;
    const search = this.#searches.get(key) ?? newSearch();
    if (search.isUnderWay || this.#underWay >= limits.refillsMax) return Number.POSITIVE_INFINITY;
    if (search.nextMs > now.monotonicMs) return search.nextMs;
    this.#searches.set(key, search);
    const peer = [...this.#holdings.linked].find((each) => !search.asked.has(each));
    if (peer === undefined) {
      search.asked.clear();
      search.nextMs = now.monotonicMs + search.againMs;
      search.againMs = Math.min(2 * search.againMs, AGAIN_MS_MAX);
      return search.nextMs;
    }
    search.asked.add(peer);
    search.isUnderWay = true;
    this.#underWay += 1;
    const untilMs = now.monotonicMs + ANSWER_MS;
    this.#asks.fetch({ key, from: peer, untilMs }, () => {
      search.isUnderWay = false;
      this.#underWay -= 1;
    });
    return Number.POSITIVE_INFINITY;
  }
}

function newSearch(): Search {
  return {
    asked: new Set(),
    isUnderWay: false,
    nextMs: Number.NEGATIVE_INFINITY,
    againMs: AGAIN_MS,
  };
}
