import { CacheError } from '../errors.js';
import type { CacheLimits } from '../limits.js';
import { type Binary, isBinary, utf8Length } from '../values/binary.js';
import { TOTAL_MAX } from '../values/fields.js';
import { TIME_MS_MAX } from '../values/stamp.js';

/** @throws CacheError `bad-key` */
export function checkKey(key: string, limits: CacheLimits): void {
  const max = limits.keyBytesMax;
  if (key.length === 0) throw new CacheError('bad-key', 'a key is not empty');
  if (!key.isWellFormed()) throw new CacheError('bad-key', 'a key is text that UTF-8 can hold');
  // No character takes more than three bytes for each of its units.
  if (key.length * 3 > max && utf8Length(key) > max) {
    throw new CacheError('bad-key', `a key has at most ${max} bytes of UTF-8`);
  }
}

/** @throws CacheError `too-large`, `bad-value` */
export function checkValue(value: Binary, limits: CacheLimits): void {
  const max = limits.valueBytesMax;
  if (value.length > max) {
    throw new CacheError('too-large', `a value has at most ${max} bytes, this one ${value.length}`);
  }
  if (!isBinary(value)) throw new CacheError('bad-value', 'a value is bytes, not text');
}

/** @throws CacheError `bad-value` */
export function checkDeadline(deadlineMs: number | undefined, nowMs: number): void {
  if (deadlineMs === undefined) return;
  if (!Number.isSafeInteger(deadlineMs) || deadlineMs <= nowMs || deadlineMs > TIME_MS_MAX) {
    throw new CacheError('bad-value', 'a deadline is a time to come, in whole milliseconds');
  }
}

/** @throws CacheError `bad-value` */
export function checkAmount(amount: number): void {
  if (Number.isSafeInteger(amount)) return;
  throw new CacheError('bad-value', 'a counter counts in whole numbers up to 2^53-1');
}

/** @throws CacheError `counter-overflow` */
export function checkTotal(value: bigint, plus: bigint, minus: bigint): void {
  const safe = BigInt(Number.MAX_SAFE_INTEGER);
  if (value <= safe && value >= -safe && plus <= TOTAL_MAX && minus <= TOTAL_MAX) return;
  throw new CacheError('counter-overflow', 'a counter stays within 2^53-1 of 0');
}

/** @param origins runs of peers that have added to a counter so far. @throws CacheError `too-many` */
export function checkOrigins(
  origins: number,
  key: string,
  { originsPerCounterMax }: CacheLimits,
): void {
  if (origins < originsPerCounterMax) return;
  const message = `"${key}" was added to by ${origins} runs of peers, and takes no further one until it is deleted`;
  throw new CacheError('too-many', message);
}

/** @throws CacheError `too-many`, `too-large`, `bad-value` */
export function checkElements(elements: readonly Binary[], limits: CacheLimits): void {
  const { elementsPerWriteMax, elementBytesMax } = limits;
  if (elements.length === 0)
    throw new CacheError('bad-value', 'name one element or field at least');
  if (elements.length > elementsPerWriteMax) {
    const message = `one write names at most ${elementsPerWriteMax} elements or fields`;
    throw new CacheError('too-many', message);
  }
  for (const element of elements) {
    if (element.length > elementBytesMax) {
      const message = `an element or field has at most ${elementBytesMax} bytes`;
      throw new CacheError('too-large', message);
    }
    if (!isBinary(element)) throw new CacheError('bad-value', 'an element is bytes, not text');
  }
}

/** @throws CacheError `too-many`, `too-large` */
export function checkSize(elements: number, bytes: number, limits: CacheLimits): void {
  if (elements > limits.elementsMax) {
    const message = `a key has at most ${limits.elementsMax} elements or fields`;
    throw new CacheError('too-many', message);
  }
  if (bytes > limits.valueBytesMax) {
    const message = `the elements and fields of a key, with 24 bytes for each, have at most ${limits.valueBytesMax} bytes together`;
    throw new CacheError('too-large', message);
  }
}
