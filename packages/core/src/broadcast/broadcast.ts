import type { BatchHeader, EncodedBatch } from '../wire/batch.js';

/**
 * How a batch gets from its origin to everybody. Losing is allowed: sync repairs. The direct form
 * sends on every link, and nobody forwards; a tree forwards what it receives.
 */
export interface Broadcast {
  /** Links that a batch would go out on now. */
  readonly reach: number;
  /** Sends a batch of our own. @returns links it went out on */
  originate(header: BatchHeader, encoded: EncodedBatch): number;
}
