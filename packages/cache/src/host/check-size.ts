import { CacheError } from '../errors.js';
import type { Write } from '../replication/input.js';
import { FRAME_OPERATIONS_MAX } from '../wire/wire-limits.js';
import { WRITE_BYTES_MAX, writeSize } from '../wire/write-size.js';

/** Whether what is written together fits a frame. @throws CacheError `too-large` */
export function checkSize(writes: readonly Write[]): void {
  let bytes = 0;
  for (const { key, change } of writes) bytes += writeSize(key, change);
  if (bytes <= WRITE_BYTES_MAX && writes.length <= FRAME_OPERATIONS_MAX) return;
  const most = `${WRITE_BYTES_MAX} bytes and ${FRAME_OPERATIONS_MAX} keys`;
  throw new CacheError('too-large', `what is written together has at most ${most}`);
}
