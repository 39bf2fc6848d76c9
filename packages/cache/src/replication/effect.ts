import type { PeerId, Priority, StreamId } from '@hearsay/core';
import type { Verdict } from '../wire/post.js';

/** Bytes for the disk; order is the number in the log. */
export const RECORD_KINDS = ['frame', 'group', 'commit', 'state'] as const;
export type CacheRecordKind = (typeof RECORD_KINDS)[number];

/** What an operator may want to know. */
export type ReplicationEvent =
  /** Equal vectors and different content: a bug or a broken disk. */
  | {
      readonly kind: 'diverged';
      readonly peer: PeerId;
      readonly partition: number;
      readonly keys: readonly string[];
      readonly repaired: number;
    }
  /** This peer was away too long, dropped what it held, and takes it all from others. */
  | {
      readonly kind: 'reseeded';
      readonly from: PeerId;
      readonly republished: number;
      readonly discarded: number;
    }
  /** Somebody holds more of our stream than we wrote: we write on in a new one. */
  | { readonly kind: 'new-stream'; readonly was: StreamId; readonly is: StreamId }
  /**
   * What this run wrote in a stream that was not its own is written anew in the new one, as far as it
   * was registers; its writes to counters, sets and hashes are lost.
   */
  | { readonly kind: 'rewritten'; readonly writes: number; readonly lost: number }
  /** A stream beyond `streamsMax`: what its author writes does not reach us. */
  | { readonly kind: 'no-room'; readonly stream: StreamId; readonly limit: number }
  /** Together peers made more of a key than a repair carries: who lacks it cannot catch up until it is smaller. */
  | {
      readonly kind: 'unrepairable';
      readonly key: string;
      readonly bytes: number;
      readonly limit: number;
    }
  /**
   * A member sent writes of its own that it did not sign: they count here, and nobody else can be shown
   * how far they reach. Its link is closed; from now on each of its frames is checked before it counts.
   */
  | {
      readonly kind: 'forged';
      readonly peer: PeerId;
      readonly stream: StreamId;
      readonly sequence: number;
    }
  /** A repair by a neighbour is complete. */
  | { readonly kind: 'caught-up'; readonly peer: PeerId; readonly entries: number };

/** How a wait for others ended. */
export type Outcome =
  | { readonly kind: 'reached'; readonly copies: number }
  /** `sent`: others may hold it all the same. */
  | { readonly kind: 'late'; readonly copies: number; readonly wanted: number }
  | { readonly kind: 'behind' }
  /** Nobody will answer. */
  | { readonly kind: 'alone'; readonly copies: number; readonly wanted: number };

/** What a step asks of its host, in order. */
export type Effect =
  | {
      readonly kind: 'post';
      readonly bytes: Uint8Array;
      readonly to: PeerId | undefined;
      readonly priority: Priority;
    }
  | { readonly kind: 'record'; readonly record: CacheRecordKind; readonly bytes: Uint8Array }
  /** Everything was dropped: what the disk holds is worth nothing any more. */
  | { readonly kind: 'dropped' }
  /** A frame that its author wants answered is applied: answer with `durable` when the disk has it, if that is promised. */
  | {
      readonly kind: 'applied';
      readonly peer: PeerId;
      readonly generation: number;
      readonly sequence: number;
    }
  /** Who takes part has changed: keep it for the next run. */
  | { readonly kind: 'members' }
  | { readonly kind: 'settled'; readonly id: number; readonly outcome: Outcome }
  /** `mine`: compute it; `look`: it was computed or its computation failed, look again. */
  | { readonly kind: 'flight'; readonly id: number; readonly step: 'mine' | 'look' }
  | {
      readonly kind: 'compared';
      readonly peer: PeerId;
      readonly id: number;
      readonly verdict: Verdict;
      readonly partitions: readonly number[];
    }
  | { readonly kind: 'event'; readonly event: ReplicationEvent };
