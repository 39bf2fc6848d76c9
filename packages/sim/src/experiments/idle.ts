import { createSimulation, type Simulation } from '../simulation.js';
import type { Experiment, Report } from './experiment.js';

const SIZES: readonly number[] = [3, 5, 10, 20, 32, 64, 100, 128];
const FORM_BOUND_MS = 60_000;
const SETTLE_MS = 20_000;
const MEASURE_MS = 30_000;
const MS_PER_SECOND = 1_000;
/** Goals, and who has them from where: chitchat's own bound is 120 kB/s at 100. */
const GOALS: readonly (readonly [peers: number, bytesPerSecond: number])[] = [
  [10, 1_000],
  [100, 2_000],
];

interface Outcome {
  readonly peers: number;
  readonly bytesPerSecond: number;
  readonly framesPerSecond: number;
}

/** What a mesh costs when nobody says anything. */
export const idle: Experiment = {
  name: 'idle',
  summary: 'bytes and frames a second that a peer sends when nobody says anything, by size',
  run(progress): Report {
    const outcomes = SIZES.map((peers) => {
      const outcome = measure(peers);
      progress(`${peers} peers: ${Math.round(outcome.bytesPerSecond)} B/s each`);
      return outcome;
    });
    return report(outcomes);
  },
};

function measure(peers: number): Outcome {
  const sim = createSimulation({
    seed: `idle/${peers}`,
    scenario: 'idle',
    replay: 'npm run sim -- experiment idle',
    checkEvery: 1_000,
  });
  sim.start(peers, { staggerMs: 10 });
  sim.until(() => sim.nodes.every((node) => sim.everyoneSees(node, 'alive')), FORM_BOUND_MS, {
    stepMs: 100,
  });
  sim.run(SETTLE_MS);
  const before = sentBy(sim);
  sim.run(MEASURE_MS);
  const after = sentBy(sim);
  const peerSeconds = (peers * MEASURE_MS) / MS_PER_SECOND;
  return {
    peers,
    bytesPerSecond: (after.bytes - before.bytes) / peerSeconds,
    framesPerSecond: (after.frames - before.frames) / peerSeconds,
  };
}

function sentBy(sim: Simulation): { bytes: number; frames: number } {
  const total = { bytes: 0, frames: 0 };
  for (const node of sim.nodes) {
    const { bytesOut, framesOut } = node.counters();
    total.bytes += bytesOut;
    total.frames += framesOut;
  }
  return total;
}

function report(outcomes: readonly Outcome[]): Report {
  const rows = outcomes.map(({ peers, bytesPerSecond, framesPerSecond }) => [
    String(peers),
    String(Math.round(bytesPerSecond)),
    framesPerSecond.toFixed(1),
  ]);
  const findings = GOALS.map(([size, goal]) => {
    const found = outcomes.find(({ peers }) => peers === size)?.bytesPerSecond ?? 0;
    const verdict = found < goal ? 'reached' : 'MISSED';
    return `At ${size} peers the goal is less than ${goal} B/s a peer: ${Math.round(found)} B/s, ${verdict}.`;
  });
  return {
    title: 'What a peer sends when nobody says anything',
    method: [
      `A mesh that formed ${SETTLE_MS / MS_PER_SECOND} s ago, for ${MEASURE_MS / MS_PER_SECOND} s: probes, heartbeats on every link, a digest to one neighbour a second. Counted are the frames of the protocol. A real link adds 2 to 4 bytes of WebSocket, 16 of the seal, and 40 and more of TCP and IP to each message.`,
    ],
    tables: [{ columns: ['peers', 'bytes a second', 'frames a second'], rows }],
    findings: [
      ...findings,
      'In a full mesh it grows with the number of links, as each is kept warm by a heartbeat. With more than 64 peers links are capped at twelve.',
    ],
    charts: [
      {
        title: 'What a peer sends when nobody says anything',
        xLabel: 'peers',
        yLabel: 'bytes a second',
        series: [
          {
            name: 'sent by one peer',
            points: outcomes.map(({ peers, bytesPerSecond }) => [peers, bytesPerSecond] as const),
          },
          { name: 'goal', points: GOALS },
        ],
      },
    ],
  };
}
