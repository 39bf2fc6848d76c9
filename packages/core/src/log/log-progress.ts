import type { Dot } from '../clock/dot.js';
import type { Message } from '../effect.js';
import type { StreamId } from '../ids.js';
import type { BatchHeader } from '../wire/batch.js';

/**
 * What became of a batch. `hole`: its own predecessors are missing; `cause`: another stream's
 * messages are, for it or for what comes before it; `impossible`: it follows messages of ours that we never wrote.
 */
export type Received =
  | 'delivered'
  | 'duplicate'
  | 'hole'
  | 'cause'
  | 'no-room'
  | 'conflict'
  | 'impossible';

/** Messages of one batch, now delivered. */
interface Delivery {
  readonly kind: 'delivery';
  readonly batch: BatchHeader;
  readonly messages: readonly Message[];
}

/** The first batch of a stream for which there is no room any more. */
interface NoRoom {
  readonly kind: 'no-room';
  readonly stream: StreamId;
  readonly limit: number;
}

/** Messages of a stream that were skipped since nobody has them. */
export interface Gap {
  readonly kind: 'gap';
  readonly stream: StreamId;
  readonly from: number;
  readonly to: number;
}

/** A run that is over: so many newer ones of its peer are here. What was kept of it is gone. */
export interface Retired {
  readonly kind: 'retired';
  readonly stream: StreamId;
  /** How far it was delivered. */
  readonly last: number;
}

/** Two different batches of one origin for the same message, both signed by it. */
export interface Contradiction {
  readonly kind: 'contradiction';
  readonly stream: StreamId;
  /** The first sequence that both cover. */
  readonly sequence: number;
  /** What is held here, and what came later and is not delivered; each proves the other a lie. */
  readonly batches: readonly [Uint8Array, Uint8Array];
}

/** Messages that waited too long for another, and were let go of; they come again with it. */
interface GaveUp {
  readonly kind: 'gave-up';
  readonly stream: StreamId;
  readonly from: number;
  readonly to: number;
  readonly missing: Dot;
}

/** What happened to the log, in order. */
export type LogProgress = Delivery | Gap | Retired | NoRoom | Contradiction | GaveUp;
