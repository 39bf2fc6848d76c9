import type { PeerId } from '@hearsay/core';
import type { CacheHost } from './cache-host.js';
import { type OperationOptions, TIMEOUT_MS } from './options.js';

/** What came of comparing with one member. */
export interface ExaminedPeer {
  readonly id: PeerId;
  /**
   * - `equal`: it holds the same.
   * - `different`: it knows the same writes and shows something else, which is a bug.
   * - `writing`: one of both always had writes that the other lacked; try again when less is written.
   * - `silent`: it did not answer in time. `unreachable`: there is no link to it.
   */
  readonly verdict: 'equal' | 'different' | 'writing' | 'silent' | 'unreachable';
  readonly partitions: readonly number[];
  /** Some of the keys that differ. */
  readonly keys: readonly string[];
}

/** How a cache agrees with the others. */
export interface Examination {
  /** All members that live hold the same. */
  readonly ok: boolean;
  readonly peers: readonly ExaminedPeer[];
  /** Deletions older than this are forgotten by now, or about to be. */
  readonly stabilityAgeMs: number;
  /** Members that lack writes, so that deletions must be remembered for them. */
  readonly holdingBack: readonly HoldingBack[];
}

interface HoldingBack {
  readonly id: PeerId;
  readonly state: 'alive' | 'suspect' | 'dead' | 'left';
  readonly lacks: number;
}

/** Who writes needs a moment in which both hold the same. */
const AGAIN_MS = 50;

/** Compares digests with every member that lives. @throws CacheClosedError, or the signal's reason */
export async function examine(
  host: CacheHost,
  { timeoutMs = TIMEOUT_MS, signal }: OperationOptions,
): Promise<Examination> {
  const { replication } = host;
  const untilMs = performance.now() + timeoutMs;
  const living = replication.members.filter((id) =>
    isLiving(replication.standings.standing(id).state),
  );
  const peers = await Promise.all(living.map((id) => examineOne(host, id, untilMs, signal)));
  host.check();
  const holdingBack = replication.members.flatMap((id) => {
    const { state, lacks } = replication.standings.standing(id);
    return lacks === 0 ? [] : [{ id, state, lacks }];
  });
  return {
    ok: peers.every(({ verdict }) => verdict === 'equal'),
    peers,
    stabilityAgeMs: Math.max(0, performance.now() - replication.standings.stableAtMs),
    holdingBack,
  };
}

function isLiving(state: 'alive' | 'suspect' | 'dead' | 'left'): boolean {
  return state === 'alive' || state === 'suspect';
}

async function examineOne(
  host: CacheHost,
  id: PeerId,
  untilMs: number,
  signal: AbortSignal | undefined,
): Promise<ExaminedPeer> {
  let verdict: ExaminedPeer['verdict'] = 'unreachable';
  const keys = new Set<string>();
  const stop = host.events.add((event) => {
    if (event.kind === 'diverged' && event.peer === id) for (const key of event.keys) keys.add(key);
  });
  try {
    while (host.replication.linked.has(id) && performance.now() < untilMs) {
      const answer = await compare(host, id, untilMs, signal);
      if (answer === undefined) return { id, verdict: 'silent', partitions: [], keys: [] };
      if (answer.verdict !== 'elsewhere') {
        // The keys of partitions that differ come a moment later.
        if (answer.verdict === 'different') await pause(AGAIN_MS, signal);
        const { partitions } = answer;
        return { id, verdict: answer.verdict, partitions, keys: [...keys].sort() };
      }
      verdict = 'writing';
      await pause(AGAIN_MS, signal);
    }
  } finally {
    stop();
  }
  return { id, verdict, partitions: [], keys: [] };
}

type Compared = Parameters<Parameters<CacheHost['compared']['add']>[0]>[0];

/** @returns undefined when no answer came in time */
function compare(
  host: CacheHost,
  peer: PeerId,
  untilMs: number,
  signal: AbortSignal | undefined,
): Promise<Compared | undefined> {
  signal?.throwIfAborted();
  const id = host.waits.next();
  const answer = host.compared.next((compared) => compared.peer === peer && compared.id === id, {
    waitMs: untilMs - performance.now(),
    signal,
  });
  host.handle({ kind: 'compare', with: { peer, id } });
  return answer;
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
