import type { Peer } from '@hearsay/node';
import { Counter, Gauge, Histogram, type OpenMetricsContentType, Registry } from 'prom-client';
import type { CalledEvent, ServedEvent, Services } from './api/types.js';

/** What a closed, half-open and open breaker are as numbers. */
const BREAKER_VALUES = { closed: 0, 'half-open': 1, open: 2 } as const;
const MS_PER_S = 1_000;

/** Seconds: from a call on one machine to the longest deadline that makes sense. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Tells `/metrics` of calls, providers and breakers: `exportMetrics(services, peer.http.metrics)`. How long
 * calls and handlers take is counted as they end, with traces as exemplars; all else is read at each scrape.
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
  // The library wants a registry that speaks OpenMetrics for these; the peer tells of them in either form.
  const exemplars = new Registry<OpenMetricsContentType>();
  exemplars.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const timed = (name: string, help: string): ((event: CalledEvent | ServedEvent) => void) => {
    const histogram = new Histogram({
      name: `hearsay_services_${name}_seconds`,
      help,
      labelNames: ['service', 'outcome'],
      buckets: BUCKETS,
      enableExemplars: true,
      registers: [exemplars],
    });
    registry.registerMetric(histogram);
    return ({ service, outcome, durationMs, trace }) => {
      if (outcome === 'no-provider') return; // Of a name that may be anything.
      histogram.observe({
        labels: { service, outcome },
        value: durationMs / MS_PER_S,
        ...(trace.sampled ? { exemplarLabels: exemplarOf(trace) } : {}),
      });
    };
  };
  services.on('called', timed('call', 'What calls of this peer took.'));
  services.on('served', timed('handler', 'What handlers of this peer took.'));
}

/** As Grafana and others look for them. */
function exemplarOf({ traceId, spanId }: CalledEvent['trace']): Record<string, string> {
  return { trace_id: traceId, span_id: spanId };
}
