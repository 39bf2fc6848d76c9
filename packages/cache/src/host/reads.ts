import type { PeerId } from '@hearsay/core';
import type { Outcome } from '../replication/effect.js';
import type { Vector } from '../replication/vector.js';
import type { CacheHost } from './cache-host.js';
import { QuorumError, SessionBehindError } from './errors.js';
import { checkReachable, copiesOf } from './levels.js';
import { type OperationOptions, type ReadOptions, TIMEOUT_MS } from './options.js';

/** A session waits so long for this peer to catch up before it asks another. */
const SESSION_WAIT_MS = 250;

/**
 * Asks as many peers as the level says for a key, and merges what they have.
 * @throws QuorumError, CacheClosedError, or the signal's reason
 */
export async function readFrom(host: CacheHost, key: string, options: ReadOptions): Promise<void> {
  const wanted = copiesOf(host, options.read ?? 'local');
  if (wanted <= 1) return;
  const what = `reading ${JSON.stringify(key)}`;
  checkReachable(host, wanted, what);
  const to = [...host.replication.linked];
  const outcome = await ask(host, key, { to, answers: wanted - 1, entries: new Map(), ...options });
  if (outcome.kind === 'reached') return;
  const acks = outcome.kind === 'behind' ? 1 : outcome.copies;
  throw new QuorumError({
    acks,
    wanted,
    outcomeUnknown: false,
    what: `${acks} of ${wanted} peers answered for ${JSON.stringify(key)} in time`,
  });
}

/**
 * Asks one neighbour after the other for a value that was evicted here, and puts it back. That nobody
 * has it is no error.
 * @throws CacheClosedError, or the signal's reason
 */
export async function fetchEvicted(
  host: CacheHost,
  key: string,
  { timeoutMs = TIMEOUT_MS, signal }: OperationOptions,
): Promise<void> {
  const untilMs = performance.now() + timeoutMs;
  const asked = signal === undefined ? {} : { signal };
  for (const peer of [...host.replication.linked]) {
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0 || !host.box.store.mayBeElsewhere(key)) return;
    const entries = new Map<never, never>();
    await ask(host, key, { to: [peer], answers: 1, entries, timeoutMs: leftMs, ...asked });
  }
}

/**
 * Resolves when this peer holds everything of a session, or all that it holds of one key.
 * @throws SessionBehindError, CacheClosedError, or the signal's reason
 */
export async function reachSession(
  host: CacheHost,
  key: string,
  seen: Vector,
  options: ReadOptions,
): Promise<void> {
  const entries = seen.sorted();
  if (host.replication.includes(entries)) return;
  const waitMs = Math.min(SESSION_WAIT_MS, options.timeoutMs ?? TIMEOUT_MS);
  if (await caughtUp(host, seen, waitMs, options.signal)) return;
  const holder = host.replication.standings.holderOf(entries);
  if (holder === undefined) throw new SessionBehindError();
  const outcome = await ask(host, key, {
    to: [holder],
    answers: 1,
    entries: new Map(entries),
    ...options,
  });
  if (outcome.kind !== 'reached' && !host.replication.includes(entries)) {
    throw new SessionBehindError();
  }
}

/**
 * Resolves when this peer holds everything of a session: what is written here then comes after it,
 * on every peer.
 * @throws SessionBehindError, CacheClosedError, or the signal's reason
 */
export async function holdSession(
  host: CacheHost,
  seen: Vector,
  { timeoutMs = TIMEOUT_MS, signal }: OperationOptions,
): Promise<void> {
  if (host.replication.includes(seen.sorted())) return;
  if (await caughtUp(host, seen, Math.min(SESSION_WAIT_MS, timeoutMs), signal)) return;
  throw new SessionBehindError();
}

interface AskOptions extends ReadOptions {
  readonly to: readonly PeerId[];
  readonly answers: number;
  readonly entries: ReadonlyMap<Parameters<Vector['get']>[0], number>;
}

async function ask(host: CacheHost, key: string, options: AskOptions): Promise<Outcome> {
  const { to, answers, entries, signal } = options;
  signal?.throwIfAborted();
  const id = host.waits.next();
  const untilMs = performance.now() + (options.timeoutMs ?? TIMEOUT_MS);
  const waiting = host.waits.wait(id, signal, () => host.handle({ kind: 'drop', id }));
  const question = { id, key, entries: [...entries], to, answers, untilMs };
  host.handle({ kind: 'ask', ask: question });
  return await waiting;
}

/** Whether this peer comes to hold all of it in time. */
async function caughtUp(
  host: CacheHost,
  seen: Vector,
  waitMs: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const entries = seen.sorted();
  const isHeld = (): boolean => host.replication.includes(entries);
  await host.steps.next(isHeld, { waitMs, signal });
  return isHeld();
}
