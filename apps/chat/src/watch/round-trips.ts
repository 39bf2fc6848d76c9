import type { PeerId } from '@hearsay/core';

/** Probes that a round trip is the middle of: one that met a busy moment is not what the way takes. */
const PROBES = 9;
/** Two round trips so near each other say the same: turns of two busy event loops take as long. */
const SAME_MS = 5;
/** What is shown stays while the middle is within this part of it, either way. */
const SAME_PART = 0.5;

interface Tried {
  /** The last answered probes, the newest last. */
  readonly probesMs: readonly number[];
  readonly shownMs: number;
}

/**
 * Round trips as screens show them: the middle of the last nine probes, in one or two figures, and
 * another number only when it is another one. A digit that flickers says nothing, and costs a frame.
 */
export class RoundTrips {
  #tried: ReadonlyMap<PeerId, Tried> = new Map();

  /**
   * Takes a look at all members; those that are gone are forgotten.
   * @returns what to show of each, in milliseconds; nothing of those that never answered
   */
  read(
    members: readonly { readonly id: PeerId; readonly rttMs: number | undefined }[],
  ): ReadonlyMap<PeerId, number> {
    const tried = new Map<PeerId, Tried>();
    for (const { id, rttMs } of members) {
      if (rttMs !== undefined) tried.set(id, withProbe(this.#tried.get(id), rttMs));
    }
    this.#tried = tried;
    return new Map([...tried].map(([id, { shownMs }]) => [id, shownMs]));
  }
}

/** Two probes never take the same time to the last bit, so the same number is the same probe. */
function withProbe(before: Tried | undefined, rttMs: number): Tried {
  if (before === undefined) return { probesMs: [rttMs], shownMs: rounded(rttMs) };
  if (before.probesMs.at(-1) === rttMs) return before;
  const probesMs = [...before.probesMs, rttMs].slice(-PROBES);
  return { probesMs, shownMs: steadied(before.shownMs, middle(probesMs)) };
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** @returns what is shown from now on, where `shownMs` was and `ms` was measured */
function steadied(shownMs: number, ms: number): number {
  const isSame = Math.abs(ms - shownMs) <= Math.max(SAME_MS, SAME_PART * shownMs);
  return isSame ? shownMs : rounded(ms);
}

/** One figure below 10 ms, two above: more would be guessed. */
function rounded(ms: number): number {
  return Number(ms.toPrecision(ms < 10 ? 1 : 2));
}
