import type { LinkId, PeerId, Priority } from '@hearsay/core';
import { CLOSE_REASON_BYTES_MAX } from '../limits.js';
import { firstBytes } from '../text.js';
import type { Packer } from './packer.js';
import { type Dropped, type Enqueued, SendQueue, type SendQueueLimits } from './send-queue.js';
import type { Wire } from './wire.js';

/** What a link needs besides its wire. */
export interface LinkOptions {
  readonly id: LinkId;
  readonly wire: Wire;
  /** Who is at the other end, and by which network key it came in. */
  readonly peer: PeerId;
  readonly networkKey: Uint8Array;
  /** We dialled it. */
  readonly dialled: boolean;
  readonly limits: SendQueueLimits & {
    readonly socketHighWaterBytes: number;
    readonly drainedBytes: number;
  };
  /** Called when the system took a message of ours. */
  readonly onProgress: (link: Link) => void;
}

/** One open connection and what waits to go out on it. */
export class Link {
  readonly id: LinkId;
  readonly peer: PeerId;
  readonly networkKey: Uint8Array;
  readonly dialled: boolean;
  /** Monotonic time at which the system last took something. */
  progressMs = 0;
  /** Listed by its table as having something to send. */
  isDirty = false;
  /** A drill: nothing passes, either way, and nothing tells so. */
  muted = false;
  /** Bytes handed to the socket and taken from it, without what WebSocket and the seal add. */
  sentBytes = 0;
  receivedBytes = 0;
  /** Frames queued, taken, and dropped because the queue was full. */
  sentFrames = 0;
  receivedFrames = 0;
  droppedFrames = 0;
  readonly #wire: Wire;
  readonly #queue: SendQueue;
  readonly #socketHighWaterBytes: number;
  /** With less than this in the socket the link cannot be congested. */
  readonly #quietBytes: number;
  readonly #sent: () => void;
  #closing = false;

  constructor({ id, wire, peer, networkKey, dialled, limits, onProgress }: LinkOptions) {
    this.id = id;
    this.peer = peer;
    this.networkKey = networkKey;
    this.dialled = dialled;
    this.#wire = wire;
    this.#queue = new SendQueue(limits);
    this.#socketHighWaterBytes = limits.socketHighWaterBytes;
    this.#quietBytes = limits.drainedBytes;
    this.#sent = () => onProgress(this);
  }

  /** Bytes that wait here and in the socket. */
  get waitingBytes(): number {
    return this.#queue.bytes + this.#wire.bufferedBytes;
  }

  /** The same without repairs that wait here: those hold up nobody. */
  get saidWaitingBytes(): number {
    return this.#queue.saidBytes + this.#wire.bufferedBytes;
  }

  get hasBulk(): boolean {
    return this.#queue.hasBulk;
  }

  /** We asked to close it: what still arrives is no longer read. */
  get closing(): boolean {
    return this.#closing;
  }

  push(chunk: Uint8Array, priority: Priority): Enqueued {
    if (this.#closing) return 'dropped';
    const enqueued = this.#queue.push(chunk, priority, this.#wire.bufferedBytes);
    if (enqueued === 'queued') this.sentFrames += 1;
    else this.droppedFrames += 1;
    return enqueued;
  }

  takeDropped(): Dropped | undefined {
    return this.#queue.takeDropped();
  }

  /** Hands to the socket all control, and bulk while the socket is below its high-water mark. */
  flush(packer: Packer): void {
    const roomBytes = this.#socketHighWaterBytes - this.#wire.bufferedBytes;
    this.#send(packer.pack(this.#queue.takeControl(), this.#queue.takeBulk(roomBytes)));
  }

  /** Sends what is queued, then closes. */
  close(code: number, reason: string, packer: Packer): void {
    if (this.#closing) return;
    this.#closing = true;
    const bulk = this.#queue.takeBulk(Number.POSITIVE_INFINITY);
    this.#send(packer.pack(this.#queue.takeControl(), bulk));
    this.#wire.close(code, firstBytes(reason, CLOSE_REASON_BYTES_MAX));
  }

  terminate(): void {
    this.#closing = true;
    this.#wire.terminate();
  }

  #send(messages: readonly Uint8Array[]): void {
    if (this.muted) return;
    for (const message of messages) {
      this.sentBytes += message.length;
      // That the system took it matters only to what waits behind it, and to a congested link.
      const waiting =
        this.#queue.hasBulk || this.#wire.bufferedBytes + message.length >= this.#quietBytes;
      this.#wire.send(message, waiting ? this.#sent : undefined);
    }
  }
}
