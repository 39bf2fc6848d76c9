import type { Random } from '@hearsay/core';
import { ConsecutiveBreaker } from 'cockatiel';
import { choose } from '../balance/balancer.js';
import { Latency } from '../balance/latency.js';
import { type HealthSign, ProviderHealth } from '../health/provider-health.js';
import { Breaker, DEFAULT_BREAKER_TIMES, type Permit } from '../resilience/breaker.js';

/** An HTTP server behind the gateway, and how it stands. */
export interface Upstream {
  readonly id: string;
  readonly url: URL;
  readonly breaker: Breaker;
  readonly health: ProviderHealth;
  readonly latency: Latency;
  inFlight: number;
  served: number;
  failed: number;
}

/** Leave to send one request to one upstream. */
export interface Passage {
  readonly upstream: Upstream;
  readonly permit: Permit;
  readonly sentMs: number;
}

export interface UpstreamsOptions {
  readonly random: Random;
  readonly readMs: () => number;
  /** Its health or its breaker is another than before. */
  readonly onChange: (upstream: Upstream) => void;
}

const FAILURES = 5;

/** Chooses among HTTP servers as calls choose among providers. */
export class Upstreams {
  readonly all: readonly Upstream[];
  readonly #options: UpstreamsOptions;

  constructor(urls: readonly URL[], options: UpstreamsOptions) {
    this.#options = options;
    this.all = urls.map((url) => {
      const upstream: Upstream = {
        id: url.href,
        url,
        breaker: new Breaker({
          times: DEFAULT_BREAKER_TIMES,
          trip: () => new ConsecutiveBreaker(FAILURES),
          onChange: () => options.onChange(upstream),
        }),
        health: new ProviderHealth(),
        latency: new Latency(),
        inFlight: 0,
        served: 0,
        failed: 0,
      };
      return upstream;
    });
  }

  /** @returns undefined: none may be asked now */
  enter(tried: ReadonlySet<Upstream>): Passage | undefined {
    const { random, readMs } = this.#options;
    const nowMs = readMs();
    const candidates = this.all
      .filter(({ health, breaker }) => health.state !== 'unhealthy' && breaker.admits(nowMs))
      .filter((upstream) => !tried.has(upstream))
      .map((upstream) => ({
        id: upstream.id,
        inFlight: upstream.inFlight,
        latencyMs: upstream.latency.read(nowMs),
        weight: 1,
        sameHost: false,
        upstream,
      }));
    const choice = { strategy: 'two-choices', key: undefined, turn: 0, random } as const;
    const upstream = choose(candidates, choice)?.upstream;
    const permit = upstream?.breaker.enter(nowMs);
    if (upstream === undefined || permit === undefined) return undefined;
    upstream.inFlight += 1;
    return { upstream, permit, sentMs: nowMs };
  }

  /** The headers of an answer came. */
  answered({ upstream, permit, sentMs }: Passage, isFault: boolean): void {
    const nowMs = this.#options.readMs();
    upstream.latency.measured(nowMs - sentMs, nowMs);
    if (isFault) {
      upstream.failed += 1;
      upstream.breaker.failed(permit, nowMs);
    } else {
      upstream.served += 1;
      upstream.breaker.succeeded(permit);
    }
    this.judge(upstream, 'call-answered');
  }

  /** No answer came. */
  lost({ upstream, permit }: Passage): void {
    upstream.failed += 1;
    upstream.breaker.failed(permit, this.#options.readMs());
    this.judge(upstream, 'call-lost');
  }

  /** The client went away first, which says nothing of the upstream. */
  forgot({ upstream, permit }: Passage): void {
    upstream.breaker.forgot(permit, this.#options.readMs());
  }

  /** Something told of the health of an upstream. */
  judge(upstream: Upstream, sign: HealthSign): void {
    if (upstream.health.take(sign)) this.#options.onChange(upstream);
  }

  /** Nothing of it is under way any more. */
  left({ upstream }: Passage): void {
    upstream.inFlight -= 1;
  }
}
