import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type PeerId, peerId } from '@hearsay/core';
import type { Peer, PeerEvents, PortHandlers } from '@hearsay/node';
import { DiskShelf } from '../../src/documents/disk-shelf.js';
import { DocumentHost } from '../../src/documents/document-host.js';
import { DEFAULT_DOCUMENT_LIMITS, type DocumentLimits } from '../../src/documents/limits.js';
import { type EndpointOptions, YWebsocketEndpoint } from '../../src/y-websocket/endpoint.js';

const SYNC_MS = 100;
type LinkListener = (event: PeerEvents['link']) => void;

/** As much of a peer as documents use. */
class FakePeer {
  readonly id: PeerId;
  readonly #net: FakeNet;
  readonly listeners = new Set<LinkListener>();
  handlers: PortHandlers | undefined;

  constructor(id: PeerId, net: FakeNet) {
    this.id = id;
    this.#net = net;
  }

  readonly open: Peer['open'] = (port, handlers) => {
    this.handlers = handlers;
    return {
      port,
      post: (bytes, { to } = {}) => this.#net.post(this, bytes.slice(), to),
      sign: (bytes) => bytes,
      verify: () => true,
      hash: (bytes) => bytes,
      close: () => {
        this.handlers = undefined;
      },
    };
  };

  /** Links are told as they come. */
  readonly members: Peer['members'] = () => [];

  readonly on: Peer['on'] = (_name, listener) => {
    const heard = listener as LinkListener; // Documents listen to no other event.
    this.listeners.add(heard);
    return () => void this.listeners.delete(heard);
  };
}

/** A peer with its documents and an HTTP port for clients. */
export interface ServingPeer {
  readonly host: DocumentHost;
  readonly endpoint: YWebsocketEndpoint;
  /** For a provider: the address that keys are put behind. */
  readonly url: string;
  readonly port: number;
  /** Cuts every connection at once, as a kill does; what is in memory is lost. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

export interface ServingOptions extends EndpointOptions {
  readonly dir?: string;
  readonly limits?: Partial<DocumentLimits>;
  readonly port?: number;
}

/** Peers in one process, all linked with each other, with sockets only towards clients. */
export class FakeNet {
  readonly #peers = new Set<FakePeer>();
  readonly #open = new Set<ServingPeer>();
  readonly #timer = setInterval(() => this.#sync(), SYNC_MS);
  #count = 0;

  async start(options: ServingOptions = {}): Promise<ServingPeer> {
    this.#count += 1;
    const id = peerId(String(this.#count).padStart(32, '0'));
    const peer = new FakePeer(id, this);
    const limits = { ...DEFAULT_DOCUMENT_LIMITS, ...options.limits };
    const fail = (error: Error): void => {
      throw error;
    };
    const { dir } = options;
    const disk =
      dir === undefined
        ? undefined
        : new DiskShelf({ dir, durability: 'process', onTrouble: fail });
    const host = new DocumentHost({ peer, limits, session: this.#count, disk });
    const endpoint = new YWebsocketEndpoint(host, options);
    const server = createServer();
    server.on('upgrade', (request, socket, head) => endpoint.upgrade(request, socket, head));
    const port = await listen(server, options.port ?? 0);
    for (const other of this.#peers) {
      tell(other, peer.id, true);
      tell(peer, other.id, true);
    }
    this.#peers.add(peer);
    const end = async (): Promise<void> => {
      this.#open.delete(serving);
      this.#peers.delete(peer);
      for (const other of this.#peers) tell(other, peer.id, false);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    const sockets = new Set<{ destroy(): void }>();
    server.on('connection', (socket) => sockets.add(socket));
    const serving: ServingPeer = {
      host,
      endpoint,
      port,
      url: `ws://127.0.0.1:${port}/yjs`,
      kill: async () => {
        for (const socket of sockets) socket.destroy();
        await end();
      },
      close: async () => {
        endpoint.close();
        await host.close();
        for (const socket of sockets) socket.destroy();
        await end();
      },
    };
    this.#open.add(serving);
    return serving;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const serving of [...this.#open]) await serving.close();
  }

  post(from: FakePeer, bytes: Uint8Array, to: PeerId | undefined): number {
    const recipients = [...this.#peers].filter((peer) => {
      return peer !== from && (to === undefined || peer.id === to);
    });
    for (const peer of recipients) {
      setImmediate(() => peer.handlers?.received(from.id, bytes));
    }
    return recipients.length;
  }

  #sync(): void {
    for (const peer of this.#peers) {
      for (const other of this.#peers) {
        if (other === peer) continue;
        const [ours, theirs] = [peer.handlers?.replica, other.handlers?.replica];
        if (ours === undefined || theirs === undefined) continue;
        for (const delta of theirs.missing(ours.summary())) ours.merge(delta, other.id);
      }
    }
  }
}

function tell(peer: FakePeer, id: PeerId, up: boolean): void {
  for (const listener of peer.listeners) listener({ id, up, address: undefined, reason: '' });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
