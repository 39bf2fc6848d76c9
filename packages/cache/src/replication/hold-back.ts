import type { PeerId, StreamId } from '@hearsay/core';
import type { Frame } from '../wire/frame.js';
import type { ReadonlyVector } from './vector.js';

/** Bounds of what waits for something that has not come. */
export interface HoldBackLimits {
  readonly holdBackFramesMax: number;
  readonly holdBackBytesMax: number;
  /** Of one stream: its author must not take the room of others. */
  readonly holdBackStreamFramesMax: number;
  /** What nobody completes for this long is let go of; repair brings it. */
  readonly holdBackMs: number;
}

/** A frame that waits, and who brought it. */
export interface Held {
  readonly frame: Frame;
  readonly from: PeerId;
  /** Its bytes as they came, a copy. */
  readonly bytes: Uint8Array;
  readonly answer: boolean;
  /** It came over the link of its author, and nobody has looked at its signature. */
  readonly isClaim: boolean;
}

interface Waiting {
  readonly held: Held;
  readonly until: Blocker;
  readonly sinceMs: number;
}

/** What must be applied first. */
export interface Blocker {
  readonly stream: StreamId;
  readonly sequence: number;
}

/** The first unmet need of a frame: the frame before it (FIFO), then its causes. */
export function blockerOf(
  { head, causes }: Frame,
  vector: ReadonlyVector,
  waived: (stream: StreamId) => boolean,
): Blocker | undefined {
  if (vector.get(head.stream) < head.first - 1) {
    return { stream: head.stream, sequence: head.first - 1 };
  }
  for (const [stream, sequence] of causes) {
    if (vector.get(stream) < sequence && !waived(stream)) return { stream, sequence };
  }
  return undefined;
}

/** Frames whose predecessors or causes have not come, filed by the stream that each waits for. */
export class HoldBack {
  readonly #limits: HoldBackLimits;
  readonly #waiting = new Map<StreamId, Waiting[]>();
  readonly #ids = new Set<string>();
  readonly #counts = new Map<StreamId, number>();
  #bytes = 0;
  /** Frames let go of for want of room, or because they waited too long. */
  dropped = 0;

  constructor(limits: HoldBackLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#ids.size;
  }

  has({ head }: Frame): boolean {
    return this.#ids.has(`${head.stream}:${head.first}`);
  }

  /** @returns false when there is no room: the newest is let go of, and repair brings it */
  add(held: Held, until: Blocker, nowMs: number): boolean {
    const { holdBackFramesMax, holdBackBytesMax, holdBackStreamFramesMax } = this.#limits;
    const { stream, first } = held.frame.head;
    const count = this.#counts.get(stream) ?? 0;
    const full = this.#ids.size >= holdBackFramesMax || count >= holdBackStreamFramesMax;
    if (full || this.#bytes + held.bytes.length > holdBackBytesMax) {
      this.dropped += 1;
      return false;
    }
    this.#ids.add(`${stream}:${first}`);
    this.#counts.set(stream, count + 1);
    this.#bytes += held.bytes.length;
    const list = this.#waiting.get(until.stream);
    const waiting = { held, until, sinceMs: nowMs };
    if (list === undefined) this.#waiting.set(until.stream, [waiting]);
    else list.push(waiting);
    return true;
  }

  /** Takes out what waited for this stream to come this far, in order of sequence. */
  take(stream: StreamId, reached: number): readonly Held[] {
    const list = this.#waiting.get(stream);
    if (list === undefined) return [];
    const free = this.#remove(stream, list, ({ until }) => until.sequence <= reached);
    return free.sort((left, right) => left.frame.head.first - right.frame.head.first);
  }

  /** Lets go of what waited too long. */
  expire(nowMs: number): void {
    for (const [stream, list] of [...this.#waiting]) {
      const old = ({ sinceMs }: Waiting): boolean => nowMs - sinceMs >= this.#limits.holdBackMs;
      this.dropped += this.#remove(stream, list, old).length;
    }
  }

  clear(): void {
    this.#waiting.clear();
    this.#ids.clear();
    this.#counts.clear();
    this.#bytes = 0;
  }

  #remove(stream: StreamId, list: readonly Waiting[], goes: (each: Waiting) => boolean): Held[] {
    const gone = list.filter(goes).map(({ held }) => held);
    if (gone.length === 0) return gone;
    const left = list.filter((each) => !goes(each));
    if (left.length === 0) this.#waiting.delete(stream);
    else this.#waiting.set(stream, left);
    for (const { frame, bytes } of gone) {
      const own = frame.head.stream;
      this.#ids.delete(`${own}:${frame.head.first}`);
      this.#bytes -= bytes.length;
      const count = (this.#counts.get(own) ?? 1) - 1;
      if (count === 0) this.#counts.delete(own);
      else this.#counts.set(own, count);
    }
    return gone;
  }
}
