import { jitter, type PeerId } from '@hearsay/core';
import type { Agenda } from '../calls/agenda.js';
import type { Copy } from '../calls/copy.js';
import type { Providers } from '../calls/providers.js';
import type { ServicesHost } from '../services-host.js';
import type { ProviderStatus, ServiceMessage } from '../wire/messages.js';
import type { HealthSign, HealthState } from './provider-health.js';

export interface CheckTimes {
  /** Milliseconds between two checks of a provider. */
  readonly intervalMs: number;
  /** A check that takes longer has failed; below the interval. */
  readonly timeoutMs: number;
}

/** A provider that hangs is found within three intervals, and calls find it sooner. */
export const DEFAULT_CHECK_TIMES: CheckTimes = { intervalMs: 2_000, timeoutMs: 1_000 };

const JITTER_PERCENT = 10;

export interface ChecksOptions {
  readonly host: ServicesHost;
  readonly agenda: Agenda;
  readonly providers: Providers;
  readonly times: CheckTimes;
  readonly send: (to: PeerId, message: ServiceMessage) => boolean;
  readonly onChange: (peer: PeerId, state: HealthState) => void;
}

/** Asks the providers that this peer calls whether they live, linked ones only. */
export class Checks {
  readonly #options: ChecksOptions;
  #nonce = 0;

  constructor(options: ChecksOptions) {
    this.#options = options;
  }

  start(): void {
    const { agenda, host, times } = this.#options;
    const inMs = jitter(times.intervalMs, JITTER_PERCENT, host.random);
    agenda.add(host.now().monotonicMs + inMs, () => {
      for (const copy of this.#options.providers.copies()) this.#check(copy);
      this.start();
    });
  }

  answered(from: PeerId, nonce: number, status: ProviderStatus): void {
    const copy = this.#options.providers.peek(from);
    if (copy === undefined || copy.awaited !== nonce) return;
    copy.awaited = undefined;
    this.#take(copy, status === 'unready' ? 'check-failed' : 'check-passed');
  }

  #check(copy: Copy): void {
    const { host, agenda, times, providers, send } = this.#options;
    if (copy.peer === host.peer || !providers.isLinked(copy.peer)) return;
    this.#nonce += 1;
    const nonce = this.#nonce;
    copy.awaited = nonce;
    send(copy.peer, { kind: 'check', nonce });
    agenda.add(host.now().monotonicMs + times.timeoutMs, () => {
      if (copy.awaited !== nonce) return;
      copy.awaited = undefined;
      // Of a link that fell meanwhile nothing is known.
      if (providers.isLinked(copy.peer)) this.#take(copy, 'check-failed');
    });
  }

  #take(copy: Copy, sign: HealthSign): void {
    if (copy.health.take(sign)) this.#options.onChange(copy.peer, copy.health.state);
  }
}
