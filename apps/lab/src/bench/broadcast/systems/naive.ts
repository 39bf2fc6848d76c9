import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';
import type { BroadcastSystem, OpenOptions } from '../system.js';

/** Kind (1), index of the origin (2), sequence (4), then the payload. */
const headerBytes = 7;
const messageKind = 1;
/** A link with more waiting stops the publisher until it is below half of that. */
const bufferedBytesMax = 256 * 1024;
const pollMs = 1;

/**
 * The simplest mesh that works: one `ws` socket a pair, one frame a message a link, nothing signed,
 * nothing encrypted, no batches, no membership, no repair.
 */
export function createSystem(): BroadcastSystem {
  const links = new Set<WebSocket>();
  let options: OpenOptions | undefined;
  let port = 0;
  let sequence = 0;
  let copies = 0;
  let onLink = () => {};

  const adopt = (link: WebSocket) => {
    link.on('message', (frame: Buffer) => {
      if (frame[0] !== messageKind) return;
      copies += 1;
      options?.deliver(frame.subarray(headerBytes));
    });
    link.on('close', () => links.delete(link));
    links.add(link);
    onLink();
  };
  const buffered = () => {
    let most = 0;
    for (const link of links) most = Math.max(most, link.bufferedAmount);
    return most;
  };
  const drained = async () => {
    while (buffered() > bufferedBytesMax / 2) await sleep(pollMs);
  };

  return {
    async open(given) {
      options = given;
      const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
      server.on('connection', adopt);
      await once(server, 'listening');
      // It listens on TCP, so its address is not the name of a pipe.
      ({ port } = server.address() as AddressInfo);
      return `127.0.0.1:${port}`;
    },
    async connect(addresses) {
      const all = addresses.length - 1;
      const connected = new Promise<void>((resolve) => {
        onLink = () => {
          if (links.size >= all) resolve();
        };
        onLink();
      });
      // One socket a pair: each dials those before it.
      const own = addresses.indexOf(`127.0.0.1:${port}`);
      for (const address of addresses.slice(0, own)) {
        const link = new WebSocket(`ws://${address}`, { perMessageDeflate: false });
        link.on('open', () => adopt(link));
      }
      await connected;
    },
    publish(payload) {
      sequence += 1;
      const frame = Buffer.allocUnsafe(headerBytes + payload.byteLength);
      frame[0] = messageKind;
      frame.writeUInt16LE(options?.index ?? 0, 1);
      frame.writeUInt32LE(sequence, 3);
      frame.set(payload, headerBytes);
      for (const link of links) link.send(frame);
      return undefined;
    },
    pressure: () => (buffered() > bufferedBytesMax ? drained() : undefined),
    aheadMax: undefined,
    copies: () => copies,
    details: () => ({ links: links.size }),
  };
}
