import {
  type Config,
  DEFAULT_CONFIG,
  DEFAULT_LIMITS,
  type Defences,
  type Limits,
  type Message,
  type MessageId,
} from '@hearsay/core';
import { DEFAULT_NETWORK, type NetworkSettings } from './network/settings.js';
import type { Replay } from './violation.js';

/** Told of what happens, with true times; it may count and must not interfere. */
export interface Watch {
  published?(node: string, id: MessageId, atMs: number): void;
  /** Told of what others said, not of a node's own messages. */
  delivered?(node: string, messages: readonly Message[], atMs: number): void;
}

/** How a simulation is made; only the seed is needed. */
export interface SimulationOptions {
  /** Everything that happens follows from it. */
  readonly seed: string | number;
  /** Printed with a failure. */
  readonly scenario?: string;
  /** A shell line that repeats the run; printed with a failure. */
  readonly replay?: string;
  readonly config?: Partial<Config>;
  /** Parts of the failure detector that an experiment leaves out. */
  readonly defences?: Partial<Defences>;
  readonly limits?: Partial<Limits>;
  readonly network?: Partial<NetworkSettings>;
  /** Peers may skip messages that nobody keeps any more. Default false: then a gap is a violation. */
  readonly gapsAllowed?: boolean;
  /** The clock invariant is checked at every so many deliveries of a peer. Default 1. */
  readonly checkEvery?: number;
  /** Timers fire up to this much late. Default 1 ms, as an event loop's do. */
  readonly timerSlopMs?: number;
  /** Between two samples of the event loop's delay; 0: none. Default 500, as the runtime. */
  readonly healthIntervalMs?: number;
  readonly watch?: Watch;
}

/** The options with every default filled in. */
export interface Settings {
  readonly seed: string;
  readonly replay: Replay;
  readonly config: Config;
  readonly defences: Partial<Defences>;
  readonly limits: Limits;
  readonly network: NetworkSettings;
  readonly gapsAllowed: boolean;
  readonly checkEvery: number;
  readonly timerSlopMs: number;
  readonly healthIntervalMs: number;
  readonly watch: Watch;
}

export function settle(options: SimulationOptions): Settings {
  const seed = String(options.seed);
  const scenario = options.scenario ?? 'unnamed';
  const config: Config = { ...DEFAULT_CONFIG, ...options.config };
  return {
    seed,
    replay: {
      seed,
      scenario,
      command: options.replay ?? `npm run sim -- run ${scenario} --seed ${seed}`,
    },
    config,
    defences: options.defences ?? {},
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    network: { ...DEFAULT_NETWORK, dialTimeoutMs: config.dialTimeoutMs, ...options.network },
    gapsAllowed: options.gapsAllowed ?? false,
    checkEvery: options.checkEvery ?? 1,
    timerSlopMs: options.timerSlopMs ?? 1,
    healthIntervalMs: options.healthIntervalMs ?? 500,
    watch: options.watch ?? {},
  };
}
