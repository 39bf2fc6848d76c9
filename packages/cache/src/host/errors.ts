/**
 * A write or read did not reach as many peers as it was to. `outcomeUnknown`: it was sent, so that
 * others may hold it all the same; it stays written here, and spreads when they are reached.
 * Otherwise nothing was done.
 */
export class QuorumError extends Error {
  readonly code = 'quorum';
  /** Peers that hold it for sure, ours included. */
  readonly acks: number;
  readonly wanted: number;
  readonly outcomeUnknown: boolean;

  constructor(details: {
    readonly acks: number;
    readonly wanted: number;
    readonly outcomeUnknown: boolean;
    readonly what: string;
  }) {
    super(details.what);
    this.name = 'QuorumError';
    this.acks = details.acks;
    this.wanted = details.wanted;
    this.outcomeUnknown = details.outcomeUnknown;
  }
}

/** Neither this peer nor one that it reaches holds yet what the session has seen. */
export class SessionBehindError extends Error {
  readonly code = 'session-behind';

  constructor() {
    super('no peer in reach holds what this session has seen yet: try again, or read without it');
    this.name = 'SessionBehindError';
  }
}

/** A conditional write: every peer may write here at any time, so no peer can promise a condition. */
export class ConditionalError extends Error {
  readonly code = 'needs-strong';

  constructor(condition: string) {
    super(
      `${condition} needs a keyspace with consensus: here two sides of a partition would both say yes`,
    );
    this.name = 'ConditionalError';
  }
}

/** The cache is closed, or its peer is. */
export class CacheClosedError extends Error {
  readonly code = 'closed';

  constructor() {
    super('this cache is closed');
    this.name = 'CacheClosedError';
  }
}

/** The disk takes nothing any more: what is written is in memory here and at other peers only. */
export class CacheDiskError extends Error {
  readonly code = 'disk-failed';

  constructor(dir: string, cause: Error) {
    super(`cannot write the cache in ${dir}: ${cause.message}`, { cause });
    this.name = 'CacheDiskError';
  }
}

/** What was to be restored, or opened, cannot be. The message says why and what to do. */
export class RestoreError extends Error {
  readonly code: 'backup-damaged' | 'backup-too-old' | 'folder-in-use';

  constructor(code: RestoreError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RestoreError';
    this.code = code;
  }
}
