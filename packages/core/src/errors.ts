/**
 * Every way an operation of core can be refused. None of them changes any state.
 *
 * - `bad-peer-id`: the text is not a peer id.
 * - `malformed`: bytes from a peer do not decode; the link they came on is closed.
 * - `forged`: a statement from a peer does not carry the signature of whoever it names, or claims what
 *   only we can say; the link it came on is closed.
 * - `payload-too-large`, `topic-too-long`, `topic-empty`, `meta-too-large`: over a limit; the message has the limit.
 * - `bad-port`, `port-taken`, `post-too-large`: what a port or a post cannot be.
 * - `left`: the peer has left the mesh and takes no more commands.
 * - `outbox-full`: published faster than a turn of the event loop may hold; flush, then go on.
 */
export type ErrorCode =
  | 'bad-peer-id'
  | 'malformed'
  | 'forged'
  | 'payload-too-large'
  | 'topic-too-long'
  | 'topic-empty'
  | 'meta-too-large'
  | 'bad-port'
  | 'port-taken'
  | 'post-too-large'
  | 'left'
  | 'outbox-full';

/** An operating error with a stable code. */
export class HearsayError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HearsayError';
    this.code = code;
  }
}

/** A broken promise of our own code: stops the peer rather than spreading. */
export class InvariantError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InvariantError';
  }
}

/**
 * States an invariant. Stays on in production.
 * @throws InvariantError when the condition is false
 */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
