import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createGateway, type Gateway, type GatewayOptions } from '../src/gateway/gateway.js';
import { mesh, until } from './support/peers.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(answer: Answer, port = 0): Promise<{ url: URL; server: Server }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address() as AddressInfo; // It listens on TCP.
  return { url: new URL(`http://127.0.0.1:${address.port}`), server };
}

async function front(
  options: Omit<GatewayOptions, 'services'>,
  provide: string[] = [],
): Promise<{ url: URL; gateway: Gateway }> {
  const [here] = await mesh(1);
  if (here === undefined) throw new Error('a peer');
  for (const name of provide) {
    here.services.define(name, z.object({ a: z.number(), b: z.number() }), ({ a, b }) => a + b);
    await here.services.available(name, { timeoutMs: 30_000 });
  }
  const gateway = createGateway({ services: here.services, ...options });
  onTestFinished(() => gateway.close());
  const { url } = await serve((request, response) => gateway.handle(request, response));
  return { url, gateway };
}

describe('a route to a service', () => {
  const routes = [
    { path: '/add', service: 'addition' },
    { path: '/gone', service: 'nobody' },
  ];

  it.each<[string, string, RequestInit, number, unknown]>([
    ['gives its result', '/add', { body: '{"a":5,"b":3}' }, 200, 8],
    [
      'says what is wrong',
      '/add',
      { body: '{"a":5}' },
      400,
      { error: expect.stringContaining('b: ') },
    ],
    ['wants JSON', '/add', { body: '{' }, 400, { error: 'The body is no JSON' }],
    ['says when nobody is there', '/gone', { body: '1' }, 503, { error: 'Service unavailable' }],
    ['has a bound', '/add', { body: 'x'.repeat(300) }, 413, { error: expect.anything() }],
    ['knows no other path', '/elsewhere', { body: '1' }, 404, { error: 'Not found' }],
    ['answers POST', '/add', { method: 'GET' }, 405, { error: 'Use POST' }],
  ])('%s', async (_what, path, init, status, body) => {
    const { url } = await front({ routes, bodyBytesMax: 200 }, ['addition']);
    const response = await fetch(new URL(path, url), { method: 'POST', ...init });
    expect(await response.json()).toEqual(body);
    expect(response.status).toBe(status);
  });
});

describe('what a service gives', () => {
  it('is bytes when it is bytes, and a name of an operation has a bound', async () => {
    const [here] = await mesh(1);
    if (here === undefined) throw new Error('a peer');
    here.services.define('bytes', z.number(), (count) => new Uint8Array(count).fill(7));
    await here.services.available('bytes', { timeoutMs: 30_000 });
    const routes = [{ path: '/bytes', service: 'bytes' }];
    const gateway = createGateway({ services: here.services, routes });
    onTestFinished(() => gateway.close());
    const { url } = await serve((request, response) => gateway.handle(request, response));
    const ask = (key: string): Promise<Response> =>
      fetch(new URL('/bytes', url), {
        method: 'POST',
        body: '3',
        headers: { 'idempotency-key': key },
      });
    const given = await ask('one');
    expect(given.headers.get('content-type')).toBe('application/octet-stream');
    expect([...new Uint8Array(await given.arrayBuffer())]).toEqual([7, 7, 7]);
    const refused = await ask('x'.repeat(1_000));
    expect([refused.status, await refused.json()]).toEqual([
      400,
      { error: expect.stringContaining('operationId') },
    ]);
  });
});

describe('upstreams', () => {
  it('share requests, with path, query, headers and bodies as they were', async () => {
    const seen: string[] = [];
    const echo: Answer = (request, response) => {
      if (request.url !== '/')
        seen.push(`${request.method} ${request.url} ${request.headers['x-mine']}`); // Checks ask for /.
      response.writeHead(201, { 'x-theirs': 'yes' });
      request.pipe(response);
    };
    const [one, two] = [await serve(echo), await serve(echo)];
    const { url, gateway } = await front({ upstreams: [one.url, two.url] });
    const body = 'x'.repeat(500_000);
    for (let count = 0; count < 20; count++) {
      const response = await fetch(new URL('/path?q=1', url), {
        method: 'POST',
        body,
        headers: { 'x-mine': 'm' },
      });
      expect([response.status, response.headers.get('x-theirs')]).toEqual([201, 'yes']);
      expect(await response.text()).toBe(body);
    }
    expect(new Set(seen)).toEqual(new Set(['POST /path?q=1 m']));
    expect(gateway.upstreams().every(({ served }) => served > 0)).toBe(true);
    await until(() => gateway.upstreams().every(({ inFlight }) => inFlight === 0));
  });

  it('stream both ways: an answer begins before the request has ended', async () => {
    const { url: upstream } = await serve((request, response) => {
      response.flushHeaders();
      request.pipe(response);
    });
    const { url } = await front({ upstreams: [upstream] });
    const sent = request(url, { method: 'POST' });
    sent.flushHeaders();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    for (const part of ['one', 'two']) {
      sent.write(part);
      const [heard] = (await once(response, 'data')) as [Buffer];
      expect(heard.toString()).toBe(part);
    }
    const ended = once(response, 'end');
    sent.end();
    await ended;
  });

  it('that are dead are passed over, for safe methods', async () => {
    const dead = await serve(() => undefined);
    dead.server.close();
    dead.server.closeAllConnections();
    const alive = await serve((_request, response) => response.end('here'));
    const { url, gateway } = await front({ upstreams: [dead.url, alive.url] });
    const isKnown = (): boolean => {
      const [first] = gateway.upstreams();
      return first?.health === 'unhealthy' || first?.breaker === 'open';
    };
    // Requests find out if chance sends them there; checks do in any case.
    const deadlineMs = Date.now() + 20_000;
    for (let count = 0; count < 20 || (!isKnown() && Date.now() < deadlineMs); count++) {
      expect(await (await fetch(url)).text()).toBe('here');
    }
    expect(isKnown()).toBe(true);
  });

  it('that break off are told apart from those that are all gone', async () => {
    const broken = await serve((request) => request.socket.destroy());
    const { url } = await front({ upstreams: [broken.url] });
    const first = await fetch(url, { method: 'POST', body: 'x' });
    expect([first.status, await first.json()]).toEqual([502, { error: 'The upstream broke off' }]);
    for (let count = 0; count < 6; count++) await fetch(url, { method: 'POST', body: 'x' });
    const last = await fetch(url, { method: 'POST', body: 'x' });
    expect([last.status, await last.json()]).toEqual([503, { error: 'Service unavailable' }]);
  });

  it('that are silent are given up, and larger bodies are refused', async () => {
    const silent = await serve(() => undefined);
    const { url } = await front({ upstreams: [silent.url], timeoutMs: 50, bodyBytesMax: 100 });
    expect((await fetch(url)).status).toBe(504); // Nobody else could be asked.
    const post = await fetch(url, { method: 'POST', body: 'x' });
    expect(post.status).toBe(504);
    expect((await fetch(url, { method: 'POST', body: 'x'.repeat(200) })).status).toBe(413);
  });

  it('learn that a client went away', async () => {
    let closed = false;
    let isAsked = false;
    const slow = await serve((_request, response) => {
      isAsked = true;
      response.on('close', () => {
        closed = true;
      });
    });
    const { url, gateway } = await front({ upstreams: [slow.url] });
    const aborting = new AbortController();
    const asking = fetch(url, { signal: aborting.signal });
    const rejected = expect(asking).rejects.toThrow();
    await until(() => isAsked);
    aborting.abort();
    await rejected;
    await until(() => closed);
    expect(gateway.upstreams()[0]).toMatchObject({ inFlight: 0, failed: 0 });
  });
});
