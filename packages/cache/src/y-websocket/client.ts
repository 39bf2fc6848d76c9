import { HearsayError } from '@hearsay/core';
import type { WebSocket } from 'ws';
import type { DocumentLimits } from '../documents/limits.js';
import { Allowance } from './allowance.js';
import { CLIENT_CLOSE_CODES, type ClientCloseCode, type RefusalReason } from './close-codes.js';
import { awarenessMessage, type ClientMessage, decodeMessage } from './messages.js';

/** What a client may do with a document. */
export type Access = 'write' | 'read';

/** What a client needs of the room it is in. */
export interface ClientOptions {
  readonly socket: WebSocket;
  readonly access: Access;
  readonly limits: DocumentLimits;
  /** @throws HearsayError `malformed` */
  readonly onMessage: (client: Client, message: ClientMessage) => void;
  /** It has read what waited for it, and may be sent what it missed. */
  readonly onDrained: (client: Client) => void;
  readonly onClosed: (client: Client) => void;
  /** It is sent away. */
  readonly onRefused: (reason: RefusalReason) => void;
}

/** The words of a message for a client that hears nothing else: its watchdog counts messages only. */
const KEEP_ALIVE: Uint8Array = awarenessMessage(Uint8Array.of(0));
const SEND_OPTIONS = { binary: true, compress: false } as const;
const REASON_BYTES_MAX = 123;

/** One editor at this peer: a socket that is bounded in both directions. */
export class Client {
  readonly access: Access;
  /** Set while nothing is sent: what the client had been sent when too much waited for it. */
  missedSince: Uint8Array | undefined;
  /** What it asked for while nothing is sent. */
  asked: Uint8Array | undefined;
  /** It was told all that it lacked, once. */
  isSynced = false;
  /** It has told its own cursor and name. */
  hasShownItself = false;
  readonly #options: ClientOptions;
  readonly #messages: Allowance;
  readonly #bytes: Allowance;
  #resume: NodeJS.Timeout | undefined;
  #answered = true;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.access = options.access;
    const { socket, limits } = options;
    const nowMs = performance.now();
    this.#messages = new Allowance(limits.clientMessagesPerSecondMax, nowMs);
    this.#bytes = new Allowance(limits.clientBytesPerSecondMax, nowMs);
    socket.on('message', (data, isBinary) => {
      if (isBinary && data instanceof Buffer) this.#received(data);
    });
    socket.on('pong', () => {
      this.#answered = true;
    });
    socket.on('error', () => socket.terminate()); // A close follows, and tells the rest.
    socket.on('close', () => {
      clearTimeout(this.#resume);
      options.onClosed(this);
    });
  }

  /** Sends unless too much waits. @returns whether it was sent */
  send(message: Uint8Array): boolean {
    if (this.missedSince !== undefined) return false;
    this.#options.socket.send(message, SEND_OPTIONS);
    return true;
  }

  /**
   * Sends an answer to a question that costs its client little: the answer counts as if it were read,
   * so that asking again and again gets no more than sending would.
   */
  answer(message: Uint8Array): void {
    if (!this.send(message)) return;
    const waitMs = this.#bytes.use(message.length, performance.now());
    if (waitMs > 0) this.#pause(waitMs);
  }

  /** More waits for it than may; to be asked after sending. */
  get isBehind(): boolean {
    const { socket, limits } = this.#options;
    return socket.bufferedAmount > limits.clientWaitingBytesMax;
  }

  /** Sends nothing more until it has read what waits. @param sent the state it was sent so far */
  fallBehind(sent: Uint8Array): void {
    const { socket, onDrained } = this.#options;
    this.missedSince = sent;
    // Called when this and all before it is with the system.
    socket.send(KEEP_ALIVE, SEND_OPTIONS, () => {
      if (socket.readyState === socket.OPEN) onDrained(this);
    });
  }

  /** A message that says nothing, so that the client knows we are here. */
  keepAlive(): void {
    this.send(KEEP_ALIVE);
  }

  /** Asks whether it is there; one that did not answer the last time is cut. */
  ping(): void {
    const { socket } = this.#options;
    if (!this.#answered) return socket.terminate();
    this.#answered = false;
    socket.ping();
  }

  /** Sends it to another peer. */
  sendAway(reason: string): void {
    this.#close(CLIENT_CLOSE_CODES.goingAway, reason);
  }

  /** Sends it away for something that it did. */
  refuse(reason: RefusalReason, words: string): void {
    this.#options.onRefused(reason);
    this.#close(CLIENT_CLOSE_CODES[reason], words);
  }

  #close(code: ClientCloseCode, reason: string): void {
    const bytes = Buffer.from(reason).subarray(0, REASON_BYTES_MAX);
    this.#options.socket.close(code, bytes.toString('utf8').replace(/�+$/, ''));
  }

  terminate(): void {
    this.#options.socket.terminate();
  }

  #received(data: Buffer): void {
    const { socket, onMessage } = this.#options;
    if (socket.readyState !== socket.OPEN) return; // Refused already.
    const nowMs = performance.now();
    const waitMs = Math.max(this.#messages.use(1, nowMs), this.#bytes.use(data.length, nowMs));
    if (waitMs > 0) this.#pause(waitMs);
    try {
      onMessage(this, decodeMessage(data));
    } catch (error) {
      if (!(error instanceof HearsayError)) throw error;
      this.refuse('malformed', error.message);
    }
  }

  #pause(ms: number): void {
    const { socket } = this.#options;
    clearTimeout(this.#resume);
    socket.pause();
    this.#resume = setTimeout(() => socket.resume(), ms);
  }
}
