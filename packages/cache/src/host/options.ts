/** Who must hold a write before it resolves; numbers and the like count this peer. */
export type WriteLevel = 'local' | 'majority' | 'all' | number;

/** Who is asked before a read resolves. `session`: at least what this session has seen. */
export type ReadLevel = 'local' | 'majority' | number;

/** What every operation takes. */
export interface OperationOptions {
  /** Rejects with its reason when aborted; what was sent is not taken back. */
  readonly signal?: AbortSignal;
  /** From the call. Default 5,000. */
  readonly timeoutMs?: number;
}

export interface WriteOptions extends OperationOptions {
  /** Default `local`. */
  readonly write?: WriteLevel;
}

export interface SetOptions extends WriteOptions {
  /** Milliseconds to live; a set without it lives for ever. */
  readonly ttl?: number;
  /** Refused with `needs-strong`: see ConditionalError. */
  readonly ifAbsent?: boolean;
  /** Refused with `needs-strong`. */
  readonly ifPresent?: boolean;
  /** Refused with `needs-strong`. */
  readonly ifVersion?: string;
}

export interface ReadOptions extends OperationOptions {
  /** Default `local`. */
  readonly read?: ReadLevel;
  /** `peers`: a value that was evicted here is fetched from a peer that has it. Default `local`: it is a miss. */
  readonly onMiss?: 'local' | 'peers';
}

/** What became of a write. */
export interface Written {
  /** `<ms>.<counter>.<origin>`, also the ETag over HTTP. */
  readonly version: string;
  /** Peers that are known to hold it, this one included. */
  readonly copies: number;
}

export const TIMEOUT_MS = 5_000;
