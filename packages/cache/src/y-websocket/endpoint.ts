import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HttpDenial } from '@hearsay/node';
import { type WebSocket, WebSocketServer } from 'ws';
import type { DocumentHost } from '../documents/document-host.js';
import { DocumentError } from '../documents/errors.js';
import { type Access, Client } from './client.js';
import { CLIENT_CLOSE_CODES, NONE_REFUSED, type RefusalReason } from './close-codes.js';
import { Room } from './room.js';

/** How documents are served to clients of the y-websocket protocol. */
export interface EndpointOptions {
  /** Send clients their own edits too, as the stock server does. Default false. */
  readonly echo?: boolean;
  /** What a request may do with a document; undefined: nothing. Default: `write` for whoever is let in. */
  readonly access?: (key: string, request: IncomingMessage) => Access | undefined;
}

/** Why a client is not let in, as it is counted and in words. */
type Refusal = readonly [RefusalReason, string];

/** Documents are served below this path: `/yjs/<key>`. */
export const YJS_PATH = '/yjs/';

/** Stock clients dial again when no message came for 30 s; their own pings do not count. */
const KEEP_ALIVE_MS = 10_000;
/** Every so many of these a ping asks whether a client is still there, as the stock server does. */
const PING_EVERY = 3;
/** Beside the update a message has a few bytes. */
const MESSAGE_OVERHEAD_BYTES = 64;

/** Serves the documents of a peer to stock clients: one socket a document. */
export class YWebsocketEndpoint {
  readonly #host: DocumentHost;
  readonly #options: EndpointOptions;
  readonly #server: WebSocketServer;
  readonly #rooms = new Map<string, Room>();
  readonly #removeOutlet: () => void;
  readonly #timer: NodeJS.Timeout;
  readonly #refused: Record<RefusalReason, number> = { ...NONE_REFUSED };
  #clients = 0;
  #beats = 0;

  constructor(host: DocumentHost, options: EndpointOptions = {}) {
    this.#host = host;
    this.#options = options;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: host.limits.documentBytesMax + MESSAGE_OVERHEAD_BYTES,
    });
    this.#removeOutlet = host.addOutlet({
      flush: () => {
        for (const room of this.#rooms.values()) room.flush();
      },
    });
    this.#timer = setInterval(() => this.#beat(), KEEP_ALIVE_MS);
    this.#timer.unref();
  }

  get clients(): number {
    return this.#clients;
  }

  /** Clients that were sent away so far, by the reason. */
  get refused(): Readonly<Record<RefusalReason, number>> {
    return { ...this.#refused };
  }

  /** Takes over a request to become a WebSocket. Whoever is refused is told why in a close code. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const key = keyOf(request.url ?? '');
      const refusal = key === undefined ? badKey() : this.#enter(key, request, webSocket);
      if (refusal !== undefined) this.#refuse(webSocket, ...refusal);
    });
  }

  /** Refuses a client that may not ask, in a way that makes stock clients stop asking. */
  deny(
    { status, reason }: HttpDenial,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#refuse(webSocket, status === 401 ? 'unauthorised' : 'forbidden', reason);
    });
  }

  /** Sends every client away, to another peer. */
  close(): void {
    clearInterval(this.#timer);
    for (const room of this.#rooms.values()) {
      room.flush();
      for (const client of room.clients) {
        client.sendAway('this peer ends');
      }
    }
    this.#removeOutlet();
  }

  #enter(key: string, request: IncomingMessage, socket: WebSocket): Refusal | undefined {
    const { access: allow = () => 'write' } = this.#options;
    const access = allow(key, request);
    if (access === undefined) {
      return ['forbidden', 'this document is not open to you'];
    }
    if (this.#clients >= this.#host.limits.clientsMax) {
      return ['busy', 'this peer has no room for another client'];
    }
    try {
      this.#seat(this.#rooms.get(key) ?? this.#open(key), socket, access);
      return undefined;
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      return [error.code === 'bad-key' ? 'badKey' : 'busy', error.message];
    }
  }

  #open(key: string): Room {
    const room = new Room({
      open: this.#host.use(key),
      limits: this.#host.limits,
      echo: this.#options.echo ?? false,
      requestFlush: () => this.#host.requestFlush(),
    });
    this.#rooms.set(key, room);
    return room;
  }

  #seat(room: Room, socket: WebSocket, access: Access): void {
    this.#clients += 1;
    const client = new Client({
      socket,
      access,
      limits: this.#host.limits,
      onMessage: (from, message) => room.received(from, message),
      onDrained: (from) => room.catchUp(from),
      onClosed: (from) => this.#left(room, from),
      onRefused: (reason) => this.#count(reason),
    });
    room.enter(client);
  }

  #refuse(socket: WebSocket, reason: RefusalReason, words: string): void {
    this.#count(reason);
    socket.on('error', () => socket.terminate());
    socket.close(CLIENT_CLOSE_CODES[reason], words);
  }

  #count(reason: RefusalReason): void {
    this.#refused[reason] += 1;
  }

  #left(room: Room, client: Client): void {
    this.#clients -= 1;
    room.leave(client);
    if (room.clients.size > 0) return;
    this.#rooms.delete(room.open.live.key);
    room.close();
    this.#host.release(room.open);
  }

  #beat(): void {
    this.#beats += 1;
    const isPingDue = this.#beats % PING_EVERY === 0;
    for (const room of this.#rooms.values()) {
      for (const client of room.clients) {
        client.keepAlive();
        if (isPingDue) client.ping();
      }
    }
  }
}

/** The key in `/yjs/<key>?...`, decoded once; slashes stay. Undefined when it does not decode. */
function keyOf(url: string): string | undefined {
  const [path = ''] = url.split('?');
  if (!path.startsWith(YJS_PATH)) return undefined;
  try {
    return decodeURIComponent(path.slice(YJS_PATH.length));
  } catch {
    return undefined;
  }
}

function badKey(): Refusal {
  return ['badKey', `a document is at ${YJS_PATH}<key>`];
}
