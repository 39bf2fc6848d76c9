import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createPeer, openNetwork, type Peer } from '@hearsay/node';
import { openServices, type Schema, type Services } from '@hearsay/services';
import { describe, expect, it, onTestFinished } from 'vitest';
import { alone, type Mesh, openMesh, type Program } from './support/program.js';

const READY = { timeoutMs: 40_000 };

interface Member {
  readonly peer: Peer;
  readonly services: Services;
  readonly address: string;
}

/** A schema that takes its input as it comes. */
function anything<T>(): Schema<T> {
  const validate = (value: unknown) => ({ value: value as T }); // As the caller of a test gives it.
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

/** A peer of the mesh in this process. */
async function member(mesh: Mesh, nick: string, ...join: readonly string[]): Promise<Member> {
  const folder = path.join(String(mesh.environment['XDG_STATE_HOME']), 'hearsay');
  const { network, keys } = await openNetwork(folder, mesh.network, { create: true });
  const peer = await createPeer({ nick, network, keys, port: 0, discover: false, join });
  onTestFinished(() => peer.close());
  const services = openServices(peer);
  onTestFinished(() => services.close());
  return { peer, services, address: peer.url.replace('ws://', '') };
}

/** A mesh with one that adds. */
async function adding(): Promise<{ mesh: Mesh; adder: Member }> {
  const mesh = openMesh();
  const adder = await member(mesh, 'adder');
  const pair = anything<{ readonly a: number; readonly b: number }>();
  adder.services.define('addition', pair, ({ a, b }) => a + b);
  return { mesh, adder };
}

/** Lists services, again until it shows what it should: it listens for a moment only, which may be too short. */
async function listed(
  mesh: Mesh,
  { address }: Member,
  shows: (text: string) => boolean,
  ...flags: readonly string[]
): Promise<Program> {
  for (;;) {
    const args = ['services', '--timeout', '30s', ...flags, ...alone(mesh, address)];
    const program = mesh.start(...args);
    expect((await program.exit).code).toBe(0);
    if (shows(program.stdout)) return program;
  }
}

describe('hearsay services', () => {
  it('lists who provides what, as a table and as JSON', async () => {
    const { mesh, adder } = await adding();
    const table = await listed(mesh, adder, (text) => text.includes('addition'));
    const [head = '', row = ''] = table.stdout.split('\n');
    expect(head).toMatch(/^ *SERVICE +VERSION +PROVIDER +STATUS +HOST +BREAKERS/);
    expect(row).toMatch(/^ *addition +1 +adder +ready .* closed *$/);
    const objects = await listed(mesh, adder, (text) => text.includes('addition'), '--json');
    const { id } = adder.peer;
    expect(objects.events()).toMatchObject([
      { type: 'service', service: 'addition', provider: id, nick: 'adder', stream: false },
    ]);
  });

  it('shows a breaker that is open at somebody else', async () => {
    const { mesh, adder } = await adding();
    adder.services.define('broken', anything<number>(), () => {
      throw new Error('on purpose');
    });
    const caller = await member(mesh, 'caller', adder.address);
    await caller.services.available('broken', READY);
    for (let count = 0; count < 5; count++) {
      await caller.services.call('broken', 1).catch(() => undefined);
    }
    const objects = await listed(mesh, adder, (text) => text.includes('open'), '--json');
    const open = {
      caller: caller.peer.id,
      service: 'broken',
      provider: adder.peer.id,
      state: 'open',
    };
    expect(objects.events('breaker')).toMatchObject([open]);
    const table = await listed(mesh, adder, (text) => text.includes('open at'));
    expect(table.stdout).toMatch(/^ *broken .* open at 1 *$/m);
  });

  it('tells when nobody is there, and when nobody provides anything', async () => {
    const mesh = openMesh();
    const nobody = mesh.start('services', '--timeout', '500ms', ...alone(mesh));
    expect((await nobody.exit).code).toBe(3);
    expect(nobody.stderr).toMatch(/^hearsay: no peer found/);
    const { address } = await member(mesh, 'idle');
    const nothing = mesh.start('services', '--timeout', '30s', ...alone(mesh, address));
    expect((await nothing.exit).code).toBe(0);
    expect(nothing.stdout).toBe('nobody provides a service\n');
  });
});

/** Starts a gateway on any port. @returns where it listens */
async function gatewayOf(
  mesh: Mesh,
  ...args: readonly string[]
): Promise<{ gateway: Program; url: string }> {
  const gateway = mesh.start('gateway', '--listen', '0', '--json', ...args);
  const { url } = await gateway.event('gateway');
  return { gateway, url: String(url) };
}

async function upstream(words: string): Promise<{ url: string; server: Server }> {
  const server = createServer((_request, response) => response.end(words));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const end = (): void => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(end);
  const { port } = server.address() as AddressInfo; // It listens on TCP.
  return { url: `http://127.0.0.1:${port}/`, server };
}

describe('hearsay gateway', () => {
  it('answers by a service, says 503 when that is gone, and ends when it is told to', async () => {
    const { mesh, adder } = await adding();
    const route = ['--route', '/add=addition'];
    const { gateway, url } = await gatewayOf(mesh, ...route, ...alone(mesh, adder.address));
    const add = async (): Promise<[number, unknown]> => {
      const response = await fetch(`${url}/add`, { method: 'POST', body: '{"a":5,"b":3}' });
      return [response.status, await response.json()];
    };
    await expect.poll(add, { timeout: 40_000 }).toEqual([200, 8]);
    const [{ peer } = {}] = gateway.events('gateway');
    const metrics = await (await fetch(`${String(peer)}/metrics`)).text();
    const provider = `service="addition",provider="${adder.peer.id}"`;
    expect(metrics).toContain(`hearsay_services_breaker{${provider}} 0`);
    expect(metrics).toContain(
      'hearsay_services_call_seconds_count{service="addition",outcome="ok"}',
    );
    expect((await fetch(`${url}/elsewhere`, { method: 'POST' })).status).toBe(404);
    await adder.peer.close();
    await expect.poll(add, { timeout: 40_000 }).toEqual([503, { error: 'Service unavailable' }]);
    gateway.kill('SIGTERM');
    expect(await gateway.exit).toEqual({ code: 0, signal: null });
    expect(gateway.events('gateway')).toMatchObject([{ routes: { '/add': 'addition' } }]);
  });

  it('passes requests on to servers that are well, and tells when one is not', async () => {
    const { mesh, adder } = await adding();
    const [one, two] = [await upstream('here'), await upstream('here')];
    const both = ['--upstream', `${one.url},${two.url}`, ...alone(mesh, adder.address)];
    const { gateway, url } = await gatewayOf(mesh, ...both);
    expect(await (await fetch(url)).text()).toBe('here');
    one.server.close();
    one.server.closeAllConnections();
    // Whether a request found it or a check did; no client sees any of it.
    const isFound = () => gateway.events('upstream').find((event) => isTrouble(event));
    await expect
      .poll(async () => [await (await fetch(url)).text(), isFound()?.['url']], { timeout: 40_000 })
      .toEqual(['here', one.url]);
    gateway.kill('SIGINT');
    expect((await gateway.exit).code).toBe(0);

    function isTrouble(event: Readonly<Record<string, unknown>>): boolean {
      return event['health'] === 'unhealthy' || event['breaker'] === 'open';
    }
  });

  it.each([
    [['--route', 'add'], 'not a route: "add"; write /path=service'],
    [['--upstream', 'ftp://x'], 'not an upstream: "ftp://x"; write http://host:port'],
    [[], 'nothing to serve: give --route /path=service or --upstream http://host:port'],
  ])('refuses %j', async (args, words) => {
    const mesh = openMesh();
    const gateway = mesh.start('gateway', ...args, ...alone(mesh));
    expect((await gateway.exit).code).not.toBe(0);
    expect(gateway.stderr).toContain(words);
  });
});
