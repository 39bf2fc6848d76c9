/** Every bound of the cache on what an application or a remote can make grow. */
export interface CacheLimits {
  /** UTF-8 bytes of a key; a longer one, or an empty one, is refused. */
  readonly keyBytesMax: number;
  /** Bytes of a value, and of all elements or fields of one key with their values, dates and streams; more is refused, never cut. */
  readonly valueBytesMax: number;
  /** Bytes of an element of a set or the name of a field of a hash; a larger one is refused. */
  readonly elementBytesMax: number;
  /** Elements or fields of one key; a write that makes more is refused. */
  readonly elementsMax: number;
  /** Runs of peers that have added to one counter; one more is refused until the counter is deleted. */
  readonly originsPerCounterMax: number;
  /** Elements or fields that one operation adds or removes; more are refused. */
  readonly elementsPerWriteMax: number;
}

const KIB = 1_024;
const MIB = 1_024 * KIB;

export const DEFAULT_CACHE_LIMITS: CacheLimits = {
  keyBytesMax: 512,
  valueBytesMax: 1 * MIB,
  elementBytesMax: 4 * KIB,
  elementsMax: 16_384,
  originsPerCounterMax: 1_024,
  elementsPerWriteMax: 1_000,
};
