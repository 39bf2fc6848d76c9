import { jitter, type PeerEvent, type PeerId, type Replica } from '@hearsay/core';
import { ConsecutiveBreaker, CountBreaker } from 'cockatiel';
import { Agenda } from './calls/agenda.js';
import type { Call, CallRequest } from './calls/call.js';
import type { CallCounters } from './calls/call-counters.js';
import { Caller } from './calls/caller.js';
import { Dispatcher, type Served, type ServedCounters } from './calls/dispatcher.js';
import { Providers } from './calls/providers.js';
import type { EngineEvent, EngineSettings } from './engine-settings.js';
import { Checks } from './health/checks.js';
import { LEASE_MS } from './limits.js';
import { Announcer } from './registry/announcer.js';
import type { BreakerEntry, ProviderRecord, ServiceEntry } from './registry/record.js';
import { Registry } from './registry/registry.js';
import { Breaker, type BreakerOptions, type BreakerState } from './resilience/breaker.js';
import { RetryBudget } from './resilience/retry-budget.js';
import type { ServicesHost } from './services-host.js';
import {
  decodeMessage,
  encodeForPost,
  encodeMessage,
  type ProviderStatus,
  type ServiceMessage,
} from './wire/messages.js';

/** Leases that end are looked for so often, in milliseconds. */
const EXPIRE_MS = 1_000;
const JITTER_PERCENT = 10;

/**
 * All of services as one machine that touches neither a clock nor a socket: the registry, the calls
 * of this peer, and what it answers. The runtime and the simulator drive the same bytes.
 */
export class ServicesEngine {
  readonly registry: Registry;
  readonly providers: Providers;
  readonly #host: ServicesHost;
  readonly #settings: EngineSettings;
  readonly #agenda = new Agenda();
  readonly #announcer: Announcer;
  readonly #caller: Caller;
  readonly #dispatcher: Dispatcher;
  readonly #checks: Checks;
  readonly #breakers = new Map<string, Breaker>();
  readonly #services = new Map<string, ServiceEntry>();
  #wakeMs = Number.POSITIVE_INFINITY;
  #isClosed = false;

  constructor(host: ServicesHost, settings: EngineSettings) {
    this.#host = host;
    this.#settings = settings;
    const { limits } = settings;
    const send = (to: PeerId, message: ServiceMessage): boolean => this.#send(to, message);
    this.providers = new Providers({
      self: host.peer,
      host: settings.host,
      thresholds: settings.health,
      breakerOf: (peer, service) => this.#copyBreaker(peer, service),
    });
    this.registry = new Registry({
      readWallMs: () => host.now().wallMs,
      verify: (peer, bytes, signature) => host.verify(peer, bytes, signature),
      onChange: (peer, record, was) => this.#recorded(peer, record, was),
    });
    this.#announcer = new Announcer({
      host,
      agenda: this.#agenda,
      registry: this.registry,
      leaseMs: LEASE_MS,
      read: () => ({
        host: settings.host,
        services: [...this.#services.values()],
        breakers: this.openBreakers(),
      }),
    });
    this.#caller = new Caller({
      host,
      agenda: this.#agenda,
      providers: this.providers,
      budget: new RetryBudget(settings.budget),
      breakerOf: (service) => this.#serviceBreaker(service),
      callsMax: limits.callsMax,
      session: settings.session,
      send,
    });
    this.#dispatcher = new Dispatcher({
      host,
      agenda: this.#agenda,
      ...limits,
      send,
      onIdle: (service) => this.#emit({ kind: 'idle', service }),
    });
    this.#checks = new Checks({
      host,
      agenda: this.#agenda,
      providers: this.providers,
      times: settings.checks,
      send,
      onChange: (peer, state) => this.#emit({ kind: 'health', provider: peer, state }),
    });
    this.#expireLater();
    this.#checks.start();
    this.#schedule();
  }

  get replica(): Replica {
    return this.registry;
  }

  get counters(): Readonly<CallCounters & ServedCounters> {
    return { ...this.#caller.counters, ...this.#dispatcher.counters };
  }

  /** How much is in each table; all but the last three are 0 when nothing is under way. */
  get sizes(): Readonly<Record<string, number>> {
    return {
      ...this.#caller.size,
      works: this.#dispatcher.size.works,
      operations: this.#dispatcher.size.operations,
      appointments: this.#agenda.size,
      records: this.registry.size,
    };
  }

  load(service: string): { readonly running: number; readonly waiting: number } {
    return this.#dispatcher.load(service);
  }

  /** Announces a service and answers calls of it. */
  serve(entry: ServiceEntry, served: Served): void {
    this.#services.set(entry.name, entry);
    this.#dispatcher.add(served);
    this.#announceSoon();
  }

  setStatus(service: string, status: ProviderStatus): void {
    const entry = this.#services.get(service);
    if (entry === undefined || entry.status === status || entry.status === 'draining') return;
    this.#services.set(service, { ...entry, status });
    this.#announceSoon();
  }

  /** No new calls; an `idle` event tells when those that are here have ended. */
  drain(service: string): void {
    const entry = this.#services.get(service);
    if (entry === undefined) return;
    this.#services.set(service, { ...entry, status: 'draining' });
    this.#announcer.announce();
    this.#dispatcher.drain(service);
    this.#schedule();
  }

  withdraw(service: string): void {
    if (!this.#services.delete(service)) return;
    this.#dispatcher.remove(service);
    if (!this.#isClosed) this.#announcer.announce();
    this.#schedule();
  }

  call(request: CallRequest): Call | undefined {
    const call = this.#caller.begin(request);
    this.#schedule();
    return call;
  }

  cancel(call: Call): void {
    this.#caller.cancel(call);
    this.#schedule();
  }

  grant(call: Call, items: number): void {
    this.#caller.grant(call, items);
  }

  /** @throws HearsayError `malformed`, `forged` */
  received(from: PeerId, bytes: Uint8Array): void {
    if (this.#isClosed) return;
    this.#take(from, decodeMessage(bytes));
    this.#schedule();
  }

  repaired(): void {
    this.#schedule();
  }

  /** As the core tells it; the runtime calls `linkUp`, `linkDown` and `gone` itself. */
  happened(event: PeerEvent): void {
    if (event.kind === 'link-up') this.linkUp(event.peer);
    else if (event.kind === 'link-down') this.linkDown(event.peer);
    else if (event.kind === 'member') {
      const { peer, state } = event.change;
      if (state === 'dead' || state === 'left') this.gone(peer);
    }
  }

  linkUp(peer: PeerId): void {
    if (this.#isClosed) return;
    this.providers.linkUp(peer);
    this.#announcer.tell(peer);
    this.#caller.linkUp(peer);
    this.#schedule();
  }

  linkDown(peer: PeerId): void {
    this.providers.linkDown(peer);
    this.#caller.linkDown(peer);
    this.#dispatcher.linkDown(peer);
    this.#schedule();
  }

  gone(peer: PeerId): void {
    if (this.providers.isLinked(peer)) return;
    this.providers.gone(peer);
    this.#caller.gone(peer);
    this.#schedule();
  }

  wake(): void {
    if (this.#isClosed) return;
    this.#wakeMs = Number.POSITIVE_INFINITY;
    this.#agenda.run(this.#host.now().monotonicMs);
    this.#schedule();
  }

  /** Ends all calls, both ways, and tells others that nothing is provided here any more. */
  close(): void {
    if (this.#isClosed) return;
    this.#services.clear();
    this.#announcer.announce();
    this.#isClosed = true;
    this.#caller.close();
    this.#dispatcher.close();
  }

  #take(from: PeerId, message: ServiceMessage<Uint8Array>): void {
    switch (message.kind) {
      case 'request':
        return this.#dispatcher.received(from, message);
      case 'reply':
      case 'fault':
      case 'item':
        return this.#caller.received(from, message);
      case 'cancel':
        return this.#dispatcher.cancelled(from, message.attempt);
      case 'credit':
        return this.#dispatcher.credited(from, message.attempt, message.items);
      case 'check': {
        const isReady = this.#settings.isLive();
        const status = isReady ? 'ready' : 'unready';
        this.#send(from, { kind: 'checked', nonce: message.nonce, status });
        return;
      }
      case 'checked':
        return this.#checks.answered(from, message.nonce, message.status);
      case 'announce':
        this.registry.take(this.registry.open(message.record));
    }
  }

  #send(to: PeerId, message: ServiceMessage): boolean {
    if (to !== this.#host.peer)
      return this.#host.post(encodeForPost(message), { to, prompt: true }) > 0;
    // What a peer provides itself is called like any other, one turn later.
    const bytes = encodeMessage(message);
    this.#agenda.add(this.#host.now().monotonicMs, () => this.#take(to, decodeMessage(bytes)));
    return true;
  }

  #recorded(
    peer: PeerId,
    record: ProviderRecord | undefined,
    was: ProviderRecord | undefined,
  ): void {
    const before = this.providers.peek(peer);
    this.providers.recorded(peer, record);
    // A run that nobody will answer for any more: its calls end now, not at their deadlines.
    if (before !== undefined && before !== this.providers.peek(peer)) this.#announceSoon();
    this.#emit({ kind: 'record', peer, record, was });
  }

  /** Out of the way of whoever is at work: listeners may call what they like. */
  #emit(event: EngineEvent): void {
    this.#agenda.add(this.#host.now().monotonicMs, () => this.#settings.onEvent(event));
  }

  #announceSoon(): void {
    if (this.#isClosed) return;
    this.#announcer.announceSoon();
    this.#schedule();
  }

  #copyBreaker(peer: PeerId, service: string): BreakerOptions {
    const { times, failures } = this.#settings.breaker;
    return {
      times,
      trip: () => new ConsecutiveBreaker(failures),
      onChange: (state, was) => this.#breakerChanged({ service, provider: peer, state, was }),
    };
  }

  #serviceBreaker(service: string): Breaker {
    const known = this.#breakers.get(service);
    if (known !== undefined) return known;
    const { times, calls, ratio } = this.#settings.breaker;
    const made = new Breaker({
      times,
      trip: () => new CountBreaker({ size: calls, threshold: ratio }),
      onChange: (state, was) => this.#breakerChanged({ service, provider: undefined, state, was }),
    });
    this.#breakers.set(service, made);
    return made;
  }

  #breakerChanged(change: {
    service: string;
    provider: PeerId | undefined;
    state: BreakerState;
    was: BreakerState;
  }): void {
    this.#announceSoon();
    this.#emit({ kind: 'breaker', ...change });
  }

  /** Breakers of this peer's calls that are not closed. */
  openBreakers(): BreakerEntry[] {
    const open: BreakerEntry[] = [];
    const add = (service: string, provider: PeerId | undefined, state: BreakerState): void => {
      if (state !== 'closed') open.push({ service, provider, state });
    };
    for (const [service, { state }] of this.#breakers) add(service, undefined, state);
    for (const copy of this.providers.copies()) {
      for (const [service, { breaker }] of copy.services()) add(service, copy.peer, breaker.state);
    }
    return open;
  }

  #expireLater(): void {
    const inMs = jitter(EXPIRE_MS, JITTER_PERCENT, this.#host.random);
    this.#agenda.add(this.#host.now().monotonicMs + inMs, () => {
      this.registry.expire();
      this.#expireLater();
    });
  }

  #schedule(): void {
    const { nextMs } = this.#agenda;
    if (nextMs >= this.#wakeMs || this.#isClosed) return;
    this.#wakeMs = nextMs;
    this.#host.wakeAt(nextMs);
  }
}
