/**
 * Every way the cache refuses an operation. None of them changes any state.
 *
 * - `bad-key`: a key is empty, too long, or not well-formed text.
 * - `too-large`: a value, an element or a field is over its limit; the message has the limit.
 * - `too-many`: a set or hash would hold more elements or fields than its limit, or more runs of peers
 *   would have added to a counter.
 * - `bad-value`: an argument is of the wrong sort: an amount that is no safe integer, a deadline in the past.
 * - `wrong-type`: the key holds a value of another type, as Redis' WRONGTYPE.
 * - `counter-overflow`: a counter would leave, or has left, the range of safe integers.
 * - `out-of-memory`: the memory limit is reached and nothing may be evicted.
 */
export type CacheErrorCode =
  | 'bad-key'
  | 'too-large'
  | 'too-many'
  | 'bad-value'
  | 'wrong-type'
  | 'counter-overflow'
  | 'out-of-memory';

/** An operating error of the cache with a stable code. */
export class CacheError extends Error {
  readonly code: CacheErrorCode;

  constructor(code: CacheErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CacheError';
    this.code = code;
  }
}
