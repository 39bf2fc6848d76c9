/** Every bound of the cache on what an application or a remote can make grow. */
export interface CacheLimits {
  /** UTF-8 bytes of a key; a longer one, or an empty one, is refused. */
  readonly keyBytesMax: number;
  /** Bytes of a value; a larger one is refused, never cut. */
  readonly valueBytesMax: number;
}

const MIB = 1_048_576;

export const DEFAULT_CACHE_LIMITS: CacheLimits = {
  keyBytesMax: 512,
  valueBytesMax: 1 * MIB,
};
