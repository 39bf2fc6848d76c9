/**
 * What a record of the log is.
 *
 * - `batch`: a delivered batch, as its origin made it.
 * - `floor`: a stream skipped to a floor that a peer told; a piece of a delta.
 */
export type RecordKind = 'batch' | 'floor';

/** A record as it was appended. */
export interface StoredRecord {
  readonly kind: RecordKind;
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** What the log knows besides its records at some point, so that it need not read them all again. */
export interface LogMark {
  /** Every stream: how far it got, its hash, its causes, its floor. */
  readonly state: Uint8Array;
  /** Where each batch from the asked position on is, and whose. */
  readonly index: Uint8Array;
}

/** What a store still has of an earlier run. All of it was checked: what is wrong is left out. */
export interface StoredLog {
  /** States at marks, oldest first; only the newest few. None: the records begin at the beginning. */
  readonly states: readonly Uint8Array[];
  /** Of all batches before the newest of these states. */
  readonly indexes: readonly Uint8Array[];
  /** What followed that state, in order. */
  readonly records: Iterable<StoredRecord>;
  /** Found behind damage: to be received as if a peer had sent it. */
  readonly loose: Iterable<StoredRecord>;
}

/**
 * Where a log keeps what it delivered, in the order in which it did. The log itself remembers
 * positions only and reads back what it needs. Synchronous: what `append` took, `read` gives.
 */
export interface BatchStore {
  /** Position that the next record will have; grows by about its bytes. */
  readonly end: number;
  /** A mark should be made before the next record, with an index from this position on; undefined: not now. */
  readonly markFrom: number | undefined;
  /** As `markFrom`, of a mark without which files stay that hold nothing kept; asked now and then. */
  readonly tidyFrom: number | undefined;
  /** Takes a record over; its bytes must not change afterwards. @returns its position */
  append(kind: RecordKind, bytes: Uint8Array): number;
  /** The bytes of a record, good until the next call; undefined when they cannot be read back unharmed. */
  read(position: number): Uint8Array | undefined;
  /** Nothing before this position will be read again. */
  release(position: number): void;
  /** Keeps what the log knows at `end`. */
  mark(mark: LogMark): void;
  /** What there is from before; asked once, before anything else. */
  load(): StoredLog;
  /** Everything was taken over. @param settled false when some of what was loose still waits for something */
  loaded(settled: boolean): void;
}
