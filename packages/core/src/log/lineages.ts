import { type PeerId, parseStreamId, type StreamId, streamId } from '../ids.js';

/** Runs of a peer that count, however many peers there are. */
export const RUNS_MIN = 16;
/** Of the room for streams the peers share this much evenly; the rest is for those that come. */
const SHARED = 3 / 4;

/**
 * Which runs of each peer still count. Every restart that says something makes a stream, and there is
 * room for so many. Of each peer the newest runs count, as many as its share of the room; the older
 * ones are over.
 *
 * What is over follows from which streams were ever seen and from nothing else: no clock, no vote and
 * no verdict about members. With more streams only more is over, and of two peers that hold different
 * streams both come to the same once they are level. And nothing need be remembered of a run that is
 * over: that so many newer ones are there says it.
 */
export class Lineages {
  /** Generations that count, ascending. */
  readonly #runs = new Map<PeerId, number[]>();
  readonly #streamsMax: number;

  constructor(streamsMax: number) {
    this.#streamsMax = streamsMax;
  }

  /** Runs of one peer that count. */
  get share(): number {
    const even = Math.floor((SHARED * this.#streamsMax) / Math.max(1, this.#runs.size));
    return Math.max(RUNS_MIN, even);
  }

  /** Whether so many newer runs of its peer are known that it does not count any more. */
  isOver(stream: StreamId): boolean {
    const { peer, generation } = parseStreamId(stream);
    const runs = this.#runs.get(peer);
    const { share } = this;
    return runs !== undefined && runs.length >= share && generation < (runs.at(-share) ?? 0);
  }

  /** The newest run of a peer that said something. */
  newest(peer: PeerId): number | undefined {
    return this.#runs.get(peer)?.at(-1);
  }

  /** Whether a run of this peer ends another, so that it needs no more room. */
  isFull(peer: PeerId): boolean {
    return (this.#runs.get(peer)?.length ?? 0) >= this.share;
  }

  /** A stream has its first message, or a floor. @returns those that are over by it */
  add(stream: StreamId): readonly StreamId[] {
    const { peer, generation } = parseStreamId(stream);
    const runs = this.#runs.get(peer);
    const isNewPeer = runs === undefined;
    if (isNewPeer) this.#runs.set(peer, [generation]);
    else runs.splice(runs.filter((known) => known < generation).length, 0, generation);
    // The share of all becomes smaller with each peer.
    return isNewPeer ? [...this.#runs.keys()].flatMap((each) => this.#end(each)) : this.#end(peer);
  }

  /** The oldest run that counts, of peers of which older ones are over. */
  *oldest(): Generator<{ readonly peer: PeerId; readonly generation: number }> {
    const { share } = this;
    for (const [peer, runs] of this.#runs) {
      const [generation] = runs;
      if (runs.length >= share && generation !== undefined) yield { peer, generation };
    }
  }

  #end(peer: PeerId): readonly StreamId[] {
    const runs = this.#runs.get(peer) ?? [];
    const over = runs.splice(0, Math.max(0, runs.length - this.share));
    return over.map((generation) => streamId(peer, generation));
  }
}
