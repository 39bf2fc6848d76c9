import { createPeer, NetworkKeys, type Peer } from '@hearsay/node';
import { openServices, type Services } from '@hearsay/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerCalculate } from '../src/http/calculate.js';
import { OPERATIONS } from '../src/service/operations.js';

const keys = () => NetworkKeys.of(Buffer.alloc(32, 3));

describe('POST /calculate', () => {
  const peers: Peer[] = [];
  let services: Services;
  let url = '';

  beforeAll(async () => {
    const here = await createPeer({ nick: 'gateway', port: 0, discover: false, keys: keys() });
    const join = [here.url.replace('ws://', '')];
    const there = await createPeer({ nick: 'all', port: 0, discover: false, keys: keys(), join });
    peers.push(here, there);
    services = openServices(here);
    here.http.route('/calculate', (request, response) =>
      answerCalculate(services, request, response),
    );
    url = `${here.url.replace('ws:', 'http:')}/calculate`;
    const provided = openServices(there);
    for (const [name, [operation, calculate]] of OPERATIONS) {
      if (name !== 'subtraction') provided.define(operation, calculate); // Nobody subtracts today.
    }
    await services.available('division', { timeoutMs: 10_000 });
  });

  afterAll(async () => {
    for (const peer of peers) await peer.close();
  });

  it.each<[string, unknown, number, unknown]>([
    ['adds', { operation: 'addition', a: 5, b: 3 }, 200, { result: 8 }],
    ['multiplies', { operation: 'multiplication', a: 5, b: -3 }, 200, { result: -15 }],
    ['divides', { operation: 'division', a: 1, b: 4 }, 200, { result: 0.25 }],
    [
      'knows no powers',
      { operation: 'power', a: 1, b: 1 },
      400,
      { error: 'Unsupported operation: power' },
    ],
    [
      'says when nobody is there',
      { operation: 'subtraction', a: 1, b: 1 },
      503,
      { error: 'Service unavailable' },
    ],
    [
      'does not divide by zero',
      { operation: 'division', a: 1, b: 0 },
      400,
      { error: 'Division by zero' },
    ],
    [
      'misses a number',
      { operation: 'addition', a: 1 },
      400,
      { error: 'b must be a finite number' },
    ],
    [
      'wants numbers',
      { operation: 'addition', a: '1', b: 1 },
      400,
      { error: 'a must be a finite number' },
    ],
    ['misses a name', { a: 1, b: 1 }, 400, { error: 'operation must be a name' }],
    ['wants an object', [1], 400, { error: 'The body is no JSON object' }],
    [
      'tells of results that are no number',
      { operation: 'multiplication', a: 1e200, b: 1e200 },
      400,
      { error: 'The result is too large' },
    ],
    [
      'refuses large bodies',
      { operation: 'addition', a: 1, b: 1, c: 'x'.repeat(2_000) },
      400,
      { error: 'The body is over 1024 bytes' },
    ],
  ])('%s', async (_what, body, status, answer) => {
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
    expect(await response.json()).toEqual(answer);
    expect(response.status).toBe(status);
  });

  it('refuses what is no JSON, and numbers that are none', async () => {
    const garbled = await fetch(url, { method: 'POST', body: '{' });
    expect([garbled.status, await garbled.json()]).toEqual([400, { error: 'The body is no JSON' }]);
    const huge = await fetch(url, {
      method: 'POST',
      body: '{"operation":"addition","a":1e999,"b":1}',
    });
    expect(huge.status).toBe(400);
  });

  it('answers POST only', async () => {
    const response = await fetch(url);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('goes on with the trace of whoever asks', async () => {
    const seen: string[] = [];
    const stop = services.on('called', ({ trace }) => seen.push(trace.traceId));
    const trace = '0af7651916cd43dd8448eb211c80319c';
    await fetch(url, {
      method: 'POST',
      headers: { traceparent: `00-${trace}-b7ad6b7169203331-01` },
      body: JSON.stringify({ operation: 'addition', a: 1, b: 1 }),
    });
    stop();
    expect(seen).toEqual([trace]);
  });
});
