import { PROFILES, type ProfileName } from '../profiles.js';
import { type BroadcastOutcome, testBroadcast } from './broadcast-test.js';

/** What the challenge asks (fly.io, Gossip Glomers 3d and 3e), with 25 nodes and links of 100 ms. */
export interface Limits {
  readonly challenge: string;
  readonly messagesPerOperation: number;
  readonly medianMs: number;
  readonly maxMs: number;
}

export const LIMITS: Readonly<Record<ProfileName, Limits>> = {
  fast: { challenge: '3d', messagesPerOperation: 30, medianMs: 400, maxMs: 600 },
  thrifty: { challenge: '3e', messagesPerOperation: 20, medianMs: 1_000, maxMs: 2_000 },
};

const SEED = '1';

/** A profile, without faults and under partition, in the same build. */
export interface Measured {
  readonly profile: ProfileName;
  readonly partitions: boolean;
  readonly outcome: BroadcastOutcome;
  /** Nothing lost; without faults also within the limits. */
  readonly held: boolean;
}

/** @param progress told of each run */
export function measureAll(
  { nodes, seconds }: { readonly nodes: number; readonly seconds: number },
  progress: (line: string) => void,
): readonly Measured[] {
  const names = Object.keys(PROFILES) as ProfileName[]; // An object's own keys, as declared.
  return names.flatMap((profile) =>
    [false, true].map((partitions) => {
      progress(`${profile}${partitions ? ', under partition' : ''} ...`);
      const outcome = testBroadcast({
        profile,
        nodes,
        seconds: partitions ? Math.max(seconds, PARTITIONED_SECONDS_MIN) : seconds,
        partitions,
        seed: SEED,
      });
      return { profile, partitions, outcome, held: holds(profile, partitions, outcome) };
    }),
  );
}

/** Two partitions and two heals, ten seconds each. */
const PARTITIONED_SECONDS_MIN = 40;

function holds(profile: ProfileName, partitions: boolean, outcome: BroadcastOutcome): boolean {
  const { lost, unanswered, messagesPerOperation, medianMs, maxMs } = outcome;
  if (lost > 0 || unanswered > 0) return false;
  if (partitions) return true;
  const limits = LIMITS[profile];
  return (
    messagesPerOperation < limits.messagesPerOperation &&
    medianMs < limits.medianMs &&
    maxMs < limits.maxMs
  );
}
