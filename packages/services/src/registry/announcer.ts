import { jitter, type PeerId } from '@hearsay/core';
import type { Agenda, Appointment } from '../calls/agenda.js';
import { BREAKERS_TOLD_MAX } from '../limits.js';
import type { ServicesHost } from '../services-host.js';
import { encodeMessage } from '../wire/messages.js';
import { type ProviderRecord, type SignedRecord, signRecord } from './record.js';
import type { Registry } from './registry.js';

export interface AnnouncerOptions {
  readonly host: ServicesHost;
  readonly agenda: Agenda;
  readonly registry: Registry;
  readonly leaseMs: number;
  readonly read: () => Pick<ProviderRecord, 'host' | 'services' | 'breakers'>;
}

/** Changes in quick succession share an announcement: a breaker may open and close often. */
const PACE_MS = 100;
/** A lease is renewed this often within its time, so that one lost renewal harms nobody. */
const RENEWALS = 3;
const JITTER_PERCENT = 10;

/** Says what this peer provides: at once when it changes, and again before the lease ends. */
export class Announcer {
  readonly #options: AnnouncerOptions;
  #own: SignedRecord | undefined;
  #soon: Appointment | undefined;
  #renewal: Appointment | undefined;
  #saidMs = Number.NEGATIVE_INFINITY;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  announceSoon(): void {
    if (this.#soon !== undefined) return;
    const { agenda, host } = this.#options;
    const atMs = Math.max(host.now().monotonicMs, this.#saidMs + PACE_MS);
    this.#soon = agenda.add(atMs, () => this.announce());
  }

  announce(): void {
    const { host, registry, leaseMs, read } = this.#options;
    const now = host.now();
    this.#soon?.cancel();
    this.#soon = undefined;
    this.#saidMs = now.monotonicMs;
    const { services, breakers, host: name } = read();
    const record: ProviderRecord = {
      peer: host.peer,
      generation: host.generation,
      // Grows over openings in one run, too.
      revision: Math.max((this.#own?.record.revision ?? 0) + 1, Math.floor(now.wallMs)),
      expiresMs: Math.floor(now.wallMs) + leaseMs,
      host: name,
      services,
      breakers: breakers.slice(0, BREAKERS_TOLD_MAX),
    };
    this.#own = signRecord(record, (bytes) => host.sign(bytes));
    registry.take(this.#own);
    host.post(encodeMessage({ kind: 'announce', record: this.#own.bytes }));
    this.#renewLater(services.length + breakers.length > 0);
  }

  /** To a neighbour that just came. */
  tell(peer: PeerId): void {
    if (this.#own === undefined) return;
    const record = this.#own.bytes;
    this.#options.host.post(encodeMessage({ kind: 'announce', record }), { to: peer });
  }

  #renewLater(isWorthIt: boolean): void {
    const { agenda, host, leaseMs } = this.#options;
    this.#renewal?.cancel();
    this.#renewal = undefined;
    if (!isWorthIt) return;
    const inMs = jitter(Math.floor(leaseMs / RENEWALS), JITTER_PERCENT, host.random);
    this.#renewal = agenda.add(host.now().monotonicMs + inMs, () => this.announce());
  }
}
