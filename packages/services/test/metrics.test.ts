import { expect, it } from 'vitest';
import { z } from 'zod';
import { exportMetrics } from '../src/metrics.js';
import { mesh } from './support/peers.js';

it('/metrics tells of calls, providers and breakers', async () => {
  const [peer] = await mesh(1);
  if (peer === undefined) throw new Error('a peer');
  exportMetrics(peer.services, peer.peer.http.metrics);
  peer.services.define('echo', z.string(), (said) => said);
  await peer.services.available('echo', { timeoutMs: 30_000 });
  await peer.services.call('echo', 'hi');
  const url = `${peer.peer.url.replace('ws:', 'http:')}/metrics`;
  const text = await (await fetch(url)).text();
  const provider = peer.peer.id;
  for (const name of ['calls', 'replied', 'taken', 'answered']) {
    expect(text).toContain(`hearsay_services_${name}_total 1`);
  }
  expect(text).toContain(`hearsay_services_breaker{service="echo",provider="${provider}"} 0`);
  expect(text).toContain(`hearsay_services_served{service="echo",provider="${provider}"} 1`);
});
