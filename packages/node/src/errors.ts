/**
 * Every way an operation of a peer fails.
 *
 * | code | when | state changed? |
 * |---|---|---|
 * | `bad-nick` | empty after cleaning, or over 32 characters | no |
 * | `bad-network` | not at most 64 bytes of letters, digits and `. _ -` | no |
 * | `bad-invite` | an invite does not read, or its key was removed; the message says what to do | no |
 * | `no-such-network` | asked for one that is not stored | no |
 * | `bad-tags` | too many, too long, or a name that is not `a-z0-9-` | no |
 * | `bad-port` | not an integer in 0-65535; of `peer.open` in 1-65535 | no |
 * | `port-taken` | a port of this peer is open already | no |
 * | `post-too-large` | over `postBytesMax` | no |
 * | `bad-address` | not `host:port` | no |
 * | `bad-option` | another option is out of its range | no |
 * | `port-busy` | the exact port asked for is taken | no |
 * | `cannot-listen` | the host is not one of ours, or listening is not allowed | no |
 * | `profile-in-use` | another process runs under this profile; the message has its pid | no |
 * | `profile-damaged` | the profile file does not read; the message says what to do | no |
 * | `profile-unwritable` | the state folder cannot be made or written | no |
 * | `network-damaged` | the file with the keys of the network does not read; the message says what to do | no |
 * | `network-unwritable` | that file cannot be made or written | no |
 * | `log-unreadable` | a file of the log cannot be opened or read; the message names it | no |
 * | `disk-failed` | a write or sync of the log failed; it may have reached others | it may be kept here |
 * | `payload-too-large`, `topic-too-long`, `topic-empty`, `meta-too-large` | over a limit | no |
 * | `topic-reserved` | topics that begin with `@` are not for applications | no |
 * | `bad-recipient` | a direct message or a post to oneself, or a direct message to an id that is no key | no |
 * | `outbox-full` | published more in one turn than may wait: `await peer.drained()` | no |
 * | `unknown-key`, `key-in-use`, `too-many-keys` | a change of the network's keys that cannot be | no |
 * | `route-taken` | a path of the HTTP port is served already | no |
 * | `body-too-large` | the body of an HTTP request is over its bound | no |
 * | `timeout` | what was waited for did not come in time | no, and it may still come |
 * | `closed` | the peer has left or was closed | no |
 * | `superseded` | another process runs under this id; the peer closes itself | it closes |
 * | `internal` | an invariant broke; the peer closes itself rather than spread it | it closes |
 */
export type PeerErrorCode =
  | 'bad-nick'
  | 'bad-network'
  | 'bad-invite'
  | 'no-such-network'
  | 'bad-tags'
  | 'bad-port'
  | 'port-taken'
  | 'post-too-large'
  | 'bad-address'
  | 'bad-option'
  | 'port-busy'
  | 'cannot-listen'
  | 'profile-in-use'
  | 'profile-damaged'
  | 'profile-unwritable'
  | 'network-damaged'
  | 'network-unwritable'
  | 'log-unreadable'
  | 'disk-failed'
  | 'payload-too-large'
  | 'topic-too-long'
  | 'topic-empty'
  | 'topic-reserved'
  | 'bad-recipient'
  | 'meta-too-large'
  | 'outbox-full'
  | 'unknown-key'
  | 'key-in-use'
  | 'too-many-keys'
  | 'route-taken'
  | 'body-too-large'
  | 'timeout'
  | 'closed'
  | 'superseded'
  | 'internal';

/** An operating error with a stable code; `message` is one line fit to be shown. */
export class PeerError extends Error {
  readonly code: PeerErrorCode;
  /** The process that holds a profile, for `profile-in-use`. */
  readonly pid: number | undefined;

  constructor(
    code: PeerErrorCode,
    message: string,
    options: ErrorOptions & { readonly pid?: number } = {},
  ) {
    super(message, options);
    this.name = 'PeerError';
    this.code = code;
    this.pid = options.pid;
  }
}

/** The `code` of a system error, or an empty text. */
export function systemCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** What went wrong, in one line. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
