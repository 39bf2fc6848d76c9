import { formatMessageId, type MessageId, sample } from '@hearsay/core';
import type { SimNode } from '../node.js';
import type { Simulation } from '../simulation.js';
import {
  count,
  type Measure,
  milliseconds,
  type Scenario,
  type ScenarioOptions,
  type ScenarioResult,
  scripted,
} from './scenario.js';
import { runSwarm, type SwarmOutcome } from './swarm.js';

const BOUND_MS = 60_000;
const MS_PER_HOUR = 3_600_000;
const HOURS_DEFAULT = 0.1;

/** Every scenario of the command line, by name. */
export const SCENARIOS: readonly Scenario[] = [
  scripted('talk', 'everyone talks now and then, nothing breaks', 5, talk),
  scripted('churn', 'everyone talks while peers are killed and come back', 5, churn),
  scripted('kill', 'one peer is killed, and comes back', 20, kill),
  scripted('kill-many', 'two of three peers are killed at once', 10, killMany),
  scripted('freeze', 'one peer is frozen for eight seconds', 4, freeze),
  scripted('partition', 'two halves for ten seconds, both talk, then it heals', 10, partition),
  scripted('leave', 'one peer says goodbye', 20, leave),
  {
    name: 'swarm',
    summary: 'whatever the seed draws is broken, then everything is healed',
    nodes: 0,
    run: swarm,
  },
];

/** Message latency over hours. */
function talk(sim: Simulation, options: ScenarioOptions): Measure[] {
  const random = sim.random('talk');
  const endMs = sim.nowMs + (options.hours ?? HOURS_DEFAULT) * MS_PER_HOUR;
  let messages = 0;
  while (sim.nowMs < endMs) {
    const [speaker] = sample(sim.live, 1, random);
    speaker?.publish(`message ${messages}`);
    messages += 1;
    sim.run(1 + random.below(2_000));
  }
  return [
    count('messages', messages),
    milliseconds('all in sync after the last', sim.converge(BOUND_MS)),
  ];
}

function churn(sim: Simulation, options: ScenarioOptions): Measure[] {
  const random = sim.random('churn');
  const endMs = sim.nowMs + (options.hours ?? HOURS_DEFAULT) * MS_PER_HOUR;
  let kills = 0;
  let worstDeadMs = 0;
  let worstBackMs = 0;
  while (sim.nowMs < endMs) {
    const [victim, speaker] = sample(sim.live, 2, random);
    if (victim === undefined || speaker === undefined) break;
    sim.kill(victim);
    kills += 1;
    worstDeadMs = Math.max(
      worstDeadMs,
      sim.until(() => sim.everyoneSees(victim, 'dead'), BOUND_MS),
    );
    speaker.publish(`${victim.name} is gone`);
    sim.run(random.below(30_000));
    sim.boot(victim);
    worstBackMs = Math.max(worstBackMs, sim.converge(BOUND_MS));
    sim.run(random.below(60_000));
  }
  return [
    count('kills', kills),
    milliseconds('dead everywhere, worst', worstDeadMs),
    milliseconds('back and in sync, worst', worstBackMs),
  ];
}

function kill(sim: Simulation): Measure[] {
  const [victim, speaker] = sample(sim.nodes, 2, sim.random('kill'));
  if (victim === undefined || speaker === undefined) return [];
  sim.run(5_000);
  sim.kill(victim);
  const deadMs = sim.until(() => sim.everyoneSees(victim, 'dead'), BOUND_MS);
  speaker.publish('carrying on');
  const receivedMs = sim.converge(BOUND_MS, 1);
  sim.boot(victim);
  const backMs = sim.converge(BOUND_MS, 1);
  return [
    milliseconds('known dead by all', deadMs),
    milliseconds('next message held and known to be held by all', receivedMs),
    milliseconds('back and in sync', backMs),
  ];
}

function killMany(sim: Simulation): Measure[] {
  const victims = sample(sim.nodes, Math.floor((sim.nodes.length * 2) / 3), sim.random('kill'));
  sim.run(5_000);
  sim.kill(...victims);
  const deadMs = sim.until(() => sim.everyoneSees(victims, 'dead'), BOUND_MS);
  return [count('killed at once', victims.length), milliseconds('all known dead by all', deadMs)];
}

function freeze(sim: Simulation): Measure[] {
  const FROZEN_MS = 8_000;
  const [victim] = sample(sim.nodes, 1, sim.random('freeze'));
  if (victim === undefined) return [];
  sim.run(5_000);
  sim.freeze(victim);
  const deadMs = sim.until(() => sim.everyoneSees(victim, 'dead'), FROZEN_MS);
  sim.run(FROZEN_MS - deadMs);
  sim.resume(victim);
  const backMs = sim.until(() => sim.everyoneSees(victim, 'alive'), BOUND_MS);
  sim.converge(BOUND_MS);
  return [
    milliseconds('known dead by all', deadMs),
    milliseconds('seen alive by all after it resumed', backMs),
    count('others ever called dead', sim.judge.membership.falseDeaths.length),
  ];
}

function partition(sim: Simulation): Measure[] {
  const CUT_MS = 10_000;
  const half = Math.ceil(sim.nodes.length / 2);
  const [left, right] = [sim.nodes.slice(0, half), sim.nodes.slice(half)];
  sim.run(5_000);
  sim.cut(left, right);
  const messages: MessageId[] = [];
  for (let ms = 0; ms < CUT_MS; ms += 500) {
    for (const side of [left, right]) messages.push(...talkOnce(side, sim));
    sim.run(500);
  }
  sim.heal();
  const healedMs = sim.converge(BOUND_MS);
  return [
    count('messages during the cut', new Set(messages.map(formatMessageId)).size),
    milliseconds('all agree after the heal', healedMs),
  ];
}

function talkOnce(side: readonly SimNode[], sim: Simulation): MessageId[] {
  return sample(side, 1, sim.random(`talk/${sim.nowMs}`)).map((node) => node.publish('anybody?'));
}

function leave(sim: Simulation): Measure[] {
  const [leaver] = sample(sim.nodes, 1, sim.random('leave'));
  if (leaver === undefined) return [];
  sim.run(5_000);
  sim.leave(leaver);
  const leftMs = sim.until(() => sim.everyoneSees(leaver, 'left'), BOUND_MS);
  return [milliseconds('goodbye seen by all', leftMs)];
}

function swarm(options: ScenarioOptions): ScenarioResult {
  const { seed, nodes } = options;
  return swarmResult(runSwarm(nodes === 0 ? { seed } : { seed, nodes }));
}

export function swarmResult(outcome: SwarmOutcome): ScenarioResult {
  return {
    measures: [
      milliseconds('all agree after the heal', outcome.convergedMs),
      milliseconds('last words held and known to be held by all', outcome.settledMs),
      count('wrong verdicts while things were broken', outcome.falseDeaths),
    ],
    simulatedMs: outcome.simulatedMs,
    steps: outcome.steps,
    hash: outcome.hash,
  };
}
