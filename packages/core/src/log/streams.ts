import { type ReadonlyVectorClock, VectorClock } from '../clock/vector-clock.js';
import { type PeerId, parseStreamId, type StreamId, streamId } from '../ids.js';
import { Lineages } from './lineages.js';
import { type StateHash, xorHash, ZERO_HASH } from './state-hash.js';
import { StreamLog } from './stream-log.js';

const NOTHING: readonly never[] = [];

export interface StreamsOptions {
  readonly streamsMax: number;
  /** Ours, which is never over. */
  readonly own: StreamId | undefined;
  /** There is no room for a stream; told once of each. */
  readonly noRoom: (stream: StreamId, limit: number) => void;
  /** Moves a stream, and what is told of it. */
  readonly move: (stream: StreamLog, move: () => void) => void;
  /** A run is over: what is kept of it goes. */
  readonly retired: (stream: StreamLog) => void;
  /** A stream took the last room: nothing need wait for those that have none now. */
  readonly filled: () => void;
}

/** The streams of a log up to a bound, and how far each is delivered: the clock, its bytes and its hash. */
export class Streams {
  readonly #options: StreamsOptions;
  readonly #streams = new Map<StreamId, StreamLog>();
  readonly #lineages: Lineages;
  readonly #turnedAway = new Set<StreamId>();
  /** Up to this generation of a peer nothing is waited for: a neighbour said that it is over. */
  readonly #waived = new Map<PeerId, number>();
  /** The newest run of a peer of which a signed batch was seen, delivered or not. */
  readonly #seen = new Map<PeerId, number>();
  readonly #clock = new VectorClock();
  #hash: StateHash = ZERO_HASH;
  #risen = new Set<StreamId>();

  constructor(options: StreamsOptions) {
    this.#options = options;
    this.#lineages = new Lineages(options.streamsMax);
    if (options.own !== undefined) this.obtain(options.own);
  }

  get clock(): ReadonlyVectorClock {
    return this.#clock;
  }

  get hash(): StateHash {
    return this.#hash;
  }

  /** Streams whose entry rose since this was last asked. */
  takeRisen(): readonly StreamId[] {
    if (this.#risen.size === 0) return NOTHING;
    const risen = [...this.#risen];
    this.#risen.clear();
    return risen;
  }

  get(id: StreamId): StreamLog | undefined {
    return this.#streams.get(id);
  }

  all(): Iterable<StreamLog> {
    return this.#streams.values();
  }

  /** Takes over what an earlier run of this log held, each with a message at least, and waived. */
  restore(streams: Iterable<StreamLog>, waived: ReadonlyMap<PeerId, number>): void {
    for (const [peer, generation] of waived) this.waive(peer, generation);
    for (const stream of streams) {
      this.#streams.set(stream.id, stream);
      this.#hash = xorHash(this.#hash, stream.hash);
      this.#moved(stream, true, () => undefined);
    }
  }

  /** Moves one stream forward, and the clock and the hash with it. */
  advance(stream: StreamLog, move: () => void): void {
    const isNew = stream.last === 0;
    if (!isNew) this.#hash = xorHash(this.#hash, stream.hash);
    this.#risen.add(stream.id);
    this.#moved(stream, isNew, () => {
      move();
      this.#hash = xorHash(this.#hash, stream.hash);
    });
  }

  /** Whether so many newer runs of its peer are known that a stream does not count any more. */
  readonly isOver = (id: StreamId): boolean => {
    return id !== this.#options.own && this.#lineages.isOver(id);
  };

  /** Of peers with runs that are over, the oldest that is not. */
  oldest(): ReturnType<Lineages['oldest']> {
    return this.#lineages.oldest();
  }

  /** What a neighbour said of runs that are over, as `waive` takes it. */
  waived(): ReadonlyMap<PeerId, number> {
    return this.#waived;
  }

  /** A batch of a stream is signed by its peer. @returns whether that changes what is waited for */
  saw(id: StreamId): boolean {
    const { peer, generation } = parseStreamId(id);
    const known = this.#seen.get(peer);
    if (known === undefined && this.#seen.size >= this.#options.streamsMax) return false;
    if ((known ?? -1) >= generation) return false;
    this.#seen.set(peer, generation);
    return this.#waived.has(peer);
  }

  /** Nobody waits for runs of a peer up to this one any more. @returns whether that is new */
  waive(peer: PeerId, generation: number): boolean {
    if (this.#lineages.isOver(streamId(peer, generation))) return false;
    const known = this.#waived.get(peer);
    if (known === undefined && this.#waived.size >= this.#options.streamsMax) return false;
    if ((known ?? -1) >= generation) return false;
    this.#waived.set(peer, generation);
    return true;
  }

  /** Whether messages of a stream can be kept. */
  hasRoomFor(id: StreamId): boolean {
    if (this.#streams.has(id)) return true;
    if (this.isOver(id)) return false;
    const hasRoom = this.#streams.size < this.#options.streamsMax;
    return hasRoom || this.#lineages.isFull(parseStreamId(id).peer);
  }

  /** The stream, made if need be; undefined when there is no room for it, or it is over. */
  obtain(id: StreamId): StreamLog | undefined {
    if (!this.hasRoomFor(id)) {
      if (!this.isOver(id)) this.#turnAway(id);
      return undefined;
    }
    const known = this.#streams.get(id);
    if (known !== undefined) return known;
    const stream = new StreamLog(id);
    this.#streams.set(id, stream);
    if (this.#streams.size >= this.#options.streamsMax) this.#options.filled();
    return stream;
  }

  /** Nobody can wait here for messages of a stream that has no room, or is over. */
  readonly isWaived = (id: StreamId): boolean => {
    if (this.#streams.has(id)) return false;
    if (this.#isSaidToBeOver(id) || this.isOver(id)) return true;
    if (this.hasRoomFor(id)) return false;
    this.#turnAway(id);
    return true;
  };

  /** Lets go of what streams remember of others that are over. */
  tidy(): void {
    for (const stream of this.#streams.values()) stream.forgetCauses(this.isOver);
  }

  #moved(stream: StreamLog, isNew: boolean, move: () => void): void {
    this.#options.move(stream, move);
    this.#clock.raise(stream.id, stream.last);
    if (!isNew) return;
    for (const id of this.#lineages.add(stream.id)) this.#retire(id);
  }

  #retire(id: StreamId): void {
    const stream = this.#streams.get(id);
    if (stream === undefined || id === this.#options.own) return;
    this.#hash = xorHash(this.#hash, stream.hash);
    this.#clock.remove(id);
    this.#streams.delete(id);
    this.#risen.delete(id);
    this.#options.retired(stream);
  }

  /** A neighbour says so, and a newer run of that peer was seen: nothing will follow in it. */
  #isSaidToBeOver(id: StreamId): boolean {
    const { peer, generation } = parseStreamId(id);
    const newest = Math.max(this.#lineages.newest(peer) ?? 0, this.#seen.get(peer) ?? 0);
    return generation <= (this.#waived.get(peer) ?? -1) && generation < newest;
  }

  #turnAway(id: StreamId): void {
    const { streamsMax, noRoom } = this.#options;
    if (this.#turnedAway.has(id) || this.#turnedAway.size >= streamsMax) return;
    this.#turnedAway.add(id);
    noRoom(id, streamsMax);
  }
}
