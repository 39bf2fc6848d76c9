import type { Config, Defences } from '@hearsay/core';
import { createSimulation, type Simulation } from '../simulation.js';
import type { Experiment, Report } from './experiment.js';
import { median } from './experiment.js';

const PEERS = 128;
const STALLED: readonly number[] = [2, 6];
const STALL_MS = 5_000;
/** Shorter than a round trip: what is asked in one gap is answered in the next. */
const GAP_MS = 16;
const LATENCY_MS: readonly [number, number] = [5, 15];
const FORM_BOUND_MS = 60_000;
const SETTLE_MS = 3_000;
const RUN_MS = 30_000;
/** Healthy machines go silent, one after the other: how soon is each found? One alone would be chance. */
const SILENT = 5;
const SILENT_AT_MS = 8_000;
const SILENT_EVERY_MS = 3_000;
const FOREVER_MS = 1e9;
const TIMES_FEWER_GOAL = 50;

/** A failure detector with some of its parts. */
interface Detector {
  readonly config: Partial<Config>;
  readonly defences: Partial<Defences>;
}

/** Everything that is not in SWIM (DSN 2002). */
const SWIM: Partial<Config> = {
  healthScoreMax: 1,
  suspicionConfirmations: 0,
  suspicionMaxFactor: 1,
  stallMs: Number.POSITIVE_INFINITY,
  stallGraceMs: 0,
  isolationHoldMs: 0,
  loopDelayWarnMs: Number.POSITIVE_INFINITY,
};
const NO_DEFENCES: Defences = { tellSuspect: false, signsOfLife: false };
const HEALTH: Partial<Config> = { healthScoreMax: 8 };
const SUSPICION: Partial<Config> = { suspicionConfirmations: 2, suspicionMaxFactor: 3 };
const BUDDY: Defences = { ...NO_DEFENCES, tellSuspect: true };

const DETECTORS: readonly ({ readonly name: string } & Detector)[] = [
  { name: 'plain SWIM', config: SWIM, defences: NO_DEFENCES },
  { name: '+ local health', config: { ...SWIM, ...HEALTH }, defences: NO_DEFENCES },
  { name: '+ dynamic suspicion', config: { ...SWIM, ...SUSPICION }, defences: NO_DEFENCES },
  { name: '+ buddy', config: SWIM, defences: BUDDY },
  { name: 'Lifeguard (all three)', config: { ...SWIM, ...HEALTH, ...SUSPICION }, defences: BUDDY },
  { name: 'ours, as shipped', config: {}, defences: {} },
];

interface Outcome {
  readonly stalled: number;
  /** Deaths called of peers that never stopped, by anybody; each caller counts. */
  readonly falseDeaths: number;
  /** Of these, called by peers that never stopped either. */
  readonly byHealthy: number;
  /** From the silence of each machine to its death in a healthy peer's eyes: the median of these peers. */
  readonly foundMs: readonly number[];
}

/** False deaths of healthy peers while some others are stalled (Lifeguard, section V). */
export const lifeguard: Experiment = {
  name: 'lifeguard',
  summary:
    'deaths called of healthy peers while others stall, with and without each part of Lifeguard',
  run(progress): Report {
    const results = DETECTORS.map((detector) => {
      const { name } = detector;
      const outcomes = STALLED.map((stalled) => {
        const outcome = measure(stalled, detector);
        progress(`${name}, ${stalled} stalled: ${outcome.falseDeaths} false deaths`);
        return outcome;
      });
      return { name, outcomes };
    });
    return report(results);
  },
};

interface Result {
  readonly name: string;
  readonly outcomes: readonly Outcome[];
}

function measure(stalled: number, { config, defences }: Detector): Outcome {
  const sim = createSimulation({
    seed: `lifeguard/${stalled}`,
    scenario: 'lifeguard',
    replay: 'npm run sim -- experiment lifeguard',
    // Everybody probes everybody, as in the paper.
    config: { ...config, fullMeshUpTo: PEERS },
    defences,
    network: { latencyMs: LATENCY_MS },
    checkEvery: 1_000,
  });
  sim.start(PEERS, { staggerMs: 10 });
  sim.until(() => sim.nodes.every((node) => node.run?.openLinks === PEERS - 1), FORM_BOUND_MS, {
    stepMs: 100,
  });
  sim.run(SETTLE_MS);
  // Wrong verdicts are what is counted here; none of them ends the run.
  sim.judge.membership.networkTroubled(sim.timeline.nowUs, FOREVER_MS);
  const startMs = sim.nowMs;
  const victims = sim.nodes.slice(1, 1 + stalled);
  for (const [index, { name }] of victims.entries()) {
    sim.timeline.afterMs(index, () => stallAgain(sim, name));
  }
  const silent = sim.nodes.slice(-SILENT);
  const offMs = silent.map((_, index) => startMs + SILENT_AT_MS + index * SILENT_EVERY_MS);
  for (const [index, node] of silent.entries()) {
    sim.timeline.afterMs((offMs[index] ?? 0) - startMs, () => sim.powerOff(node));
  }
  sim.run(RUN_MS);
  const names = new Set(victims.map(({ name }) => name));
  const ended = new Set(silent.map(({ name }) => name));
  const wrong = sim.judge.membership.falseDeaths.filter(
    ({ of, atMs }) => atMs >= startMs && !names.has(of) && !ended.has(of),
  );
  const healthy = sim.nodes.filter(({ name }) => !ended.has(name) && !names.has(name));
  const foundMs = silent.map((node, index) => {
    const sinceMs = offMs[index] ?? 0;
    return median(healthy.flatMap((by) => by.sawAt(node, 'dead', sinceMs).slice(0, 1))) - sinceMs;
  });
  return {
    stalled,
    falseDeaths: wrong.length,
    byHealthy: wrong.filter(({ by }) => !names.has(by)).length,
    foundMs,
  };
}

function stallAgain(sim: Simulation, name: string): void {
  sim.stall(name, STALL_MS);
  sim.timeline.afterMs(STALL_MS + GAP_MS, () => stallAgain(sim, name));
}

function report(results: readonly Result[]): Report {
  const seconds = (ms: number): string => (ms > 0 ? (ms / 1_000).toFixed(1) : 'never');
  const rows = results.flatMap(({ name, outcomes }) =>
    outcomes.map((outcome) => [
      name,
      String(outcome.stalled),
      String(outcome.falseDeaths),
      String(outcome.byHealthy),
      seconds(Math.min(...outcome.foundMs)),
      seconds(median(outcome.foundMs)),
      seconds(Math.max(...outcome.foundMs)),
    ]),
  );
  const sum = (result: Result | undefined): number =>
    (result?.outcomes ?? []).reduce((total, { falseDeaths }) => total + falseDeaths, 0);
  const late = (result: Result | undefined): number =>
    median((result?.outcomes ?? []).flatMap(({ foundMs }) => foundMs));
  const [swim, ours] = [results[0], results.at(-1)];
  const guarded = results.at(-2);
  return {
    title: 'False deaths of healthy peers while others stall',
    method: [
      `${PEERS} peers in a full mesh, ${LATENCY_MS[0]} to ${LATENCY_MS[1]} ms one way. Some of them stand still for ${STALL_MS} ms, run for ${GAP_MS} ms, stand still again, and so on for ${RUN_MS / 1_000} s: a machine that is starved. What they find unanswered they accuse, and by their own clock suspicions run out before they have read the denial. The setting is that of the Lifeguard paper (arXiv 1707.00788, section V). After ${SILENT_AT_MS / 1_000} s the machine of one healthy peer goes silent, and each ${SILENT_EVERY_MS / 1_000} s another, ${SILENT} in all, to see what detection costs.`,
      'Plain SWIM has a fixed suspicion time, believes what it is told, and knows no local health. Each part of Lifeguard is switched on alone (`healthScoreMax`, `suspicionConfirmations` with `suspicionMaxFactor` of the configuration of the core, and `tellSuspect` of its defences), then all three, then everything that is shipped: besides Lifeguard a stall is noticed by the peer itself (`stallMs`), and what is heard of a member stands against its death (`signsOfLife`). The defences are switches for experiments like this one.',
      'A false death is one peer that calls one healthy peer dead; each caller counts.',
    ],
    tables: [
      {
        columns: [
          '',
          'stalled',
          'false deaths',
          'by healthy peers',
          'silent ones found, soonest, s',
          'median, s',
          'latest, s',
        ],
        rows,
      },
    ],
    findings: [
      `In all, plain SWIM called ${sum(swim)} healthy peers dead, Lifeguard's three parts ${sum(guarded)}, and what is shipped ${sum(ours)}. The goal is ${TIMES_FEWER_GOAL} times fewer: ${verdict(sum(swim), sum(ours))}.`,
      `A machine that goes silent is found after ${seconds(late(swim))} s by plain SWIM (median of the healthy peers, median of ${SILENT * STALLED.length} machines), ${seconds(late(guarded))} s by Lifeguard's three parts, ${seconds(late(ours))} s by what is shipped.`,
    ],
    charts: [
      {
        title: 'Deaths called of peers that never stopped',
        subtitle: `${PEERS} peers, stalled ${STALL_MS} ms every ${STALL_MS + GAP_MS} ms for ${RUN_MS / 1_000} s`,
        xLabel: 'peers that stall',
        yLabel: 'false deaths (bottom: none)',
        yScale: 'log',
        series: results.map(({ name, outcomes }) => ({
          name,
          points: outcomes.map(({ stalled, falseDeaths }) => [stalled, falseDeaths] as const),
        })),
      },
    ],
  };
}

function verdict(swim: number, ours: number): string {
  if (swim === 0) return 'nothing can be said, as SWIM made no mistake';
  if (ours === 0) return 'reached, there is none left';
  const times = Math.floor(swim / ours);
  return `${times >= TIMES_FEWER_GOAL ? 'reached' : 'MISSED'}, ${times} times fewer`;
}
