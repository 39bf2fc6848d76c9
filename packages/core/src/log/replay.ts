import { HearsayError } from '../errors.js';
import type { StoredLog, StoredRecord } from './batch-store.js';
import { claimsIn, type LogClaim } from './log-delta.js';

/** How a log takes what an earlier run of it wrote. */
export interface Replay {
  /** @returns false for a batch whose time has not come */
  batch(record: StoredRecord): boolean;
  /** What it knew of a stream without its batches. */
  claim(item: LogClaim): void;
  /** A batch that must prove itself again. @throws HearsayError `forged`, `malformed` */
  receive(bytes: Uint8Array): void;
  /** A claim that was found where what came before is damaged. */
  receiveClaim(item: LogClaim): void;
}

/**
 * Takes over records in order, then those of which the time had not come, then those that were found
 * behind damage.
 * @throws HearsayError `malformed` when one does not decode although it is undamaged
 */
export function replay(
  { records, loose }: Pick<StoredLog, 'records' | 'loose'>,
  log: Replay,
): void {
  const early: Uint8Array[] = [];
  for (const record of records) {
    if (record.kind === 'floor') for (const item of claimsIn(record.bytes)) log.claim(item);
    // The store may use these bytes again, and a batch that waits keeps them.
    else if (!log.batch(record)) early.push(record.bytes.slice());
  }
  for (const bytes of early) receive(log, bytes);
  for (const { kind, bytes } of loose) {
    if (kind === 'batch') receive(log, bytes.slice());
    else for (const item of claimsIn(bytes)) log.receiveClaim(item);
  }
}

/** Its signature is checked again, unlike that of a record in its place: it was damaged before. */
function receive(log: Replay, bytes: Uint8Array): void {
  try {
    log.receive(bytes);
  } catch (error) {
    // Counted, and left to sync.
    if (!(error instanceof HearsayError) || error.code !== 'forged') throw error;
  }
}
