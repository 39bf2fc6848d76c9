import type { PeerId } from '@hearsay/core';
import { type CheckTimes, DEFAULT_CHECK_TIMES } from './health/checks.js';
import {
  DEFAULT_HEALTH_THRESHOLDS,
  type HealthState,
  type HealthThresholds,
} from './health/provider-health.js';
import { DEFAULT_SERVICES_LIMITS, type ServicesLimits } from './limits.js';
import type { ProviderRecord } from './registry/record.js';
import {
  type BreakerState,
  type BreakerTimes,
  DEFAULT_BREAKER_TIMES,
} from './resilience/breaker.js';
import { DEFAULT_RETRY_BUDGET, type RetryBudgetOptions } from './resilience/retry-budget.js';

/** When breakers open, and for how long. */
export interface BreakerSettings {
  readonly times: BreakerTimes;
  /** Failures in a row of one service at one provider. */
  readonly failures: number;
  /** The breaker of a service as a whole looks at so many of its last calls ... */
  readonly calls: number;
  /** ... and opens when more than this part of them failed, after all retries. */
  readonly ratio: number;
}

const DEFAULT_BREAKER: BreakerSettings = {
  times: DEFAULT_BREAKER_TIMES,
  failures: 5,
  calls: 20,
  ratio: 0.5,
};

/** What the engine tells; never from within a call of it. */
export type EngineEvent =
  | {
      readonly kind: 'record';
      readonly peer: PeerId;
      readonly record: ProviderRecord | undefined;
      readonly was: ProviderRecord | undefined;
    }
  | {
      readonly kind: 'breaker';
      readonly service: string;
      readonly provider: PeerId | undefined;
      readonly state: BreakerState;
      readonly was: BreakerState;
    }
  | { readonly kind: 'health'; readonly provider: PeerId; readonly state: HealthState }
  | { readonly kind: 'idle'; readonly service: string };

export interface EngineSettings {
  /** Random, of this opening. */
  readonly session: string;
  /** The machine we run on, for "same host first". */
  readonly host: string;
  readonly breaker: BreakerSettings;
  readonly budget: RetryBudgetOptions;
  readonly health: HealthThresholds;
  readonly checks: CheckTimes;
  readonly limits: ServicesLimits;
  /** Whether this process does its work; a check of it by others fails otherwise. */
  readonly isLive: () => boolean;
  readonly onEvent: (event: EngineEvent) => void;
}

export const DEFAULT_SETTINGS: Omit<EngineSettings, 'session' | 'host' | 'onEvent'> = {
  breaker: DEFAULT_BREAKER,
  budget: DEFAULT_RETRY_BUDGET,
  health: DEFAULT_HEALTH_THRESHOLDS,
  checks: DEFAULT_CHECK_TIMES,
  limits: DEFAULT_SERVICES_LIMITS,
  isLive: () => true,
};
