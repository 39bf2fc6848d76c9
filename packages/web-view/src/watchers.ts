import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { WATCHER_MESSAGE_BYTES_MAX, WATCHER_WAITING_BYTES_MAX, WATCHERS_MAX } from './limits.js';

/** What watchers need. Time is given, so that tests need not wait. */
export interface WatchersOptions {
  /** Taken once for all that watch. */
  readonly snapshot: () => string;
  /** Calls back after `waitMs`; @returns what takes it back */
  readonly schedule: (callback: () => void, waitMs: number) => () => void;
}

/** No more than four a second, however much happens. */
const CHANGED_MS = 250;
/** Ages are told anew this often while nothing happens. */
const QUIET_MS = 1_000;
const [UNAVAILABLE, NOTHING_TO_SAY, GOING_AWAY] = [503, 1_008, 1_001];

/** Pages that look. While none does, nothing is computed and no timer runs. */
export class Watchers {
  readonly #options: WatchersOptions;
  readonly #sockets = new Set<WebSocket>();
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: WATCHER_MESSAGE_BYTES_MAX,
  });
  #cancel: (() => void) | undefined;
  #resting = false;
  #changed = false;

  constructor(options: WatchersOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#sockets.size;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#sockets.size >= WATCHERS_MAX) {
      socket.on('error', () => socket.destroy());
      socket.end(answer(UNAVAILABLE));
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#add(webSocket));
  }

  /** Something is not as it was: tells soon. */
  changed(): void {
    this.#changed = true;
    if (this.#sockets.size > 0 && !this.#resting) this.#tell();
  }

  close(): void {
    this.#cancel?.();
    for (const socket of this.#sockets) socket.close(GOING_AWAY, 'this peer ends');
    this.#sockets.clear();
  }

  #add(socket: WebSocket): void {
    this.#sockets.add(socket);
    socket.on('message', () => socket.close(NOTHING_TO_SAY, 'this is for watching only'));
    socket.on('error', () => socket.terminate());
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (this.#sockets.size > 0) return;
      this.#cancel?.();
      this.#resting = false;
    });
    socket.send(this.#options.snapshot());
    if (this.#sockets.size === 1) this.#rest();
  }

  /** Whoever has not taken the last snapshot yet is passed over: the next one says more than this. */
  #tell(): void {
    this.#changed = false;
    const snapshot = this.#options.snapshot();
    for (const socket of this.#sockets) {
      if (socket.bufferedAmount <= WATCHER_WAITING_BYTES_MAX) socket.send(snapshot);
    }
    this.#rest();
  }

  #rest(): void {
    const { schedule } = this.#options;
    this.#cancel?.();
    this.#resting = true;
    this.#cancel = schedule(() => {
      this.#resting = false;
      if (this.#changed) this.#tell();
      else this.#cancel = schedule(() => this.#tell(), QUIET_MS - CHANGED_MS);
    }, CHANGED_MS);
  }
}

function answer(status: number): string {
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
}
