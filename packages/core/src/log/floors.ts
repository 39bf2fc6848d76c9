import type { ReadonlyVectorClock } from '../clock/vector-clock.js';
import { HearsayError } from '../errors.js';
import { type PeerId, parseStreamId, type StreamId, streamId } from '../ids.js';
import type { Limits } from '../limits.js';
import { type Batch, openBatch } from '../wire/batch.js';
import type { ClockEntry } from '../wire/clock-entries.js';
import type { HoldBack } from './hold-back.js';
import type { LogDeltaItem } from './log-delta.js';
import type { LogOptions } from './log-options.js';
import { forged } from './signed-batch.js';

export type Floor = LogDeltaItem & { readonly kind: 'floor' };

/** Who told of a floor; undefined for what our own store held. */
type Teller = PeerId | undefined;

/** A batch that its author signed, which shows that a stream goes up to here. */
interface Proof {
  readonly upTo: number;
  readonly bytes: Uint8Array | undefined;
}

/** Floors of one stream that may wait at once: one who lies must not push out one who does not. */
const TELLERS_MAX = 4;

/**
 * Floors that neighbours told of and that may not be jumped to yet.
 *
 * What lies below a floor is skipped, its causes are not: batches above it no longer name them.
 * Floors may lean on each other (two peers that talked a lot), so they are taken as a set. All floors of
 * one neighbour that has settled (`KeptBatches`) are such a set, so once what shows each of them is here,
 * in however many answers it came, they are jumped to: nothing from above them is needed for it.
 */
export class Floors {
  readonly #waiting = new Map<StreamId, Map<Teller, Floor>>();
  /** How far the authors of streams that wait are known to have come. */
  readonly #proofs = new Map<StreamId, Proof>();
  readonly #limits: Pick<Limits, 'streamsMax' | 'holdBackBytesMax'>;
  readonly #held: HoldBack;
  #proofBytes = 0;
  #learned = false;

  constructor(limits: Pick<Limits, 'streamsMax' | 'holdBackBytesMax'>, held: HoldBack) {
    this.#limits = limits;
    this.#held = held;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Whether a floor, or what shows one, came since this was last asked. */
  takeLearned(): boolean {
    const learned = this.#learned;
    this.#learned = false;
    return learned;
  }

  /**
   * Files a floor; a higher one of the same teller replaces a lower, the newest teller makes room for
   * itself, and over the bound on streams the next sync brings it again.
   * @param floor with a proof that was checked, if with one
   */
  add({ proof, ...floor }: Floor, teller: Teller): void {
    const told = this.#waiting.get(floor.stream) ?? new Map<Teller, Floor>();
    if (told.size === 0) {
      if (this.#waiting.size >= this.#limits.streamsMax) return;
      this.#waiting.set(floor.stream, told);
    }
    if (proof !== undefined) this.#prove(floor.stream, floor.floor, proof);
    const known = told.get(teller);
    if (known !== undefined && known.floor >= floor.floor) return;
    if (known === undefined && told.size >= TELLERS_MAX) {
      for (const [oldest] of told) {
        told.delete(oldest);
        break;
      }
    }
    told.set(teller, floor);
    this.#learned = true;
  }

  /** The author signed a batch that begins right above; that counts even when there is no room for it. */
  vouch(stream: StreamId, below: number): void {
    if (this.#waiting.has(stream)) this.#prove(stream, below, undefined);
  }

  /** Whether a batch that has to wait is of no use: there is no room for it, and no floor waits for its word. */
  hasNoUseFor(
    stream: StreamId,
    { firstSequence }: Pick<Batch, 'firstSequence'>,
    bytes: Uint8Array,
  ): boolean {
    if (this.#held.hasRoomFor(stream, bytes)) return false;
    const provenUpTo = this.#proofs.get(stream)?.upTo ?? 0;
    return !this.#waiting.has(stream) || provenUpTo >= firstSequence - 1;
  }

  /**
   * Takes out the largest set of floors whose causes are held or lie below a floor of the set. Where the
   * highest floor of a stream leans on what is not there, a lower one that another told may do.
   */
  takeReady(clock: ReadonlyVectorClock, waived: (stream: StreamId) => boolean): readonly Floor[] {
    const chosen = new Map<StreamId, { best: Floor; readonly lower: Floor[] }>();
    for (const [stream, told] of this.#waiting) {
      const [best, ...lower] = this.#believed(stream, told, clock.get(stream));
      if (best !== undefined) chosen.set(stream, { best, lower });
    }
    const isCovered = ([stream, sequence]: ClockEntry): boolean =>
      clock.get(stream) >= sequence ||
      (chosen.get(stream)?.best.floor ?? 0) >= sequence ||
      waived(stream);
    for (let shrank = true; shrank; ) {
      shrank = false;
      for (const [stream, choice] of chosen) {
        if (choice.best.causes.every(isCovered)) continue;
        const next = choice.lower.shift();
        if (next === undefined) chosen.delete(stream);
        else choice.best = next;
        shrank = true;
      }
    }
    return [...chosen.values()].map(({ best }) => this.#take(best));
  }

  /** Takes out a floor, and those below. */
  #take(floor: Floor): Floor {
    const { stream, floor: reached } = floor;
    const proof = this.#proofs.get(stream);
    const told = this.#waiting.get(stream);
    if (told !== undefined) this.#forgetReached(stream, told, reached);
    return proof?.upTo === reached ? { ...floor, proof: proof.bytes } : floor;
  }

  /** @param bytes undefined when the batch itself comes, or is kept elsewhere */
  #prove(stream: StreamId, upTo: number, bytes: Uint8Array | undefined): void {
    const known = this.#proofs.get(stream);
    if (known !== undefined && known.upTo >= upTo) return;
    this.#proofBytes -= known?.bytes?.length ?? 0;
    // Without room it is believed all the same, and shown to newcomers by others.
    const hasRoom = this.#proofBytes + (bytes?.length ?? 0) <= this.#limits.holdBackBytesMax;
    const kept = hasRoom ? bytes?.slice() : undefined;
    this.#proofBytes += kept?.length ?? 0;
    this.#learned = true;
    this.#proofs.set(stream, { upTo, bytes: kept });
  }

  #forget(stream: StreamId): void {
    this.#waiting.delete(stream);
    this.#proofBytes -= this.#proofs.get(stream)?.bytes?.length ?? 0;
    this.#proofs.delete(stream);
  }

  #forgetReached(stream: StreamId, told: Map<Teller, Floor>, reached: number): void {
    for (const [teller, { floor }] of told) if (floor <= reached) told.delete(teller);
    if (told.size === 0) this.#forget(stream);
  }

  /** The floors of a stream that are believed, highest first; those that were reached are forgotten. */
  #believed(stream: StreamId, told: Map<Teller, Floor>, reached: number): readonly Floor[] {
    this.#forgetReached(stream, told, reached);
    const believed = [...told].filter(([teller, floor]) => this.#believes(floor, teller));
    return believed.map(([, floor]) => floor).sort((left, right) => right.floor - left.floor);
  }

  /**
   * A floor is not signed, and whoever skips to one that its author has not reached loses what comes
   * next. So it is taken from our own store, from the author itself, with a batch as proof, which was
   * checked, or under a batch that the author signed.
   */
  #believes({ stream, floor }: Floor, teller: Teller): boolean {
    if (teller === undefined || teller === parseStreamId(stream).peer) return true;
    if ((this.#proofs.get(stream)?.upTo ?? 0) >= floor) return true;
    return this.#held.get(stream, floor + 1) !== undefined;
  }
}

/**
 * Checks the proof of a floor, if it comes with one.
 * @throws HearsayError `malformed`, `forged`
 */
export function checkProof(
  { stream, floor, proof }: Floor,
  limits: Limits,
  isBatchBy: LogOptions['isBatchBy'],
): void {
  if (proof === undefined) return;
  const { header } = openBatch(proof, limits);
  const { origin, generation, firstSequence, count } = header;
  const isItsOwn = streamId(origin, generation) === stream && firstSequence + count > floor;
  if (!isItsOwn) throw new HearsayError('malformed', `no proof of floor ${floor}`);
  if (!isBatchBy(origin, proof)) throw forged(header);
}
