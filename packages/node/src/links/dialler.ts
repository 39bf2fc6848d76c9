import type { Address } from '@hearsay/core';
import type { WebSocket as Socket } from 'ws';
import { formatAddress, parseDialAddress, plainHost } from '../address.js';
import {
  CUT_IN_HANDSHAKE,
  DIAL_TIMED_OUT,
  explainDialError,
  explainHttpAnswer,
  type FailedDial,
  NOT_AN_ADDRESS,
} from './dial-failure.js';
import type { LinkTable } from './link-table.js';
import { Greeting } from './secure/greeting.js';
import { DiallerHandshake, type LinkIdentity } from './secure/handshake.js';
import { WebSocket } from './web-socket-library.js';
import {
  LINK_PATH,
  readingOptions,
  reportTo,
  SUBPROTOCOL,
  WebSocketWire,
} from './web-socket-wire.js';

/** What the dialler needs. */
export interface DiallerOptions {
  readonly links: LinkTable;
  readonly identity: LinkIdentity;
  /** From the first packet to the end of the handshake. */
  readonly dialTimeoutMs: number;
  /** A closing handshake that takes longer is cut. */
  readonly closeTimeoutMs: number;
  readonly transportBytesMax: number;
  readonly onFailed: (address: Address, failed: FailedDial) => void;
}

/**
 * Leaves the masking key at zero.
 *
 * Masking keeps a browser page from choosing the bytes on the wire and so fooling old proxies
 * (RFC 6455, section 10.3). Both ends of a link are programs of ours, and with a zero key the
 * library neither copies nor transforms what is sent to many links.
 */
function zeroMask(): void {}

/** Opens links to other peers; one attempt a call, the engine decides about the next. */
export class Dialler {
  readonly #options: DiallerOptions;
  readonly #pending = new Set<Socket>();
  #closed = false;

  constructor(options: DiallerOptions) {
    this.#options = options;
  }

  dial(address: Address): void {
    if (this.#closed) return;
    const url = urlOf(address);
    if (url === undefined) {
      this.#options.onFailed(address, NOT_AN_ADDRESS);
      return;
    }
    const socket = new WebSocket(url, SUBPROTOCOL, {
      ...readingOptions(this.#options.transportBytesMax),
      generateMask: zeroMask,
    });
    this.#pending.add(socket);
    this.#watch(socket, address);
  }

  /** Gives up all attempts. */
  close(): void {
    this.#closed = true;
    for (const socket of this.#pending) socket.terminate();
  }

  /** Exactly one of a link, a refusal and a failure is reported, whatever the socket does. */
  #watch(socket: Socket, address: Address): void {
    let deadline = setTimeout(() => failed(DIAL_TIMED_OUT), this.#options.dialTimeoutMs);
    const settle = (): boolean => {
      clearTimeout(deadline);
      return this.#pending.delete(socket) && !this.#closed;
    };
    const failed = (reason: FailedDial): void => {
      const report = settle();
      socket.terminate();
      if (report) this.#options.onFailed(address, reason);
    };
    const closing = (): void => {
      clearTimeout(deadline);
      deadline = setTimeout(() => socket.terminate(), this.#options.closeTimeoutMs);
    };
    const onError = (error: Error): void => failed(explainDialError(error));
    socket.on('error', onError);
    socket.once('unexpected-response', (_request, response) => {
      failed(explainHttpAnswer(response.statusCode ?? 0));
    });
    socket.once('upgrade', ({ socket: stream }) => {
      const { remoteAddress, remotePort } = stream;
      socket.once('open', () => {
        socket.off('error', onError);
        const greeting = new Greeting({
          wire: new WebSocketWire({ socket, stream, isClient: true }),
          handshake: new DiallerHandshake(this.#options.identity),
          links: this.#options.links,
          opening: { dialled: address, ...remoteOf(remoteAddress, remotePort) },
          onLink: settle,
          onRefused: closing,
          onClosed: (cut) => (cut ? failed(CUT_IN_HANDSHAKE) : void settle()),
        });
        reportTo(socket, greeting);
        greeting.begin();
      });
    });
  }
}

/** Undefined for what looks like an address and is none, `999.1.1.1:7340` for one. */
function urlOf(address: Address): string | undefined {
  const target = parseDialAddress(address);
  if (target === undefined) return undefined;
  const url = `ws://${formatAddress(target)}${LINK_PATH}`;
  return URL.canParse(url) ? url : undefined;
}

/** The other end as the socket knows it; a socket that has just died knows nothing. */
export function remoteOf(
  host: string | undefined,
  port: number | undefined,
): { readonly remote?: Address } {
  if (host === undefined || port === undefined) return {};
  return { remote: formatAddress({ host: plainHost(host), port }) };
}
