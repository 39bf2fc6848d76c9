import type { Peer } from '@hearsay/node';
import { Counter, Gauge } from 'prom-client';
import type { Services } from './api/types.js';

/** What a closed, half-open and open breaker are as numbers. */
const BREAKER_VALUES = { closed: 0, 'half-open': 1, open: 2 } as const;
const MS_PER_S = 1_000;

/**
 * Tells `/metrics` of calls, providers and breakers: `exportMetrics(services, peer.http.metrics)`. All of it
 * is read at each scrape.
 */
export function exportMetrics(services: Services, registry: Peer['http']['metrics']): void {
  const registers = [registry];
  for (const name of Object.keys(services.counters())) {
    const words = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    new Counter({
      name: `hearsay_services_${words}_total`,
      help: `Total of ${name}.`,
      registers,
      collect() {
        this.reset();
        this.inc(services.counters()[name] ?? 0);
      },
    });
  }
  const labelNames = ['service', 'provider'];
  const perProvider = (
    name: string,
    help: string,
    read: (view: ReturnType<Services['providers']>[number]) => number | undefined,
  ): void => {
    new Gauge({
      name: `hearsay_services_${name}`,
      help,
      labelNames,
      registers,
      collect() {
        this.reset(); // Those that are gone are told no longer.
        for (const view of services.providers()) {
          const value = read(view);
          const { service, provider } = view;
          if (value !== undefined) this.set({ service, provider }, value);
        }
      },
    });
  };
  perProvider(
    'breaker',
    '0 closed, 1 half-open, 2 open.',
    ({ breaker }) => BREAKER_VALUES[breaker],
  );
  perProvider('healthy', '1 unless calls and checks fail.', ({ health }) =>
    Number(health !== 'unhealthy'),
  );
  perProvider('in_flight', 'Calls of this peer that wait there.', ({ inFlight }) => inFlight);
  perProvider('served', 'Calls of this peer that were answered there.', ({ served }) => served);
  perProvider('latency_seconds', 'What calls take there, lately.', ({ latencyMs }) =>
    latencyMs === undefined ? undefined : latencyMs / MS_PER_S,
  );
}
