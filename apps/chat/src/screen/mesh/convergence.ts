import type { Surroundings } from '../model/surroundings.js';

/** How far live peers were apart, over time. Fed with every look at the mesh; reads no clock. */
export interface Convergence {
  /** Most messages that live peers and we lacked of each other, second by second; seconds without a look are absent. */
  readonly samples: readonly Sample[];
  /** Since when some live peer and we do not hold the same; undefined: all do, or nobody lives. */
  readonly apartSinceMs: number | undefined;
  /** When all live peers were last known to hold the same. */
  readonly agreedMs: number | undefined;
  /** Since when all live peers hold what they hold now; undefined: they do not. */
  readonly agreedSinceMs: number | undefined;
  /** The state that they agree on. */
  readonly agreedState: string;
  /** How long it took to agree, each time, the newest last. */
  readonly tookMs: readonly number[];
}

interface Sample {
  readonly second: number;
  readonly behind: number;
}

export const NO_CONVERGENCE: Convergence = {
  samples: [],
  apartSinceMs: undefined,
  agreedMs: undefined,
  agreedSinceMs: undefined,
  agreedState: '',
  tookMs: [],
};

/** Seconds shown, and a few more, so that the oldest column does not flicker. */
const SAMPLES_MAX = 75;
/** Agreements that the typical time is taken from. */
const AGREEMENTS_MAX = 31;

/** What one more look at the mesh adds. */
export function observed(
  before: Convergence,
  { atMs, members, status }: Surroundings,
): Convergence {
  const live = members.filter(({ self, state }) => !self && state === 'alive');
  const behind = live.reduce((sum, { lacks, ahead }) => sum + lacks + ahead, 0);
  const samples = withSample(before.samples, { second: Math.floor(atMs / 1_000), behind });
  if (status.live === 0) {
    return { ...before, samples, apartSinceMs: undefined, agreedSinceMs: undefined };
  }
  if (status.inSync < status.live) {
    const apart = before.apartSinceMs ?? atMs;
    return { ...before, samples, apartSinceMs: apart, agreedSinceMs: undefined };
  }
  const { apartSinceMs, agreedSinceMs, agreedState, tookMs } = before;
  const isSame = agreedState === status.stateHash;
  return {
    samples,
    apartSinceMs: undefined,
    agreedMs: atMs,
    agreedSinceMs: (isSame ? agreedSinceMs : undefined) ?? atMs,
    agreedState: status.stateHash,
    tookMs:
      apartSinceMs === undefined ? tookMs : [...tookMs, atMs - apartSinceMs].slice(-AGREEMENTS_MAX),
  };
}

function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last === undefined || last.second < sample.second) {
    return [...samples, sample].slice(-SAMPLES_MAX);
  }
  if (sample.behind <= last.behind) return samples;
  return [...samples.slice(0, -1), { second: last.second, behind: sample.behind }];
}

/** The median of the last agreements; undefined before the first. */
export function typicalMs({ tookMs }: Convergence): number | undefined {
  const sorted = [...tookMs].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)];
}
