import { once } from 'node:events';
import net from 'node:net';
import { onTestFinished } from 'vitest';
import { Relay } from '../../src/relay/relay.js';

/** Two stations of a relay; `bob` is a server that is really there. */
export interface Wires {
  readonly relay: Relay;
  /** What bob's server accepted, in order. */
  readonly accepted: net.Socket[];
  /** Dials bob as ana, and waits until both ends are there. */
  readonly dial: () => Promise<{ readonly ana: net.Socket; readonly bob: net.Socket }>;
  /** Dials bob as ana, whatever comes of it. */
  readonly tryDial: () => net.Socket;
  /** Bob's server is gone, with all its connections. */
  readonly kill: () => Promise<void>;
}

export async function layWires(): Promise<Wires> {
  const relay = new Relay();
  const accepted: net.Socket[] = [];
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    accepted.push(socket);
    server.emit('accepted');
  });
  const port = await relay.freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  await relay.add('ana', await relay.freePort());
  await relay.add('bob', port);
  await relay.listens('bob');
  const dialled: net.Socket[] = [];
  const tryDial = () => {
    const socket = net.connect({ host: '127.0.0.1', port: relay.routesOf('ana')[port] ?? 0 });
    socket.on('error', () => undefined);
    dialled.push(socket);
    return socket;
  };
  const kill = async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of accepted) socket.destroy();
    await closed;
  };
  onTestFinished(() => {
    relay.close();
    server.close();
    for (const socket of [...accepted, ...dialled]) socket.destroy();
  });
  return {
    relay,
    accepted,
    tryDial,
    kill,
    dial: async () => {
      const arrived = once(server, 'accepted');
      const ana = tryDial();
      await arrived;
      const bob = accepted.at(-1);
      if (bob === undefined) throw new Error('nobody arrived');
      return { ana, bob };
    },
  };
}

/** The next bytes, as many as that. */
export async function read(socket: net.Socket, bytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  while (length < bytes) {
    const [part] = (await once(socket, 'data')) as [Buffer];
    parts.push(part);
    length += part.length;
  }
  return Buffer.concat(parts);
}

/** How it ended: refused, reset, or in order. */
export function endOf(socket: net.Socket): Promise<string> {
  if (socket.errored !== null) return Promise.resolve(codeOf(socket.errored));
  return new Promise((resolve) => {
    socket.once('error', (error) => resolve(codeOf(error)));
    socket.once('end', () => resolve('end'));
    socket.resume();
  });
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.message;
}
