import { type Config, DEFAULT_CONFIG, type Limits, type Random, RUNS_MIN } from '@hearsay/core';
import type { MessageFaults, NetworkSettings } from '../network/settings.js';
import type { Seeding } from '../simulation.js';

/** What may be done to a mesh in one step of the first phase. */
export const ACTIONS = [
  'publish',
  'burst',
  'kill',
  'power-off',
  'boot',
  'freeze',
  'resume',
  'stall',
  'cut',
  'cut-one-way',
  'heal',
  'snap',
  'leave',
  'newcomer',
  'crash-loop',
  'clock',
] as const;

export type Action = (typeof ACTIONS)[number];

/** What a seed does to its mesh. */
export interface SwarmPlan {
  readonly nodes: number;
  readonly seeding: Seeding;
  readonly network: Partial<NetworkSettings>;
  readonly faults: MessageFaults;
  /** Those of `limits` that slow links need. */
  readonly pullLimits: Partial<Limits>;
  readonly limits: Partial<Limits>;
  readonly config: Partial<Config>;
  /** Those of `config` that make a few peers a large mesh. */
  readonly shape: Partial<Config>;
  readonly gapsAllowed: boolean;
  /** Weights of the actions; most seeds have many zeros, so that each fault is met alone too. */
  readonly weights: Readonly<Record<Action, number>>;
  /** Most messages are smaller than this. */
  readonly payloadBytesMax: number;
  readonly chaosMs: number;
  readonly stepMsMax: number;
  /** Of those ended or frozen at the end of the first phase, this many percent come back. */
  readonly returnPercent: number;
  /** Cuts lose what they meet. */
  readonly cutsLose: boolean;
  /** A restart may come up on another address. */
  readonly addressesMove: boolean;
  /** Before all is mended a core is, and must agree while the others go on breaking. */
  readonly coreHeals: boolean;
}

/** Actions in quick succession are soon over, or a seed takes a minute. */
const STEPS_MAX = 300;
const PULL_BYTES_MAX = 32_768;

/** Draws a plan. Zero is a frequent draw of every fault. */
export function drawPlan(random: Random): SwarmPlan {
  const nodes = 2 + random.below(random.below(4) === 0 ? 9 : 5);
  const tightLimits = random.below(5) === 0;
  const shortLog = random.below(8) === 0;
  const slowLinks = random.below(4) === 0;
  const stepMsMax = one(random, [20, 100, 300, 1_000]);
  // An answer to a pull must fit into the queue, or it would be cut off each time.
  const pullLimits = slowLinks ? { pullBytesMax: PULL_BYTES_MAX } : {};
  const plan: SwarmPlan = {
    nodes,
    seeding: one<Seeding>(random, ['first', 'first', 'previous', 'all']),
    network: {
      latencyMs: one<NetworkSettings['latencyMs']>(random, [0.2, [0.1, 0.6], [1, 5], [5, 60]]),
      frozenDial: one<NetworkSettings['frozenDial']>(random, ['opens', 'waits']),
      ...(slowLinks && {
        bandwidthBytesPerMs: 250 + random.below(1_000),
        bulkQueueBytesMax: 4 * PULL_BYTES_MAX + random.below(50_000),
        windowBytes: 8_192,
      }),
    },
    faults: {
      lossPerMille: rarely(random, 200),
      duplicatePerMille: rarely(random, 200),
      latePerMille: rarely(random, 300),
      lateMs: 1 + random.below(400),
    },
    pullLimits,
    limits: {
      ...pullLimits,
      ...(tightLimits && { holdBackBatchesMax: 1 + random.below(4) }),
      ...(shortLog && { logMessagesMax: 250 + random.below(200) }),
    },
    config: {},
    shape: {},
    gapsAllowed: shortLog,
    weights: drawWeights(random),
    payloadBytesMax: slowLinks ? 4_000 : 200,
    chaosMs: Math.min(5_000 + random.below(30_000), STEPS_MAX * stepMsMax),
    stepMsMax,
    returnPercent: one(random, [0, 50, 100, 100]),
    cutsLose: random.below(4) === 0,
    addressesMove: random.below(3) === 0,
    coreHeals: nodes > 2 && random.below(3) === 0,
  };
  // So few streams that questions are asked by parts, which are else for a thousand.
  const asksByParts = random.below(4) === 0;
  // Trees, which are else for meshes in which many are no neighbours, and fewer of them than origins.
  const relays = random.below(4) === 0;
  return {
    ...plan,
    limits: {
      ...plan.limits,
      ...(asksByParts && { summaryStreamsMax: random.below(4) }),
      ...(relays && { treesMax: random.below(4) }),
    },
    config: relays ? { directLackingMax: -1 } : {},
  };
}

/** More than are linked to everybody, up to as many as know everybody by views that are not partial. */
const LARGE_MIN = 65;
const LARGE_MAX = 150;
const LARGE_CHAOS_MS_MAX = 6_000;
const LARGE_STEP_MS_MIN = 300;

/**
 * Draws what was added to plans later: of what else a seed draws nothing changes by it. A few seeds have a mesh
 * too large for a link to everybody; in others few peers count as many; in others runs of peers are soon over.
 */
export function drawShape(plan: SwarmPlan, random: Random): SwarmPlan {
  if (random.below(64) === 0) {
    return {
      ...plan,
      nodes: LARGE_MIN + random.below(LARGE_MAX - LARGE_MIN + 1),
      chaosMs: Math.min(plan.chaosMs, LARGE_CHAOS_MS_MAX),
      stepMsMax: Math.max(plan.stepMsMax, LARGE_STEP_MS_MIN),
    };
  }
  if (random.below(4) === 0) {
    const fullMeshUpTo = 2 + random.below(3);
    const shape = { fullMeshUpTo, cappedUpTo: fullMeshUpTo + random.below(4) };
    return { ...plan, shape, config: { ...plan.config, ...shape } };
  }
  if (random.below(24) !== 0) return plan;
  return {
    ...plan,
    // Room for the runs that count of these peers, and for none of anybody else.
    limits: { ...plan.limits, streamsMax: RUNS_MIN * plan.nodes },
    weights: { ...plan.weights, newcomer: 0, 'crash-loop': 1 },
  };
}

/** The shape that so many members make, when all is quiet; near a bound they may still have the larger one. */
export function shapeFor(members: number, config: Partial<Config>): 'full' | 'capped' | 'partial' {
  const { fullMeshUpTo, cappedUpTo } = { ...DEFAULT_CONFIG, ...config };
  if (members > cappedUpTo) return 'partial';
  return members > fullMeshUpTo ? 'capped' : 'full';
}

function drawWeights(random: Random): Record<Action, number> {
  const weight = (): number => (random.below(2) === 0 ? 0 : 1 + random.below(10));
  return {
    publish: 10 + random.below(40),
    burst: random.below(3),
    kill: weight(),
    'power-off': weight(),
    // Whoever breaks things must also mend them, or soon nothing is left to break.
    boot: 3 + random.below(12),
    freeze: weight(),
    resume: 3 + random.below(12),
    stall: weight(),
    cut: weight(),
    'cut-one-way': weight(),
    heal: 2 + random.below(8),
    snap: weight(),
    leave: random.below(4) === 0 ? 1 : 0,
    newcomer: random.below(3) === 0 ? 1 : 0,
    'crash-loop': 0,
    clock: random.below(6) === 0 ? 1 : 0,
  };
}

function rarely(random: Random, max: number): number {
  return random.below(3) === 0 ? 1 + random.below(max) : 0;
}

function one<T>(random: Random, choices: readonly [T, ...T[]]): T {
  return choices[random.below(choices.length)] ?? choices[0];
}
