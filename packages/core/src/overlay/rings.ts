import type { PeerId } from '../ids.js';
import { hashText } from '../log/state-hash.js';

/**
 * Links of a mesh that is too large to link everybody and small enough to know everybody: each of
 * several rings orders all members by a hash of its own, and a peer is linked to those before and
 * after it in each (as the monitors of Rapid, USENIX ATC 2018). Whoever knows the same members finds
 * the same links at both ends without a word; every ring alone connects everybody, and together they
 * are an expander, whatever half of the members dies.
 */
export class Rings {
  readonly #self: PeerId;
  readonly #count: number;
  /** The places of each member, one a ring. */
  #places = new Map<PeerId, readonly number[]>();

  /** @param count rings; a peer has at most twice as many links */
  constructor(self: PeerId, count: number) {
    this.#self = self;
    this.#count = count;
  }

  /** Those before and after us in each ring. */
  neighbours(others: readonly PeerId[]): ReadonlySet<PeerId> {
    const places = new Map<PeerId, readonly number[]>();
    for (const peer of others) places.set(peer, this.#places.get(peer) ?? this.#placesOf(peer));
    this.#places = places;
    const own = this.#placesOf(this.#self);
    const found = new Set<PeerId>();
    for (let ring = 0; ring < this.#count; ring++) {
      const at = (peer: PeerId): number => distance(own[ring], places.get(peer)?.[ring]);
      const [first] = others;
      if (first === undefined) break;
      let [after, before] = [first, first];
      for (const peer of others) {
        // The one after us is the least way round from us, the one before us the farthest.
        if (at(peer) < at(after)) after = peer;
        if (at(peer) > at(before)) before = peer;
      }
      found.add(after).add(before);
    }
    return found;
  }

  #placesOf(peer: PeerId): readonly number[] {
    return Array.from({ length: this.#count }, (_, ring) => hashText(`${ring}.${peer}`).low);
  }
}

/** The way round a ring, in one direction. */
function distance(from = 0, to = 0): number {
  return (to - from) >>> 0;
}
