import type { Config } from '@hearsay/core';

/** What the same core is tuned for. */
export interface Profile {
  readonly summary: string;
  readonly config: Partial<Config>;
}

/** Who holds what is told seldom: nobody waits for receipts here, and repair does not need them. */
const SELDOM: Partial<Config> = { haveMinMs: 2_000, haveTrickleMs: 8_000 };

export type ProfileName = 'fast' | 'thrifty';

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  fast: {
    summary: 'a message leaves at once: one hop to everybody, one message a link',
    config: SELDOM,
  },
  thrifty: {
    summary: 'messages of one node share a batch a second: fewer messages, up to a second later',
    config: {
      ...SELDOM,
      // Never quiet: the first one waits too, unless the batch before is older than the gap.
      batchQuietMs: Number.MAX_SAFE_INTEGER,
      batchGapMs: 1_000,
      // Links are slow and nothing crashes: probes find out less often what heartbeats tell anyway.
      probeIntervalMs: 2_000,
    },
  },
};
