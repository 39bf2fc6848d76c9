/**
 * What a record of the log is.
 *
 * - `batch`: a delivered batch, as its origin made it.
 * - `floor`: a stream skipped to a floor that a peer told; a piece of a delta.
 */
export type RecordKind = 'batch' | 'floor';

/**
 * Where a log keeps what it delivered, in the order in which it did. The log itself remembers
 * positions only and reads back what it needs. Synchronous: what `append` took, `read` gives.
 */
export interface BatchStore {
  /** Position that the next record will have; grows by about its bytes. */
  readonly end: number;
  /** Takes a record over; its bytes must not change afterwards. @returns its position */
  append(kind: RecordKind, bytes: Uint8Array): number;
  /** The bytes of a record, good until the next call; undefined when they cannot be read back unharmed. */
  read(position: number): Uint8Array | undefined;
  /** Nothing before this position will be read again. */
  release(position: number): void;
}
