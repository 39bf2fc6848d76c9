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
  expect(text).toContain('hearsay_services_call_seconds_count{service="echo",outcome="ok"} 1');
  expect(text).toContain(`hearsay_services_served{service="echo",provider="${provider}"} 1`);
});

it('/metrics shows the trace of a call to whoever asks for OpenMetrics', async () => {
  const [peer] = await mesh(1);
  if (peer === undefined) throw new Error('a peer');
  const { services } = peer;
  exportMetrics(services, peer.peer.http.metrics);
  services.define('echo', z.string(), (said) => said);
  await services.available('echo', { timeoutMs: 10_000 });
  const trace = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), sampled: true, state: '' };
  const spans: string[] = [];
  services.on('called', (event) => spans.push(event.trace.spanId));
  await services.call('echo', 'hi', { trace });
  await expect(services.call('anything', 1)).rejects.toMatchObject({ code: 'no-provider' });
  const url = `${peer.peer.url.replace('ws:', 'http:')}/metrics`;
  const asked = await fetch(url, { headers: { accept: 'application/openmetrics-text' } });
  const text = await asked.text();
  expect(asked.headers.get('content-type')).toMatch(/^application\/openmetrics-text/);
  for (const name of ['call', 'handler']) {
    const exemplar = `# {trace_id="${trace.traceId}",span_id="${spans[0]}"}`;
    const lines = text.split('\n').filter((line) => line.includes(exemplar));
    expect(lines.some((line) => line.startsWith(`hearsay_services_${name}_seconds_bucket`))).toBe(
      true,
    );
  }
  expect(text).not.toContain('anything');
});
