import { readFileSync } from 'node:fs';
import type { ProviderView } from '@hearsay/services';
import { expect, it } from 'vitest';
import {
  breakerFields,
  gatewayFields,
  serviceFields,
  upstreamFields,
} from '../../src/json/service-objects.js';
import { idOf } from '../support/fake-peer.js';

const provider = idOf('b');
const view: ProviderView = {
  service: 'addition',
  version: '1',
  provider,
  nick: undefined,
  status: 'ready',
  health: 'unknown',
  breaker: 'closed',
  stream: false,
  weight: 1,
  host: 'desk',
  metadata: { zone: 'a' },
  leaseMs: 14_000,
  served: 0,
  failed: 0,
  inFlight: 0,
  latencyMs: undefined,
  self: false,
};
const breaker = { caller: idOf('a'), service: 'addition', provider, state: 'open' } as const;

it('what is not known of a service or a breaker is null', () => {
  expect(serviceFields(view)).toMatchObject({ nick: null });
  expect(breakerFields({ ...breaker, provider: undefined })).toMatchObject({ provider: null });
});

const document = readFileSync(new URL('../../../../docs/json.md', import.meta.url), 'utf8');
const url = 'http://127.0.0.1:8001/';
const upstream = { url, health: 'healthy', breaker: 'closed', inFlight: 0, served: 1, failed: 0 };

it.each([
  ['service', serviceFields(view)],
  ['breaker', breakerFields(breaker)],
  ['gateway', gatewayFields({ url, own: url, routes: [{ path: '/add', service: 'addition' }] })],
  ['upstream', upstreamFields({ ...upstream, health: 'healthy', breaker: 'closed' })],
])('docs/json.md shows the fields of a %s', (type, fields) => {
  const shown = document
    .split('\n')
    .filter((line) => line.startsWith('{"v":1'))
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter((object) => object['type'] === type);
  expect(shown.length).toBeGreaterThan(0);
  for (const { v: _v, t: _t, type: _type, ...rest } of shown) {
    expect(Object.keys(rest)).toEqual(Object.keys(fields));
  }
});
