export { Coverage } from './coverage.js';
export { damaged } from './damaged.js';
export type { AddOptions, BootOptions, Disguise } from './hosts.js';
export type { CutMode } from './network/route.js';
export {
  DEFAULT_NETWORK,
  type MessageFaults,
  type NetworkSettings,
  NO_FAULTS,
} from './network/settings.js';
export { LOBBY, type LoggedEvent, type NodeState, type SimNode } from './node.js';
export type { SimulationOptions } from './options.js';
export type { CreateProgram, Program, ProgramHost } from './program.js';
export { runSwarm, type SwarmOptions, type SwarmOutcome } from './scenario/swarm.js';
export {
  type CutOptions,
  createSimulation,
  type NodeRef,
  type Seeding,
  type Simulation,
  type StartOptions,
} from './simulation.js';
export { type Replay, type Rule, ViolationError } from './violation.js';
