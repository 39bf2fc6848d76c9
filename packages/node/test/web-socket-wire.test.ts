import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { HEAD_BYTES_MAX } from '../src/links/message-head.js';
import { reportTo, WebSocketWire } from '../src/links/web-socket-wire.js';

interface Ends {
  readonly dialled: WebSocketWire;
  readonly accepted: WebSocketWire;
  /** What came at the other end, and how it ended. */
  readonly fromDialled: Promise<readonly string[]>;
  readonly fromAccepted: Promise<readonly string[]>;
}

/** All until the end, which comes last. */
function heardBy(socket: WebSocket): Promise<readonly string[]> {
  const heard: string[] = [];
  return new Promise((resolve) => {
    reportTo(socket, {
      received: (bytes) => heard.push(`${bytes[0]} x ${bytes.length}`),
      malformed: (reason) => heard.push(reason),
      closed: ({ code }) => resolve([...heard, `closed ${code}`]),
    });
  });
}

async function bothEnds(): Promise<Ends> {
  const server = createServer().listen(0, '127.0.0.1');
  const upgrades = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // It listens on TCP.
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, {
    perMessageDeflate: false,
    generateMask: () => undefined,
  });
  onTestFinished(() => {
    socket.terminate();
    server.close();
  });
  let stream: Duplex | undefined;
  socket.once('upgrade', (response) => {
    stream = response.socket;
  });
  const [request, theirStream, head] = await once(server, 'upgrade');
  const theirs = await new Promise<WebSocket>((resolve) => {
    upgrades.handleUpgrade(request, theirStream, head, resolve);
  });
  const fromDialled = heardBy(theirs);
  const fromAccepted = heardBy(socket);
  await once(socket, 'open');
  if (stream === undefined) throw new Error('it opened without an upgrade');
  return {
    dialled: new WebSocketWire({ socket, stream, isClient: true }),
    accepted: new WebSocketWire({ socket: theirs, stream: theirStream, isClient: false }),
    fromDialled,
    fromAccepted,
  };
}

function say(wire: WebSocketWire, value: number, bytes: number): void {
  const memory = Buffer.alloc(HEAD_BYTES_MAX + bytes, value);
  wire.sendFrom(memory, memory.length);
}

describe('a wire over a WebSocket', () => {
  it('sends in one piece what the library reads, in the order in which it was said', async () => {
    const { dialled, accepted, fromDialled, fromAccepted } = await bothEnds();
    for (const wire of [dialled, accepted]) {
      wire.send(Buffer.alloc(3, 1));
      say(wire, 2, 125);
      say(wire, 3, 126);
      wire.send(Buffer.alloc(200, 4));
      say(wire, 5, 65_536);
    }
    dialled.close(4_000, 'enough');
    say(dialled, 6, 10); // Too late: the other side was told that nothing follows.
    const all = ['1 x 3', '2 x 125', '3 x 126', '4 x 200', '5 x 65536', 'closed 4000'];
    expect(await fromDialled).toEqual(all);
    expect(await fromAccepted).toEqual(all);
  });
});
