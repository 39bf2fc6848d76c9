import type { Random } from '@hearsay/core';
import { US_PER_MS } from '../timeline.js';
import type { NetworkSettings } from './settings.js';

/** What a cut does with bytes: `hold` delivers them after the heal, `lose` never does. */
export type CutMode = 'hold' | 'lose';

/** Something that has bytes waiting behind a cut. */
export interface Blocked {
  release(): void;
}

/** One direction between two hosts: its latency, its faults and whether it is cut. */
export class Route {
  readonly #settings: Readonly<NetworkSettings>;
  readonly #weather: Random;
  readonly #faults: Random;
  readonly #blocked = new Set<Blocked>();
  #cut: CutMode | undefined;

  constructor(settings: Readonly<NetworkSettings>, weather: Random, faults: Random) {
    this.#settings = settings;
    this.#weather = weather;
    this.#faults = faults;
  }

  get cut(): CutMode | undefined {
    return this.#cut;
  }

  latencyUs(): number {
    const { latencyMs } = this.#settings;
    if (typeof latencyMs === 'number') return Math.round(latencyMs * US_PER_MS);
    const minUs = Math.round(latencyMs[0] * US_PER_MS);
    const maxUs = Math.round(latencyMs[1] * US_PER_MS);
    return minUs + this.#weather.below(maxUs - minUs + 1);
  }

  retransmitUs(): number {
    return this.#weather.below(this.#settings.retransmitMsMax * US_PER_MS + 1);
  }

  /** What befalls the next transport message. */
  fate(): { lost: boolean; duplicated: boolean; lateUs: number } {
    const { lossPerMille, duplicatePerMille, latePerMille, lateMs } = this.#settings.faults;
    return {
      lost: this.#happens(lossPerMille),
      duplicated: this.#happens(duplicatePerMille),
      lateUs: this.#happens(latePerMille) ? this.#faults.below(lateMs * US_PER_MS + 1) : 0,
    };
  }

  close(mode: CutMode): void {
    this.#cut = mode;
  }

  heal(): void {
    if (this.#cut === undefined) return;
    this.#cut = undefined;
    const blocked = [...this.#blocked];
    this.#blocked.clear();
    for (const one of blocked) one.release();
  }

  wait(blocked: Blocked): void {
    this.#blocked.add(blocked);
  }

  #happens(perMille: number): boolean {
    return perMille > 0 && this.#faults.below(1_000) < perMille;
  }
}

/** All routes, made when first used; each has chances of its own. */
export class Routes {
  readonly #routes = new Map<string, Route>();
  readonly #settings: Readonly<NetworkSettings>;
  readonly #weather: Random;
  readonly #faults: Random;

  constructor(settings: Readonly<NetworkSettings>, weather: Random, faults: Random) {
    this.#settings = settings;
    this.#weather = weather;
    this.#faults = faults;
  }

  between(from: string, to: string): Route {
    const name = `${from}>${to}`;
    let route = this.#routes.get(name);
    if (route === undefined) {
      route = new Route(this.#settings, this.#weather.split(name), this.#faults.split(name));
      this.#routes.set(name, route);
    }
    return route;
  }

  get anyCut(): boolean {
    for (const route of this.#routes.values()) if (route.cut !== undefined) return true;
    return false;
  }

  heal(): void {
    for (const route of this.#routes.values()) route.heal();
  }
}
