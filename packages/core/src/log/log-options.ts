import type { PeerId, StreamId } from '../ids.js';
import type { Limits } from '../limits.js';
import type { Counters } from '../view.js';
import type { BatchStore } from './batch-store.js';

/** What a log is made of. */
export interface LogOptions {
  readonly limits: Limits;
  readonly counters: Counters;
  /** Whether a batch, which ends with its signature, is by its origin. */
  readonly isBatchBy: (origin: PeerId, bytes: Uint8Array) => boolean;
  /** The stream that only `append` may add to; room for it is kept. */
  readonly own?: StreamId;
  /** Keeps what was delivered; memory, unless given. */
  readonly store?: BatchStore;
}
