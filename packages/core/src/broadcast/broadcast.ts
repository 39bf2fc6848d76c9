import type { LinkId } from '../input.js';

/**
 * How a batch gets from its origin to everybody. The direct form below sends on every link and
 * forwards nothing; a tree (Plumtree) forwards what it receives. Losing is allowed: sync repairs.
 */
export interface Broadcast {
  /** Sends a batch of our own. @returns links it went out on */
  originate(frame: Uint8Array): number;
  /** A batch came and was new; `via` is the link. */
  received(frame: Uint8Array, via: LinkId): void;
}
