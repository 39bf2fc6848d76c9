import type { PeerId } from '@hearsay/core';
import { joinBytes } from '../wire/bytes.js';
import { FRAME_BYTES_MAX } from '../wire/wire-limits.js';

interface Gathered {
  readonly parts: Uint8Array[];
  bytes: number;
}

/** One part of something that did not fit a post. */
export interface Part {
  readonly index: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

/**
 * Puts together what came in parts, one thing for each neighbour and name: parts follow each other
 * on a link, so one that does not follow means that some were dropped, and all of it is let go of.
 */
export class Parts {
  readonly #gathered = new Map<string, Gathered>();
  readonly #bytesMax: number;
  #bytes = 0;
  /** Gathered things let go of for want of room. */
  dropped = 0;

  /** @param bytesMax of all that is gathered; over it what came last is let go of, and sync brings it */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** @returns the whole, when this was its last part */
  add(from: PeerId, name: string, part: Part): Uint8Array | undefined {
    if (part.count === 1) return part.bytes;
    const id = `${from} ${name}`;
    if (part.index === 0) this.#forget(id);
    const known = this.#gathered.get(id) ?? { parts: [], bytes: 0 };
    const size = known.bytes + part.bytes.length;
    const fits = size <= FRAME_BYTES_MAX && this.#bytes + part.bytes.length <= this.#bytesMax;
    if (known.parts.length !== part.index || !fits) {
      this.#forget(id);
      if (!fits) this.dropped += 1;
      return undefined;
    }
    known.parts.push(part.bytes.slice());
    known.bytes = size;
    this.#bytes += part.bytes.length;
    this.#gathered.set(id, known);
    if (known.parts.length < part.count) return undefined;
    this.#forget(id);
    return joinBytes(known.parts);
  }

  /** A neighbour is gone, and with it the rest of what it was sending. */
  forget(from: PeerId): void {
    for (const id of [...this.#gathered.keys()]) if (id.startsWith(`${from} `)) this.#forget(id);
  }

  #forget(id: string): void {
    this.#bytes -= this.#gathered.get(id)?.bytes ?? 0;
    this.#gathered.delete(id);
  }
}
