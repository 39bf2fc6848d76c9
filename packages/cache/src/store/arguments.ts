import { CacheError } from '../errors.js';
import type { CacheLimits } from '../limits.js';
import { type Binary, isBinary, utf8Length } from '../values/binary.js';
import { TIME_MS_MAX } from '../values/stamp.js';

/** @throws CacheError `bad-key` */
export function checkKey(key: string, limits: CacheLimits): void {
  const max = limits.keyBytesMax;
  if (key.length === 0) throw new CacheError('bad-key', 'a key is not empty');
  if (!key.isWellFormed()) throw new CacheError('bad-key', 'a key is text that UTF-8 can hold');
  if (key.length > max || utf8Length(key) > max) {
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
