import type { Priority } from '@hearsay/core';

/** What was dropped since it was last asked. */
export interface Dropped {
  readonly frames: number;
  readonly bytes: number;
}

/** What became of a chunk: `overflow` means that a control frame found no room. */
export type Enqueued = 'queued' | 'dropped' | 'overflow';

/** The bounds of one queue, in bytes that wait here and in the socket. */
export interface SendQueueLimits {
  readonly controlQueueBytesMax: number;
  readonly bulkQueueBytesMax: number;
}

const NOTHING: readonly Uint8Array[] = [];

/**
 * What waits to be sent on one link: control, bulk, and behind it repairs.
 *
 * Control is never dropped: without room for it the link is useless and is to be closed. Bulk is
 * dropped at the end, so that what arrives stays without holes up to the first drop, and sync
 * repairs the rest. Answers to questions wait behind what is said now: who is told much, or reads slowly,
 * hears the others all the same.
 */
export class SendQueue {
  readonly #limits: SendQueueLimits;
  #control: Uint8Array[] = [];
  #controlBytes = 0;
  #bulk: Uint8Array[] = [];
  #bulkBytes = 0;
  #repairs: Uint8Array[] = [];
  #repairBytes = 0;
  #droppedFrames = 0;
  #droppedBytes = 0;

  constructor(limits: SendQueueLimits) {
    this.#limits = limits;
  }

  get bytes(): number {
    return this.saidBytes + this.#repairBytes;
  }

  /** Without repairs. */
  get saidBytes(): number {
    return this.#controlBytes + this.#bulkBytes;
  }

  /** Repairs are bulk too. */
  get hasBulk(): boolean {
    return this.#bulk.length + this.#repairs.length > 0;
  }

  /** @param inSocketBytes what the socket holds already; it counts against both bounds */
  push(chunk: Uint8Array, priority: Priority, inSocketBytes: number): Enqueued {
    if (priority === 'control') {
      const waiting = this.#controlBytes + inSocketBytes + chunk.length;
      if (waiting > this.#limits.controlQueueBytesMax) return 'overflow';
      this.#control = appended(this.#control, chunk);
      this.#controlBytes += chunk.length;
      return 'queued';
    }
    if (this.bytes + inSocketBytes + chunk.length > this.#limits.bulkQueueBytesMax) {
      this.#droppedFrames++;
      this.#droppedBytes += chunk.length;
      return 'dropped';
    }
    if (priority === 'repair') {
      this.#repairs.push(chunk);
      this.#repairBytes += chunk.length;
      return 'queued';
    }
    this.#bulk = appended(this.#bulk, chunk);
    this.#bulkBytes += chunk.length;
    return 'queued';
  }

  /** All control chunks; the queue holds none afterwards. */
  takeControl(): readonly Uint8Array[] {
    const chunks = this.#control;
    if (chunks.length === 0) return chunks;
    this.#control = [];
    this.#controlBytes = 0;
    return chunks;
  }

  /** Bulk chunks from the front, then repairs, while less than `roomBytes` are taken. */
  takeBulk(roomBytes: number): readonly Uint8Array[] {
    if (!this.hasBulk || roomBytes <= 0) return NOTHING;
    if (this.#bulkBytes < roomBytes) {
      const all = this.#bulk;
      const repairRoomBytes = roomBytes - this.#bulkBytes;
      this.#bulk = [];
      this.#bulkBytes = 0;
      return this.#repairs.length === 0 ? all : [...all, ...this.#takeRepairs(repairRoomBytes)];
    }
    const { chunks, bytes } = takeFront(this.#bulk, roomBytes);
    this.#bulkBytes -= bytes;
    return chunks;
  }

  #takeRepairs(roomBytes: number): readonly Uint8Array[] {
    const { chunks, bytes } = takeFront(this.#repairs, roomBytes);
    this.#repairBytes -= bytes;
    return chunks;
  }

  /** What was dropped since the last call, or undefined. */
  takeDropped(): Dropped | undefined {
    if (this.#droppedFrames === 0) return undefined;
    const dropped = { frames: this.#droppedFrames, bytes: this.#droppedBytes };
    this.#droppedFrames = 0;
    this.#droppedBytes = 0;
    return dropped;
  }
}

/** Takes chunks off the front while less than `roomBytes` are taken. */
function takeFront(
  queue: Uint8Array[],
  roomBytes: number,
): { readonly chunks: readonly Uint8Array[]; readonly bytes: number } {
  let count = 0;
  let bytes = 0;
  while (bytes < roomBytes && count < queue.length) bytes += queue[count++]?.length ?? 0;
  return { chunks: queue.splice(0, count), bytes };
}

/** A push into an empty list makes room for many, and most turns send one chunk. */
function appended(chunks: Uint8Array[], chunk: Uint8Array): Uint8Array[] {
  if (chunks.length === 0) return [chunk];
  chunks.push(chunk);
  return chunks;
}
