import type { Peer } from '@hearsay/node';
import type { Services } from '@hearsay/services';
import type { LoadResult } from './load.js';

/** What a demo found out. */
export interface DemoResult {
  readonly made: number;
  readonly failed: number;
  readonly retried: number;
  readonly diverted: number;
  readonly failures: readonly string[];
  /** `<service> at <copy>: closed -> open`, in order. */
  readonly breakers: readonly string[];
  /** Calls that each copy answered, over all its runs. */
  readonly shares: Readonly<Record<string, number>>;
}

/** Counts from the side of the caller. */
export class Observer {
  readonly #services: Services;
  readonly #breakers: string[] = [];
  readonly #shares = new Map<string, number>();

  constructor(peer: Peer, services: Services) {
    this.#services = services;
    const nicks = new Map<string, string>();
    const nickOf = (id: string | undefined): string => {
      if (id === undefined) return 'the service';
      // Remembered: who is gone has no nick any more.
      const nick = peer.members().find((member) => member.id === id)?.nick ?? nicks.get(id) ?? id;
      nicks.set(id, nick);
      return nick;
    };
    services.on('called', ({ provider }) => {
      if (provider === undefined) return;
      const nick = nickOf(provider);
      this.#shares.set(nick, (this.#shares.get(nick) ?? 0) + 1);
    });
    services.on('breaker', ({ service, provider, was, state }) => {
      this.#breakers.push(`${service} at ${nickOf(provider)}: ${was} -> ${state}`);
    });
  }

  result({ made, failed, failures }: LoadResult): DemoResult {
    const { retried = 0, diverted = 0 } = this.#services.counters();
    const shares = [...this.#shares].sort(([left], [right]) => (left < right ? -1 : 1));
    return {
      made,
      failed,
      retried,
      diverted,
      failures,
      breakers: this.#breakers,
      shares: Object.fromEntries(shares),
    };
  }
}
