import type { PeerId } from '../ids.js';
import type { StateHash } from '../log/state-hash.js';

/** What a merge changed. */
export interface MergeResult {
  /** Things taken over that were not there before. */
  readonly added: number;
  /** Whether something came that can be taken over only with more: it is worth asking for that at once. */
  readonly learned?: boolean | undefined;
  /** What to ask its sender next, when it told only where we differ. */
  readonly next?: Uint8Array | undefined;
}

/**
 * Anything replicated. Broadcast may lose, sync may not: whoever implements this gets repaired.
 * The chat log, every cache keyspace and every document are Replicas.
 */
export interface Replica {
  /**
   * What is held, in a form that `missing` of another peer understands; it must fit a frame. If that
   * form is too large it may sum up parts: the answer then says where the two differ, and `merge`
   * what to ask next.
   */
  summary(): Uint8Array;
  /** Equal where the same is held; the hash of the summary, unless a replica knows a shorter way. */
  contentHash?(): StateHash;
  /** Between two rounds in which it is compared; undefined: it is part of every round. */
  readonly compareEveryMs?: number | undefined;
  /**
   * Deltas of about 60 KiB each, none larger than a frame, that bring a holder of `summary` up to date, causes first.
   * @param to the neighbour that asks, if one does
   */
  missing(summary: Uint8Array, to?: PeerId): Iterable<Uint8Array>;
  /** Milliseconds until a neighbour that was told much is told more; 0: at once. Its newest question waits. */
  answerPauseMs?(to: PeerId): number;
  /**
   * Takes over a delta, in any order, as often as it comes.
   * @param from the neighbour that sent it, if one did: some things are only worth its word
   * @throws HearsayError `malformed`
   */
  merge(delta: Uint8Array, from?: PeerId): MergeResult;
}
