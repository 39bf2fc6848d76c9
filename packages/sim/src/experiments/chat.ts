import { createSimulation, type Simulation } from '../simulation.js';
import type { Experiment, Report } from './experiment.js';

const PEERS = 60;
const SENDERS = 10;
const LATENCY_MS: readonly [number, number] = [5, 25];
/** Views are partial from here on, as with the defaults above 150 members. */
const FULL_MESH_UP_TO = 16;
const CAPPED_UP_TO = 32;
const START_GAP_MS = 50;
const SETTLE_MS = 10_000;
const TALK_MS = 30_000;
/** Between two messages of the mesh. */
const MESSAGE_GAP_MS = 100;
const BOUND_MS = 60_000;
const LOOK_MS = 500;
const PER_MILLE = 1_000;
const MS_PER_MINUTE = 60_000;
const MS_PER_SECOND = 1_000;

interface Weather {
  readonly lossPerMille: number;
  /** Peers killed in a minute, of a thousand; each comes back when the next one dies. */
  readonly churnPerMille: number;
}

const WEATHERS: readonly Weather[] = [
  { lossPerMille: 200, churnPerMille: 0 },
  { lossPerMille: 200, churnPerMille: 100 },
];

interface Outcome extends Weather {
  readonly links: number;
  readonly published: number;
  readonly killed: number;
  /** Deliveries that had not happened when the weather cleared, and until they had. */
  readonly lateDeliveries: number;
  readonly completeMs: number;
  readonly byTrees: number;
  readonly redundancy: number;
  readonly pulled: number;
}

/** Chat in a mesh of partial views with everything that a peer runs, while messages are lost and peers die. */
export const chat: Experiment = {
  name: 'chat',
  summary: 'whether every message arrives in order and complete under loss and churn',
  run(progress): Report {
    return report(
      WEATHERS.map((weather) => {
        const outcome = measure(weather);
        progress(`${nameOf(weather)}: complete after ${outcome.completeMs} ms`);
        return outcome;
      }),
    );
  },
};

function measure(weather: Weather): Outcome {
  const sim = createSimulation({
    seed: `chat/${weather.lossPerMille}/${weather.churnPerMille}`,
    scenario: 'chat',
    replay: 'npm run sim -- experiment chat',
    network: { latencyMs: LATENCY_MS },
    config: { fullMeshUpTo: FULL_MESH_UP_TO, cappedUpTo: CAPPED_UP_TO },
  });
  sim.start(PEERS, { staggerMs: START_GAP_MS });
  sim.run(SETTLE_MS);
  const links = sim.live.reduce((sum, { run }) => sum + (run?.openLinks ?? 0), 0) / PEERS;
  const before = countersOf(sim);
  sim.setFaults({ lossPerMille: weather.lossPerMille });
  const { published, killed } = talk(sim, weather.churnPerMille);
  const after = countersOf(sim);
  sim.setFaults({});
  const clearedMs = sim.nowMs;
  const lateDeliveries = lacking(sim, published);
  sim.until(() => lacking(sim, published) === 0, BOUND_MS, { stepMs: LOOK_MS });
  const deliveries = after.first - before.first;
  return {
    ...weather,
    links,
    published,
    killed,
    lateDeliveries,
    completeMs: sim.nowMs - clearedMs,
    byTrees: deliveries,
    redundancy: (after.duplicate - before.duplicate) / Math.max(1, deliveries),
    pulled: after.pulled - before.pulled,
  };
}

/** The first ten speak in turn; others are killed, each coming back when the next one dies. */
function talk(sim: Simulation, churnPerMille: number): { published: number; killed: number } {
  const random = sim.random('churn');
  const senders = sim.nodes.slice(0, SENDERS);
  const mortal = sim.nodes.slice(SENDERS);
  const everyMs = (MS_PER_MINUTE * PER_MILLE) / (churnPerMille * PEERS);
  const startMs = sim.nowMs;
  let published = 0;
  let killed = 0;
  let [down] = mortal.slice(0, 0);
  while (sim.nowMs < startMs + TALK_MS) {
    senders[published % SENDERS]?.publish(`message ${published}`);
    published += 1;
    sim.run(MESSAGE_GAP_MS);
    if (sim.nowMs < startMs + (killed + 1) * everyMs) continue;
    const victim = mortal.filter((node) => node !== down)[random.below(mortal.length - 1)];
    if (victim === undefined) continue;
    sim.kill(victim);
    killed += 1;
    if (down !== undefined) sim.boot(down);
    down = victim;
  }
  if (down !== undefined) sim.boot(down);
  return { published, killed };
}

/** Messages that live peers have not delivered yet. */
function lacking(sim: Simulation, published: number): number {
  return sim.live.reduce((sum, node) => sum + published - node.status().messages, 0);
}

function countersOf(sim: Simulation): { first: number; duplicate: number; pulled: number } {
  const coverage = sim.coverage();
  const of = (name: string): number => coverage.get(`counter:${name}`);
  return {
    first: of('relaysFirst'),
    duplicate: of('relaysDuplicate'),
    pulled: of('messagesPulled'),
  };
}

function nameOf({ lossPerMille, churnPerMille }: Weather): string {
  return `${lossPerMille / 10} % lost, ${churnPerMille / 10} % killed a minute`;
}

function report(outcomes: readonly Outcome[]): Report {
  const rows = outcomes.map((outcome) => [
    nameOf(outcome),
    outcome.links.toFixed(1),
    String(outcome.published),
    String(outcome.killed),
    String(outcome.byTrees),
    outcome.redundancy.toFixed(3),
    String(outcome.pulled),
    String(outcome.lateDeliveries),
    (outcome.completeMs / MS_PER_SECOND).toFixed(2),
  ]);
  return {
    title: 'Chat under loss and churn',
    method: [
      `${PEERS} peers, each with all that a peer runs: engine, signatures, probes, partial views (from ${CAPPED_UP_TO} members on, here), trees, sync. ${LATENCY_MS[0]} to ${LATENCY_MS[1]} ms one way. ${SENDERS} of them say a message in turn every ${MESSAGE_GAP_MS} ms for ${TALK_MS / MS_PER_SECOND} s, while single transport messages are lost, of every kind, and others are killed. Who was killed comes back with an empty log when the next one dies, and fetches everything.`,
      'At each delivery the simulator checks against its own truth that the message was said, that it comes once, after everything that its author had delivered, and without a hole. A run that breaks any of this ends with the seed that repeats it, and makes no page. Then nothing is lost any more, and all who live must come to hold all messages.',
      `The goal is 1,000 peers; with every part of every peer running, ${PEERS} are what can be simulated within minutes. The trees by themselves run 10,000 times: [trees](trees.md).`,
    ],
    tables: [
      {
        columns: [
          'weather',
          'links a peer',
          'messages',
          'kills',
          'first copies by trees',
          'further copies for each',
          'messages by sync',
          'missing at the end',
          'complete after, s',
        ],
        rows,
      },
    ],
    findings: [
      'Lost 0, delivered twice 0, out of causal order 0, in every run: a run in which that is not so makes no page.',
      ...outcomes.map(
        (outcome) =>
          `${nameOf(outcome)}: when the weather cleared ${outcome.lateDeliveries} of ${outcome.published * PEERS} deliveries were missing, and none ${(outcome.completeMs / MS_PER_SECOND).toFixed(2)} s later.`,
      ),
    ],
    charts: [
      {
        title: 'How a message came, at how many peers',
        xLabel: 'killed a minute, %',
        yLabel: 'peers',
        series: [
          {
            name: 'first by a tree',
            points: outcomes.map((each) => [
              each.churnPerMille / 10,
              each.byTrees / each.published,
            ]),
          },
          {
            name: 'by sync',
            points: outcomes.map((each) => [each.churnPerMille / 10, each.pulled / each.published]),
          },
        ],
      },
    ],
  };
}
