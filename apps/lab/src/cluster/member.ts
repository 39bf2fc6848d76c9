import type { CacheWord } from './cache-client.js';
import type { Condition } from './chronicle.js';
import type { PeerRun } from './peer-run.js';

/** What one peer told last of another one. */
interface Opinion {
  readonly state: string;
  readonly generation: number;
  readonly atMs: number;
}

/** A peer of the lab, through all its runs. */
export interface Member {
  readonly nick: string;
  /** Where its process listens; others reach it through the relay. */
  readonly port: number;
  condition: Condition;
  sinceMs: number;
  /** The newest one. */
  run: PeerRun | undefined;
  /** What its cache told last, and when it was asked; undefined: it did not answer, or was not asked. */
  cache: (CacheWord & { readonly askedAtMs: number }) | undefined;
  /** Of others, as its newest run told. */
  readonly opinions: Map<string, Opinion>;
}

/**
 * How long after a thaw, a heal or a start a verdict that was right before may still arrive: the
 * longest suspicion is 4.8 s, but it is refuted as soon as the accused hears of it.
 */
export const NEWS_GRACE_MS = 3_000;

/** A verdict as it was told, and what was so at that time. */
export interface Verdict {
  readonly atMs: number;
  readonly generation: number;
  readonly subject: Pick<Member, 'condition' | 'sinceMs'>;
  /** Undefined: not known yet. */
  readonly currentGeneration: number | undefined;
  /** Whether wires lead from the accused to the accuser and back, and since when at the least. */
  readonly reachable: boolean;
  readonly reachableSinceMs: number;
}

/** True when somebody was called dead who was alive, awake and within reach. */
export function isFalseDeath(verdict: Verdict): boolean {
  const { atMs, generation, subject, currentGeneration, reachable, reachableSinceMs } = verdict;
  if (subject.condition !== 'up' || !reachable) return false;
  if (currentGeneration !== undefined && generation < currentGeneration) return false;
  return atMs - Math.max(subject.sinceMs, reachableSinceMs) > NEWS_GRACE_MS;
}

/** Messages that each of `runs` lacks of what any of them showed. */
export function lackingOf(runs: readonly Pick<PeerRun, 'shown'>[]): readonly number[] {
  const best = new Map<string, number>();
  for (const { shown } of runs) {
    for (const [stream, sequence] of shown) {
      best.set(stream, Math.max(best.get(stream) ?? 0, sequence));
    }
  }
  return runs.map(({ shown }) => {
    const lacks = [...best].map(([stream, sequence]) => sequence - (shown.get(stream) ?? 0));
    return lacks.reduce((sum, count) => sum + count, 0);
  });
}
