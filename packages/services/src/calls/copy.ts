import type { PeerId } from '@hearsay/core';
import { Latency } from '../balance/latency.js';
import { type HealthThresholds, ProviderHealth } from '../health/provider-health.js';
import { Breaker, type BreakerOptions } from '../resilience/breaker.js';
import { Flights } from './flights.js';

/** What calls of one service to one provider have shown. */
export class CopyOfService {
  readonly breaker: Breaker;
  readonly latency: Latency = new Latency();
  readonly flights: Flights = new Flights();
  served = 0;
  failed = 0;

  constructor(breaker: BreakerOptions) {
    this.breaker = new Breaker(breaker);
  }

  /** What a call takes here; one that waits for its answer counts as soon as it is slower than that. */
  latencyMs(nowMs: number): number {
    const { oldestMs } = this.flights;
    const waitedMs = oldestMs === undefined ? 0 : nowMs - oldestMs;
    return Math.max(this.latency.read(nowMs), waitedMs);
  }
}

/** One run of a provider as a caller knows it. Another generation is another copy: its faults are not inherited. */
export class Copy {
  readonly peer: PeerId;
  readonly generation: number;
  readonly health: ProviderHealth;
  /** The number of a check that was not answered yet. */
  awaited: number | undefined;
  readonly #services = new Map<string, CopyOfService>();
  readonly #breakerOf: (service: string) => BreakerOptions;

  constructor(
    { peer, generation }: { readonly peer: PeerId; readonly generation: number },
    thresholds: HealthThresholds,
    breakerOf: (service: string) => BreakerOptions,
  ) {
    this.peer = peer;
    this.generation = generation;
    this.health = new ProviderHealth(thresholds);
    this.#breakerOf = breakerOf;
  }

  of(service: string): CopyOfService {
    const known = this.#services.get(service);
    if (known !== undefined) return known;
    const made = new CopyOfService(this.#breakerOf(service));
    this.#services.set(service, made);
    return made;
  }

  peek(service: string): CopyOfService | undefined {
    return this.#services.get(service);
  }

  services(): Iterable<[string, CopyOfService]> {
    return this.#services;
  }
}
