import type { PeerId } from '@hearsay/core';
import type { Candidate } from '../balance/balancer.js';
import type { HealthThresholds } from '../health/provider-health.js';
import type { ProviderRecord, ServiceEntry } from '../registry/record.js';
import type { BreakerOptions } from '../resilience/breaker.js';
import { Copy, type CopyOfService } from './copy.js';

/** A provider that may be called now. What only some strategies ask is found out when they ask. */
export class CallCandidate implements Candidate {
  readonly copy: Copy;
  readonly of: CopyOfService;
  readonly #offer: Offer;
  readonly #nowMs: number;

  constructor(copy: Copy, of: CopyOfService, offer: Offer, nowMs: number) {
    this.copy = copy;
    this.of = of;
    this.#offer = offer;
    this.#nowMs = nowMs;
  }

  get id(): PeerId {
    return this.copy.peer;
  }

  get inFlight(): number {
    return this.of.flights.size;
  }

  get latencyMs(): number {
    return this.of.latencyMs(this.#nowMs);
  }

  get weight(): number {
    return this.#offer.entry.weight;
  }

  get sameHost(): boolean {
    return this.#offer.sameHost;
  }
}

/** What a peer announced of one service. */
interface Offer {
  readonly entry: ServiceEntry;
  readonly sameHost: boolean;
}

const NOBODY: readonly CallCandidate[] = [];

export interface ProvidersOptions {
  readonly self: PeerId;
  /** The machine we run on. */
  readonly host: string;
  readonly thresholds: HealthThresholds;
  readonly breakerOf: (copy: PeerId, service: string) => BreakerOptions;
}

/** Who may be called: announced, linked, alive, ready, healthy, and let through by its breaker. */
export class Providers {
  readonly #options: ProvidersOptions;
  readonly #byService = new Map<string, Map<PeerId, Offer>>();
  readonly #records = new Map<PeerId, ProviderRecord>();
  readonly #copies = new Map<PeerId, Copy>();
  readonly #linked = new Set<PeerId>();
  readonly #gone = new Set<PeerId>();

  constructor(options: ProvidersOptions) {
    this.#options = options;
    this.#linked.add(options.self);
  }

  get size(): number {
    return this.#copies.size;
  }

  isLinked(peer: PeerId): boolean {
    return this.#linked.has(peer);
  }

  /** The registry changed. */
  recorded(peer: PeerId, record: ProviderRecord | undefined): void {
    for (const { name } of this.#records.get(peer)?.services ?? []) this.#forget(name, peer);
    const copy = this.#copies.get(peer);
    if (copy !== undefined && copy.generation !== record?.generation) this.#copies.delete(peer);
    if (record === undefined) {
      this.#records.delete(peer);
      this.#gone.delete(peer);
      return;
    }
    if (this.#records.get(peer)?.generation !== record.generation) this.#gone.delete(peer);
    this.#records.set(peer, record);
    const sameHost = record.host === this.#options.host;
    for (const entry of record.services) {
      const providers = this.#byService.get(entry.name) ?? new Map<PeerId, Offer>();
      this.#byService.set(entry.name, providers.set(peer, { entry, sameHost }));
    }
  }

  linkUp(peer: PeerId): void {
    this.#linked.add(peer);
    this.#gone.delete(peer);
  }

  linkDown(peer: PeerId): void {
    this.#linked.delete(peer);
  }

  /** Dead, or it has left: its announcement is not believed any more, though its lease runs on. */
  gone(peer: PeerId): void {
    if (this.#records.has(peer)) this.#gone.add(peer);
  }

  isGone(peer: PeerId): boolean {
    return this.#gone.has(peer);
  }

  /** Whether anybody alive announces it, callable now or not. */
  isKnown(service: string): boolean {
    for (const peer of this.#byService.get(service)?.keys() ?? []) {
      if (!this.#gone.has(peer)) return true;
    }
    return false;
  }

  candidates(service: string, nowMs: number): readonly CallCandidate[] {
    const offers = this.#byService.get(service);
    if (offers === undefined) return NOBODY;
    let found: CallCandidate[] | undefined;
    for (const [peer, offer] of offers) {
      if (offer.entry.status !== 'ready' || !this.#linked.has(peer)) continue;
      const copy = this.copyOf(peer);
      if (copy === undefined || copy.health.state === 'unhealthy') continue;
      const of = copy.of(service);
      if (!of.breaker.admits(nowMs)) continue;
      const candidate = new CallCandidate(copy, of, offer, nowMs);
      // Not a push into an empty list: that makes room for many.
      if (found === undefined) found = [candidate];
      else found.push(candidate);
    }
    return found ?? NOBODY;
  }

  /** What is known of the run that a peer announced last. */
  copyOf(peer: PeerId): Copy | undefined {
    const known = this.#copies.get(peer);
    if (known !== undefined) return known;
    const record = this.#records.get(peer);
    if (record === undefined) return undefined;
    const { thresholds, breakerOf } = this.#options;
    const made = new Copy(record, thresholds, (service) => breakerOf(peer, service));
    this.#copies.set(peer, made);
    return made;
  }

  peek(peer: PeerId): Copy | undefined {
    return this.#copies.get(peer);
  }

  /** Those that were called at least once, and are announced still. */
  copies(): Iterable<Copy> {
    return this.#copies.values();
  }

  #forget(service: string, peer: PeerId): void {
    const providers = this.#byService.get(service);
    providers?.delete(peer);
    if (providers?.size === 0) this.#byService.delete(service);
  }
}
