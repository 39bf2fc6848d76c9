import { type Random, RUNS_MIN, sample, seededRandom } from '@hearsay/core';
import type { Coverage } from '../coverage.js';
import { NO_FAULTS } from '../network/settings.js';
import type { SimNode } from '../node.js';
import { createSimulation, type Simulation } from '../simulation.js';
import { introduce, islandsOf } from './parts.js';
import {
  ACTIONS,
  type Action,
  drawPlan,
  drawShape,
  type SwarmPlan,
  shapeFor,
} from './swarm-plan.js';

export interface SwarmOptions {
  readonly seed: string;
  /** Default: drawn from the seed. */
  readonly nodes?: number | undefined;
  readonly replay?: string;
  /** What the seed draws, but without these. */
  readonly without?: readonly Omission[];
  /** Default: drawn from the seed. */
  readonly chaosMs?: number | undefined;
  /** When all agree the mesh lives on quietly until it is this old. Default 0. */
  readonly lifeMs?: number | undefined;
}

/** What can be left out of a seed to see whether it matters. */
export type Omission =
  | Action
  | 'message-faults'
  | 'tight-limits'
  | 'slow-links'
  | 'trees'
  | 'core'
  | 'shapes';

export const OMISSIONS: readonly Omission[] = [
  ...ACTIONS,
  'message-faults',
  'tight-limits',
  'slow-links',
  'trees',
  'core',
  'shapes',
];

export interface SwarmOutcome {
  readonly plan: SwarmPlan;
  /** From the heal until everybody agreed. */
  readonly convergedMs: number;
  /** From a last message of each until everybody had all of them and knew it. */
  readonly settledMs: number;
  readonly simulatedMs: number;
  readonly steps: number;
  readonly hash: string;
  readonly falseDeaths: number;
  readonly coverage: Coverage;
}

/** Everybody agrees again this long after the last fault; redials wait up to 5 s, silence is cut after 7.5 s. */
const CONVERGE_BOUND_MS = 30_000;
/** Who was refused for its clock is dialled again after half a minute. */
const CLOCK_BOUND_MS = 30_000;
/** Whoever lost its root waits 17.5 s, and looks for other islands once a minute. */
const ISLANDS_BOUND_MS = 90_000;
const SETTLE_BOUND_MS = 5_000;
/** Long enough for excuses to run out, so that a late false verdict is a violation. */
const CALM_MS = 22_000;
/** As long as a link may hold up what it was given, and a little more. */
const HELD_UP_MS = 500;
/** Discovery announces itself now and then. */
const DISCOVERY_MS = [1_000, 6_000, 11_000];
const NODES_MAX = 12;
const BURST_MAX = 100;
/** As many runs as count of each peer, and a few more. */
const CRASHES = RUNS_MIN + 4;
const CRASH_STEP_MS_MAX = 100;
const LARGE_BYTES_MAX = 40_000;
const MS_PER_HOUR = 3_600_000;
/** Between two messages of a quiet life. */
const LIFE_STEP_MS_MAX = 20_000;
const LIFE_KILL_ONE_IN = 20;
/** What is done to those that stay broken. */
const REST_ACTIONS: readonly [Action, ...Action[]] = [
  'publish',
  'kill',
  'boot',
  'freeze',
  'resume',
];

/**
 * One seed of the swarm. First anything may break, and what must never happen is watched; then
 * everything is healed, and what must happen in the end is demanded within a bound.
 */
export function runSwarm(options: SwarmOptions): SwarmOutcome {
  const { seed } = options;
  const plan = planOf(options);
  const sim = createSimulation({
    seed,
    scenario: 'swarm',
    replay: options.replay ?? replayOfSwarm(options),
    network: plan.network,
    limits: plan.limits,
    config: plan.config,
    gapsAllowed: plan.gapsAllowed,
  });
  const random = sim.random('swarm');
  sim.start(plan.nodes, { seeds: plan.seeding, staggerMs: random.below(200) });
  sim.run(random.below(3_000));
  sim.setFaults(plan.faults);
  breakThings(sim, plan, random);
  if (plan.coreHeals) healCore(sim, plan, random);
  mendEverything(sim, plan, random);
  const islands = islandsOf(sim).length;
  const boundMs = boundOf(plan);
  const convergedMs = sim.converge(boundMs);
  // What a cut held up arrives only now, and may speak of somebody who ended since.
  sim.run(HELD_UP_MS);
  sim.converge(boundMs);
  const shape = shapeFor(sim.live.length, plan.config);
  for (const node of sim.live) node.publish(`last words of ${node.name}`);
  const settledMs = sim.converge(SETTLE_BOUND_MS, 5);
  sim.run(CALM_MS);
  // Where not everybody is linked, links come and go for ever.
  sim.converge(isSparse(plan) ? SETTLE_BOUND_MS : 0);
  // A large mesh costs as much in a minute as a small one in an hour.
  if (plan.nodes <= NODES_MAX) liveOn(sim, plan, options.lifeMs ?? 0, random);
  const coverage = sim.coverage();
  coverage.add(`swarm:${shape}`);
  if (plan.nodes > NODES_MAX) coverage.add('swarm:large');
  if (islands > 1) coverage.add(`swarm:islands-merged-${shape}`);
  if (plan.coreHeals) coverage.add('swarm:core-healed');
  return {
    plan,
    convergedMs,
    settledMs,
    simulatedMs: sim.nowMs,
    steps: sim.timeline.steps,
    hash: sim.hash(),
    falseDeaths: sim.judge.membership.falseDeaths.length,
    coverage,
  };
}

/** The line that repeats a seed, whatever was left out of it. */
export function replayOfSwarm({
  seed,
  nodes,
  without = [],
  chaosMs,
  lifeMs,
}: SwarmOptions): string {
  const hours = lifeMs === undefined ? undefined : lifeMs / MS_PER_HOUR;
  const parts: readonly (readonly [string, string | number | undefined])[] = [
    ['seed', seed],
    ['nodes', nodes],
    ['without', without.length > 0 ? without.join(',') : undefined],
    ['chaos-ms', chaosMs],
    ['hours', hours],
  ];
  const words = parts.flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${value}`],
  );
  return `npm run sim -- run swarm ${words.join(' ')}`;
}

/** What a seed draws. */
export function drawSwarm(seed: string, without: readonly Omission[] = []): SwarmPlan {
  const random = seededRandom(seed);
  const plan = drawPlan(random.split('plan'));
  return without.includes('shapes') ? plan : drawShape(plan, random.split('shape'));
}

function planOf({ seed, nodes, without = [], chaosMs }: SwarmOptions): SwarmPlan {
  const drawn = drawSwarm(seed, without);
  const weights = { ...drawn.weights };
  for (const action of ACTIONS) if (without.includes(action)) weights[action] = 0;
  // Somebody must do something, or the first phase never ends.
  if (ACTIONS.every((action) => weights[action] === 0)) weights.publish = 1;
  return {
    ...drawn,
    weights,
    nodes: nodes ?? drawn.nodes,
    chaosMs: chaosMs ?? drawn.chaosMs,
    ...(without.includes('message-faults') && { faults: NO_FAULTS }),
    // Of slow links what is pulled at once must stay below what they queue.
    ...(without.includes('tight-limits') && {
      limits: without.includes('slow-links') ? {} : drawn.pullLimits,
      gapsAllowed: false,
    }),
    ...(without.includes('slow-links') && { network: {} }),
    ...(without.includes('trees') && { config: drawn.shape }),
    ...(without.includes('core') && { coreHeals: false }),
  };
}

/** Whether some of its peers may be no neighbours when all is well. */
function isSparse({ nodes, shape }: SwarmPlan): boolean {
  return nodes > NODES_MAX || shape.fullMeshUpTo !== undefined;
}

/** Within this time of the last fault all must agree. */
function boundOf(plan: SwarmPlan): number {
  const clocksMs = plan.weights.clock > 0 ? CLOCK_BOUND_MS : 0;
  const islandsMs = isSparse(plan) ? ISLANDS_BOUND_MS : 0;
  return CONVERGE_BOUND_MS + clocksMs + islandsMs;
}

function breakThings(sim: Simulation, plan: SwarmPlan, random: Random): void {
  const endMs = sim.nowMs + plan.chaosMs;
  while (sim.nowMs < endMs) {
    act(sim, plan, drawAction(plan, random), random);
    sim.run(1 + random.below(plan.stepMsMax));
  }
}

function drawAction(plan: SwarmPlan, random: Random): Action {
  let total = 0;
  for (const action of ACTIONS) total += plan.weights[action];
  let draw = random.below(total);
  for (const action of ACTIONS) {
    draw -= plan.weights[action];
    if (draw < 0) return action;
  }
  return 'publish';
}

function act(
  sim: Simulation,
  plan: SwarmPlan,
  action: Action,
  random: Random,
  node = sim.nodes[random.below(sim.nodes.length)],
): void {
  if (node === undefined) return;
  const [first, ...others] = sample(sim.nodes, 1 + random.below(sim.nodes.length), random);
  const mode = plan.cutsLose ? 'lose' : 'hold';
  switch (action) {
    case 'publish':
      talk(node, 1, plan.payloadBytesMax, random);
      return;
    case 'burst':
      talk(node, 1 + random.below(BURST_MAX), plan.payloadBytesMax, random);
      return;
    case 'kill':
      sim.kill(node);
      return;
    case 'power-off':
      sim.powerOff(node);
      return;
    case 'boot':
      comeBack(sim, plan, node, random);
      return;
    case 'freeze':
      sim.freeze(node);
      return;
    case 'resume':
      sim.resume(node);
      return;
    case 'stall':
      sim.stall(node, 1 + random.below(4_000));
      return;
    case 'cut':
    case 'cut-one-way':
      if (first !== undefined) sim.cut([first], others, { mode, oneWay: action === 'cut-one-way' });
      return;
    case 'heal':
      sim.heal();
      return;
    case 'snap':
      for (const other of others) if (first !== undefined) sim.snap(first, other);
      return;
    case 'leave':
      if (node.state === 'running') sim.leave(node);
      return;
    case 'newcomer':
      welcome(sim, random);
      return;
    case 'crash-loop':
      for (let round = 0; round < CRASHES; round += 1) {
        sim.kill(node);
        comeBack(sim, plan, node, random);
        talk(node, 1, plan.payloadBytesMax, random);
        sim.run(1 + random.below(CRASH_STEP_MS_MAX));
      }
      return;
    case 'clock':
      sim.setClock(node, random.below(20_000) - 10_000);
      return;
  }
}

function talk(node: SimNode, messages: number, bytesMax: number, random: Random): void {
  if (node.state !== 'running' || node.run?.left !== false) return;
  for (let count = 0; count < messages; count += 1) {
    const bytes = random.below(100) === 0 ? random.below(LARGE_BYTES_MAX) : random.below(bytesMax);
    node.publish(
      new Uint8Array(bytes).fill(random.below(256)),
      random.below(4) === 0 ? 'ops' : 'lobby',
    );
  }
}

/** Starts an ended node again; one that moves has heard of somebody, as discovery provides. */
function comeBack(sim: Simulation, plan: SwarmPlan, node: SimNode, random: Random): void {
  if (node.run !== undefined) return;
  if (plan.addressesMove && random.below(2) === 0) {
    sim.boot(node, { address: `${node.ip}:${7_341 + random.below(1_000)}` });
  } else {
    sim.boot(node);
  }
}

function welcome(sim: Simulation, random: Random): void {
  if (sim.nodes.length >= NODES_MAX) return;
  const known = sim.nodes[random.below(sim.nodes.length)];
  const node = sim.add();
  if (known !== undefined) node.seeds.push(known.address);
  sim.boot(node);
}

/**
 * Mends a core of the mesh and demands that it agrees, while the others are cut off from it and go
 * on being killed, frozen and started.
 */
function healCore(sim: Simulation, plan: SwarmPlan, random: Random): void {
  const size = 2 + random.below(sim.nodes.length - 1);
  const core = sample(sim.nodes, size, random);
  const rest = sim.nodes.filter((node) => !core.includes(node));
  sim.setFaults({});
  sim.heal();
  sim.cut(core, rest, { mode: plan.cutsLose ? 'lose' : 'hold' });
  for (const node of sim.nodes) sim.setClock(node, random.below(200) - 100);
  for (const node of core) {
    sim.resume(node);
    comeBack(sim, plan, node, random);
  }
  for (const ms of DISCOVERY_MS)
    sim.timeline.afterMs(ms, () => introduce(sim, core, isSparse(plan)));
  let over = false;
  const torment = (): void => {
    const [victim] = sample(rest, 1, random);
    if (over || victim === undefined) return;
    act(sim, plan, one(random, REST_ACTIONS), random, victim);
    sim.timeline.afterMs(1 + random.below(plan.stepMsMax), torment);
  };
  torment();
  sim.converge(boundOf(plan), 20, core);
  over = true;
}

function one<T>(random: Random, choices: readonly [T, ...T[]]): T {
  return choices[random.below(choices.length)] ?? choices[0];
}

/** A message now and then, and once in a while a peer that is killed and comes back. */
function liveOn(sim: Simulation, plan: SwarmPlan, lifeMs: number, random: Random): void {
  // Less than a step of the clock would never pass.
  const untilMs = Math.ceil(lifeMs);
  if (sim.nowMs >= untilMs) return;
  while (sim.nowMs < untilMs) {
    const [speaker, victim] = sample(sim.live, 2, random);
    if (speaker?.run?.left === false) speaker.publish('all quiet');
    const isKill = random.below(LIFE_KILL_ONE_IN) === 0;
    if (isKill && victim !== undefined) sim.kill(victim);
    sim.run(Math.min(Math.max(untilMs - sim.nowMs, 1), 1 + random.below(LIFE_STEP_MS_MAX)));
    if (!isKill || victim === undefined || victim.run !== undefined) continue;
    sim.boot(victim);
    // It may be the last that knew an address of another.
    for (const ms of DISCOVERY_MS)
      sim.timeline.afterMs(ms, () => introduce(sim, sim.live, isSparse(plan)));
  }
  sim.run(CALM_MS);
  sim.converge(boundOf(plan));
}

/** Ends every fault. Some of the dead and frozen stay so: the rest must agree without them. */
function mendEverything(sim: Simulation, plan: SwarmPlan, random: Random): void {
  sim.setFaults({});
  sim.heal();
  for (const node of sim.nodes) {
    sim.setClock(node, random.below(200) - 100);
    const returns = random.below(100) < plan.returnPercent || sim.live.length < 2;
    if (!returns) {
      // A stall that is under way becomes a freeze.
      if (node.state === 'frozen') sim.freeze(node);
      continue;
    }
    sim.resume(node);
    comeBack(sim, plan, node, random);
  }
  for (const ms of DISCOVERY_MS)
    sim.timeline.afterMs(ms, () => introduce(sim, sim.live, isSparse(plan)));
}
