import type { Fault, Spec } from './spec.js';

const MS = 1_000;
const PER_MILLE_PER_PERCENT = 10;

/** A scenario as it stands in a file; `readSpec` reads the same again. */
export function specText(spec: Spec): string {
  const { name, summary, peers, seed, durationMs, senders, churn, faults, convergeMs } = spec;
  const { latencyMs, bandwidthBytesPerMs } = spec.network;
  const { lossPerMille, duplicatePerMille, latePerMille, lateMs } = spec.messageFaults;
  const file = {
    name,
    summary,
    peers,
    seconds: durationMs / MS,
    seed,
    network: {
      ...(latencyMs !== undefined && { latencyMs }),
      ...(bandwidthBytesPerMs !== undefined && { kilobytesPerSecond: bandwidthBytesPerMs }),
      lossPercent: lossPerMille / PER_MILLE_PER_PERCENT,
      duplicatePercent: duplicatePerMille / PER_MILLE_PER_PERCENT,
      latePercent: latePerMille / PER_MILLE_PER_PERCENT,
      lateMs,
    },
    senders,
    ...(churn && { churn: { everySeconds: churn.everyMs / MS, downSeconds: churn.downMs / MS } }),
    faults: faults.map(faultText),
    convergeWithinSeconds: convergeMs / MS,
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

function faultText({ atMs, forMs, ...rest }: Fault): object {
  const until = forMs === undefined ? {} : { forSeconds: forMs / MS };
  return { ...rest, atSeconds: atMs / MS, ...until };
}
