import type { HlcTime, PeerId, Random, StreamId } from '@hearsay/core';
import type { Change } from '../values/operation.js';
import type { FrameCrypto, FrameHead } from '../wire/frame.js';
import type { Floor } from './answer.js';
import type { Ask } from './asks.js';
import type { MemberState } from './holdings.js';
import type { ReplicationLimits } from './limits.js';
import type { ReplicatedStore } from './replicated-store.js';
import type { Vector } from './vector.js';

/** What an earlier run left. */
export interface Restored {
  readonly vector: Vector;
  /** Last writes of the survivors that were held, also beyond the vector. */
  readonly ahead: Vector;
  readonly heads: ReadonlyMap<StreamId, FrameHead>;
  readonly floor: Floor | undefined;
  readonly oldest: HlcTime | undefined;
  readonly latest: HlcTime | undefined;
  readonly members: readonly (readonly [PeerId, number])[];
}

/** Who replicates what. */
export interface ReplicationOptions {
  readonly self: PeerId;
  /** Of this run of the cache: higher than that of any earlier one, unless its stream goes on. */
  readonly generation: number;
  /** Where the stream goes on; only if every earlier write is known to be here. Default 0. */
  readonly sequence?: number;
  readonly store: ReplicatedStore;
  readonly crypto: FrameCrypto;
  readonly random: Random;
  readonly restored?: Restored;
  readonly limits?: Partial<ReplicationLimits>;
}

/** What happens to the replication from outside. */
export type Input =
  /** A neighbour posted on our port. */
  | { readonly kind: 'post'; readonly from: PeerId; readonly bytes: Uint8Array }
  | { readonly kind: 'link-up'; readonly peer: PeerId }
  | { readonly kind: 'link-down'; readonly peer: PeerId }
  | { readonly kind: 'members'; readonly members: readonly MemberState[] }
  /** What was written in this turn goes out. */
  | { readonly kind: 'flush' }
  /** Waits until so many peers, ours included, hold our stream up to here. */
  | {
      readonly kind: 'await';
      readonly id: number;
      readonly sequence: number;
      readonly copies: number;
      readonly untilMs: number;
    }
  | { readonly kind: 'ask'; readonly ask: Ask }
  /** Nobody waits for this any more. */
  | { readonly kind: 'drop'; readonly id: number }
  | { readonly kind: 'fly'; readonly id: number; readonly key: string }
  | { readonly kind: 'landed'; readonly id: number; readonly worked: boolean }
  /** Our disk has what others sent us, up to these sequences. */
  | { readonly kind: 'durable'; readonly applied: readonly Applied[] }
  /** With a random neighbour; or with one that answers, which becomes an effect `compared`. */
  | { readonly kind: 'compare'; readonly with?: { readonly peer: PeerId; readonly id: number } }
  | { readonly kind: 'wake' };

/** Somebody wants to know when this is applied here. */
export interface Applied {
  readonly peer: PeerId;
  readonly generation: number;
  readonly sequence: number;
}

/** A write before it has a date and a place. */
export interface Write {
  readonly key: string;
  readonly change: Change;
}
