import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { CLOSE_CODES, type LinkClosure } from '@hearsay/core';
import type { WebSocketServer as SocketServer, WebSocket } from 'ws';
import { PeerError, reasonOf, systemCode } from '../errors.js';
import { type HttpServices, pathOf, type UpgradeRefusal } from '../http/http-services.js';
import { HEADER_BYTES_MAX } from '../limits.js';
import { Admission, type AdmissionLimits, type Ticket } from './admission.js';
import { remoteOf } from './dialler.js';
import type { LinkTable, Opening } from './link-table.js';
import { Greeting } from './secure/greeting.js';
import { type LinkIdentity, ListenerHandshake } from './secure/handshake.js';
import { HandshakePace, type HandshakePaceLimits } from './secure/handshake-pace.js';
import { WebSocketServer } from './web-socket-library.js';
import {
  LINK_PATH,
  readingOptions,
  reportTo,
  SUBPROTOCOL,
  WebSocketWire,
} from './web-socket-wire.js';

/** The library's own deadlines, in those of ours. */
const NET_FACTOR = 2;
const [BAD_REQUEST, FORBIDDEN, UPGRADE_REQUIRED] = [400, 403, 426];

/** What the listener needs. */
export interface ListenerOptions {
  readonly links: LinkTable;
  readonly identity: LinkIdentity;
  readonly limits: AdmissionLimits & HandshakePaceLimits;
  readonly transportBytesMax: number;
  /** Links that may be open at once, whatever their state. */
  readonly linksMax: number;
  /** A monotonic clock, in milliseconds. */
  readonly readMs: () => number;
  /** From the accepted connection to the end of the handshake. */
  readonly handshakeTimeoutMs: number;
  /** A closing handshake that takes longer is cut. */
  readonly closeTimeoutMs: number;
  /** Answers what is not for links. */
  readonly http: HttpServices;
  /** Connections that it may hold. */
  readonly httpConnectionsMax: number;
  /** A request that is not there as a whole by then is cut. */
  readonly httpRequestTimeoutMs: number;
  /** The system could not accept a connection (out of descriptors, say); listening goes on. */
  readonly onTrouble: (error: Error) => void;
}

/** Accepts links on one HTTP port, and hands whatever comes for other paths to the services there. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #webSockets: SocketServer;
  readonly #admission: Admission;
  readonly #tickets = new WeakMap<Duplex, Ticket>();
  readonly #pace: HandshakePace;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#admission = new Admission({ ...options, counters: options.links.counters });
    this.#pace = new HandshakePace(options.limits, options.readMs);
    this.#webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      ...readingOptions(options.transportBytesMax),
      handleProtocols: () => SUBPROTOCOL,
    });
    this.#server = createServer(
      {
        maxHeaderSize: HEADER_BYTES_MAX,
        // Admission counts sooner, so that whoever it cuts is always cut by it; this is the net below.
        headersTimeout: NET_FACTOR * options.handshakeTimeoutMs,
        requestTimeout: Math.max(
          options.httpRequestTimeoutMs,
          NET_FACTOR * options.handshakeTimeoutMs,
        ),
        connectionsCheckingInterval: NET_FACTOR * options.handshakeTimeoutMs,
        keepAlive: true,
        keepAliveTimeout: options.handshakeTimeoutMs,
      },
      (request, response) => this.#request(request, response),
    );
    // One more than there is room for, so that admission decides who goes.
    const { linksMax, limits, httpConnectionsMax } = options;
    this.#server.maxConnections = linksMax + limits.pendingHandshakesMax + httpConnectionsMax + 1;
    this.#server.on('connection', (socket) => this.#admit(socket));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /**
   * Listens on exactly this port, or on any for 0.
   * @returns the address in use
   * @throws PeerError `port-busy`, `cannot-listen`
   */
  async listen(host: string, port: number): Promise<AddressInfo> {
    await new Promise<void>((resolve, reject) => {
      const failed = (error: Error): void => reject(explainListenError(error, host, port));
      this.#server.once('error', failed);
      this.#server.listen({ host, port, exclusive: true }, () => {
        this.#server.off('error', failed);
        this.#server.on('error', this.#options.onTrouble);
        resolve();
      });
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string') {
      throw new PeerError('cannot-listen', `${host} gave no TCP port`);
    }
    return address;
  }

  /** Takes no more connections; open links stay. */
  stop(): void {
    this.#server.close();
    this.#server.closeIdleConnections();
  }

  /** Takes no more connections and cuts those that never became a link. */
  close(): Promise<void> {
    this.#admission.close();
    this.#pace.close();
    this.#options.http.close();
    this.#server.closeAllConnections();
    this.#webSockets.close();
    if (!this.#server.listening) return Promise.resolve();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  /** Whoever is let in leaves the places of those who shake hands; nobody else does. */
  #request(request: IncomingMessage, response: ServerResponse): void {
    if (pathOf(request) === LINK_PATH) {
      response.writeHead(UPGRADE_REQUIRED, { 'content-type': 'text/plain', connection: 'close' });
      response.end('This is a Hearsay peer. It speaks WebSocket here.\n');
    } else if (this.#options.http.serve(request, response)) {
      this.#tickets.get(request.socket)?.leave();
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (pathOf(request) !== LINK_PATH) {
      const refusal = this.#options.http.serveUpgrade(request, socket, head);
      if (refusal === undefined) this.#tickets.get(socket)?.leave();
      else refuseUpgrade(socket, refusal);
      return;
    }
    // It has no deadline any more, and may be cut to make room: no place for a link.
    const status = this.#options.http.holds(socket) ? BAD_REQUEST : statusOfRefusal(request);
    if (status !== undefined) return refuseUpgrade(socket, { status, reason: '' });
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const { remoteAddress, remotePort } = request.socket;
      this.#greet(webSocket, socket, remoteOf(remoteAddress, remotePort));
    });
  }

  /** Whoever connects gets a place, and little time. */
  #admit(socket: Socket): void {
    const ticket = this.#admission.enter(socket.remoteAddress ?? '', () => socket.destroy());
    this.#tickets.set(socket, ticket);
    socket.once('close', () => ticket.leave());
  }

  #greet(webSocket: WebSocket, socket: Duplex, opening: Opening): void {
    const { closeTimeoutMs, identity, links } = this.#options;
    const ticket = this.#tickets.get(socket);
    const greeting = new Greeting({
      wire: new WebSocketWire({ socket: webSocket, stream: socket, isClient: false }),
      handshake: new ListenerHandshake(identity),
      links,
      opening,
      takeTurn: (step) => this.#pace.enter(step),
      onLink: () => ticket?.leave(),
      onRefused: () => ticket?.hurry(closeTimeoutMs),
      onClosed: () => ticket?.leave(),
    });
    if (ticket !== undefined) {
      ticket.cut = (reason) => {
        if (reason === 'crowded' || greeting.isOver) webSocket.terminate();
        else greeting.refuse(lateAfter(this.#options.handshakeTimeoutMs));
      };
    }
    reportTo(webSocket, greeting);
  }
}

/** The HTTP status with which a link is refused, or undefined when it is welcome. */
function statusOfRefusal(request: IncomingMessage): number | undefined {
  const { origin, 'sec-websocket-protocol': protocols } = request.headers;
  // Any web page may dial loopback, and browsers always name the page: no page is a peer.
  if (origin !== undefined) return FORBIDDEN;
  const offered = protocols?.split(',').map((name) => name.trim());
  return offered?.includes(SUBPROTOCOL) === true ? undefined : BAD_REQUEST;
}
function lateAfter(timeoutMs: number): LinkClosure {
  const reason = `no handshake within ${timeoutMs / 1_000} s`;
  return { code: CLOSE_CODES.handshake, reason };
}

function refuseUpgrade(socket: Duplex, { status, reason }: UpgradeRefusal): void {
  socket.on('error', () => socket.destroy());
  const text = reason === '' ? '' : `${reason}\n`;
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`;
  const length = Buffer.byteLength(text);
  socket.end(`${head}\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n${text}`);
}

function explainListenError(error: Error, host: string, port: number): PeerError {
  switch (systemCode(error)) {
    case 'EADDRINUSE':
      return new PeerError('port-busy', `port ${port} is in use`, { cause: error });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new PeerError('cannot-listen', `${host} is no address of this machine`, {
        cause: error,
      });
    case 'EACCES':
      return new PeerError('cannot-listen', `port ${port} needs more rights`, { cause: error });
    default:
      return new PeerError('cannot-listen', reasonOf(error), { cause: error });
  }
}
