import type { PeerId } from '@hearsay/core';
import { joinBytes, sameBytes } from '../wire/bytes.js';

/** How much has come of a survivor that is too large for one answer. */
export interface FragmentProgress {
  /** Of all of its bytes. */
  readonly hash: Uint8Array;
  readonly received: number;
}

/** A part of the bytes of a survivor. */
export interface Fragment {
  readonly hash: Uint8Array;
  readonly size: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

interface Gathered extends FragmentProgress {
  readonly source: PeerId;
  readonly size: number;
  readonly parts: Uint8Array[];
  received: number;
}

/**
 * Gathers the one survivor that is on its way in fragments. What it is made of is named by the hash of
 * the whole, so that it goes on in the next answer if it has not changed meanwhile, and begins anew if it has.
 */
export class Fragments {
  #gathered: Gathered | undefined;

  /** What has come from this peer, also when that is all. */
  progressOf(source: PeerId): FragmentProgress | undefined {
    return this.#gathered?.source === source ? this.#gathered : undefined;
  }

  /** @returns the whole when this was the last that was missing */
  add(source: PeerId, { hash, size, offset, bytes }: Fragment): Uint8Array | undefined {
    let gathered = this.#gathered;
    if (gathered === undefined || gathered.source !== source || !sameBytes(gathered.hash, hash)) {
      if (offset !== 0) return undefined;
      gathered = { source, hash: new Uint8Array(hash), size, parts: [], received: 0 };
      this.#gathered = gathered;
    }
    const known = gathered.received - offset;
    const isNext = known >= 0 && size === gathered.size && offset + bytes.length <= size;
    if (!isNext || known >= bytes.length) return undefined;
    const part = new Uint8Array(bytes.subarray(known));
    gathered.parts.push(part);
    gathered.received += part.length;
    return gathered.received === size ? joinBytes(gathered.parts.splice(0)) : undefined;
  }

  /** What a peer was sending is of no use any more. */
  forget(source: PeerId): void {
    if (this.#gathered?.source === source) this.#gathered = undefined;
  }

  clear(): void {
    this.#gathered = undefined;
  }
}
