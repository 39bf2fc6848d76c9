export { type Contract, type ContractOptions, contract } from './api/contract.js';
export { openServices, type ServicesPeer } from './api/open-services.js';
export type { InputOf, OutputOf, Schema } from './api/schema.js';
export type {
  BreakerView,
  CalledEvent,
  CallFunction,
  CallOptions,
  Definition,
  DefinitionOptions,
  Handler,
  HandlerContext,
  ProviderView,
  RegistryEvent,
  RetryOptions,
  ServedEvent,
  Services,
  ServicesEvents,
  ServicesOptions,
  StreamFunction,
  StreamHandler,
  StreamOptions,
} from './api/types.js';
export { type Candidate, type Choice, choose, type Strategy } from './balance/balancer.js';
export type { BreakerSettings } from './engine-settings.js';
export { ServiceError, type ServiceErrorCode } from './errors.js';
export {
  createGateway,
  type Gateway,
  type GatewayOptions,
  type ServiceRoute,
  type UpstreamView,
} from './gateway/gateway.js';
export type { CheckTimes } from './health/checks.js';
export type { HealthState, HealthThresholds } from './health/provider-health.js';
export { DEFAULT_SERVICES_LIMITS, SERVICES_PORT, type ServicesLimits } from './limits.js';
export type { BreakerState, BreakerTimes } from './resilience/breaker.js';
export type { RetryBudgetOptions } from './resilience/retry-budget.js';
export { formatTraceParent, parseTraceParent, type TraceContext } from './trace/trace-context.js';
export type { ProviderStatus } from './wire/messages.js';
