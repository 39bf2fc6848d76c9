import type { Duplex } from 'node:stream';
import { ABNORMAL_CLOSURE } from '@hearsay/core';
import type { RawData, WebSocket } from 'ws';
import { TAG_BYTES } from '../crypto/aead.js';
import { reasonOf, systemCode } from '../errors.js';
import { CHUNKS_MAX, FRAGMENTS_MAX } from '../limits.js';
import { cleanLine } from '../text.js';
import { HEAD_BYTES_MAX, writeHead } from './message-head.js';
import type { Carrier, WireEvents } from './wire.js';

/** The one path under which peers speak; others are free for other services of the same port. */
export const LINK_PATH = '/hearsay';
/** Offered and required, so that another WebSocket service is told apart before a byte is sent. */
export const SUBPROTOCOL = 'hearsay';

/** The state of a socket that is neither opening nor closing. */
const OPEN = 1;

/** What the library is told about reading; its types do not know all of it yet. */
interface ReadingOptions {
  readonly perMessageDeflate: false;
  readonly maxPayload: number;
  readonly maxFragments: number;
  readonly maxBufferedChunks: number;
  readonly autoPong: boolean;
}

/**
 * How either end reads. Nothing is compressed, as a few bytes could become a great many, and
 * nothing answers pings, as the answers to a flood of them would pile up.
 */
export function readingOptions(transportBytesMax: number): ReadingOptions {
  return {
    perMessageDeflate: false,
    maxPayload: transportBytesMax + TAG_BYTES,
    maxFragments: FRAGMENTS_MAX,
    maxBufferedChunks: CHUNKS_MAX,
    autoPong: false,
  };
}

/** What a wire is made of. */
export interface WebSocketWireOptions {
  readonly socket: WebSocket;
  /** What the library writes to. It writes at once, as nothing is compressed: so may we in between. */
  readonly stream: Duplex;
  /** We dialled it: what we send bears a masking key. */
  readonly isClient: boolean;
}

/** Sends and closes over a socket of the `ws` library. */
export class WebSocketWire implements Carrier {
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #isClient: boolean;

  constructor({ socket, stream, isClient }: WebSocketWireOptions) {
    this.#socket = socket;
    this.#stream = stream;
    this.#isClient = isClient;
  }

  get bufferedBytes(): number {
    return this.#stream.writableLength;
  }

  send(bytes: Uint8Array, sent?: () => void): void {
    this.#socket.send(bytes, sent);
  }

  /** The library would hand its head and the message to the stream as two, which costs as much as the sealing. */
  sendFrom(memory: Buffer, end: number, sent?: () => void): void {
    if (this.#socket.readyState !== OPEN) return; // As the library does.
    const start = writeHead(memory, HEAD_BYTES_MAX, end - HEAD_BYTES_MAX, this.#isClient);
    this.#stream.write(memory.subarray(start, end), sent);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }
}

/** Reports what happens on an open socket. */
export function reportTo(socket: WebSocket, events: WireEvents): void {
  let broken: string | undefined;
  socket.on('message', (data, isBinary) => {
    if (isBinary) events.received(bytesOf(data));
    else events.malformed('text frames are not spoken here');
  });
  const onPing = (): void => events.malformed('pings are not spoken here: probe with frames');
  socket.on('ping', onPing);
  socket.on('pong', onPing);
  socket.on('error', (error) => {
    // The remote broke the rules of WebSocket (too large a message, say), or the connection broke.
    if (systemCode(error).startsWith('WS_ERR_')) events.malformed(reasonOf(error));
    else broken ??= reasonOf(error);
  });
  socket.on('close', (code, reason) => {
    const words = broken ?? cleanLine(reason.toString('utf8'));
    events.closed({ code: broken === undefined ? code : ABNORMAL_CLOSURE, reason: words });
  });
}

/** With `binaryType` left at `nodebuffer` the library always hands over one buffer. */
function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
