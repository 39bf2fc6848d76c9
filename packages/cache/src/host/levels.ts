import type { Dot } from '@hearsay/core';
import type { CacheHost } from './cache-host.js';
import { QuorumError } from './errors.js';
import { type OperationOptions, type ReadLevel, TIMEOUT_MS, type WriteLevel } from './options.js';

/** How many peers, ours included, a level means now. */
export function copiesOf(host: CacheHost, level: WriteLevel | ReadLevel): number {
  if (level === 'local') return 1;
  const members = host.replication.members.length + 1;
  if (level === 'all') return members;
  if (level === 'majority') return Math.floor(members / 2) + 1;
  if (!Number.isSafeInteger(level) || level < 1) {
    throw new TypeError('a level is local, majority, all, or a number of peers from 1');
  }
  return level;
}

/**
 * Before anything is done.
 * @throws QuorumError when so few peers are linked that it cannot succeed
 */
export function checkReachable(host: CacheHost, wanted: number, what: string): void {
  const reachable = host.replication.linked.size + 1;
  if (reachable >= wanted) return;
  throw new QuorumError({
    acks: 0,
    wanted,
    outcomeUnknown: false,
    what: `${what} wants ${wanted} peers and ${reachable} are in reach: nothing was done`,
  });
}

/**
 * Waits until so many peers hold a write.
 * @throws QuorumError with `outcomeUnknown`, CacheClosedError, or the signal's reason
 */
export async function acknowledged(
  host: CacheHost,
  { sequence }: Dot,
  copies: number,
  options: OperationOptions,
): Promise<number> {
  const id = host.waits.next();
  const untilMs = performance.now() + (options.timeoutMs ?? TIMEOUT_MS);
  const waiting = host.waits.wait(id, options.signal, () => host.handle({ kind: 'drop', id }));
  host.handle({ kind: 'await', id, sequence, copies, untilMs });
  const outcome = await waiting;
  if (outcome.kind === 'reached') return outcome.copies;
  const acks = outcome.kind === 'behind' ? 1 : outcome.copies;
  throw new QuorumError({
    acks,
    wanted: copies,
    outcomeUnknown: true,
    what: `${acks} of ${copies} peers said in time that they hold the write; others may hold it too`,
  });
}

/** Rejects at once for a signal that is aborted. */
export function checkSignal(signal: AbortSignal | undefined): void {
  signal?.throwIfAborted();
}
