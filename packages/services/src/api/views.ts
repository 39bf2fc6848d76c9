import type { PeerId } from '@hearsay/core';
import type { ServicesEngine } from '../engine.js';
import type { ProviderRecord, ServiceEntry } from '../registry/record.js';
import type { BreakerView, ProviderView } from './types.js';

/** What views read beside the engine. */
export interface ViewContext {
  readonly engine: ServicesEngine;
  readonly self: PeerId;
  readonly readWallMs: () => number;
  readonly readMs: () => number;
  readonly nickOf: (peer: PeerId) => string | undefined;
}

export function providerViews(context: ViewContext, service?: string): ProviderView[] {
  const views: ProviderView[] = [];
  for (const record of context.engine.registry.records()) {
    for (const entry of record.services) {
      if (service === undefined || entry.name === service) {
        views.push(providerView(context, record, entry));
      }
    }
  }
  return views.sort(
    (left, right) => compare(left.service, right.service) || compare(left.provider, right.provider),
  );
}

export function providerView(
  context: ViewContext,
  record: ProviderRecord,
  entry: ServiceEntry,
): ProviderView {
  const { engine, self, readMs, readWallMs, nickOf } = context;
  const { peer } = record;
  const copy = engine.providers.peek(peer);
  const of = copy?.peek(entry.name);
  return {
    service: entry.name,
    version: entry.version,
    provider: peer,
    nick: nickOf(peer),
    status: statusOf(engine, peer, entry),
    health: copy?.health.state ?? 'unknown',
    breaker: of?.breaker.state ?? 'closed',
    stream: entry.stream,
    weight: entry.weight,
    host: record.host,
    metadata: Object.fromEntries(entry.metadata),
    leaseMs: Math.max(0, record.expiresMs - readWallMs()),
    served: of?.served ?? 0,
    failed: of?.failed ?? 0,
    inFlight: of?.flights.size ?? 0,
    latencyMs: of === undefined || of.served === 0 ? undefined : of.latencyMs(readMs()),
    self: peer === self,
  };
}

/** Of all callers: what they announce, and our own as it is now. */
export function breakerViews({ engine, self }: ViewContext): BreakerView[] {
  const views: BreakerView[] = [];
  for (const { peer, breakers } of engine.registry.records()) {
    if (peer === self) continue;
    for (const breaker of breakers) views.push({ caller: peer, ...breaker });
  }
  for (const breaker of engine.openBreakers()) views.push({ caller: self, ...breaker });
  return views.sort(
    (left, right) => compare(left.service, right.service) || compare(left.caller, right.caller),
  );
}

function statusOf(
  engine: ServicesEngine,
  peer: PeerId,
  entry: ServiceEntry,
): ProviderView['status'] {
  if (engine.providers.isGone(peer)) return 'gone';
  return engine.providers.isLinked(peer) ? entry.status : 'no-link';
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
