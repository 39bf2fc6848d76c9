import type { PeerId } from '@hearsay/core';
import type { Strategy } from '../balance/balancer.js';
import type { BreakerSettings } from '../engine-settings.js';
import type { ServiceError } from '../errors.js';
import type { CheckTimes } from '../health/checks.js';
import type { HealthState, HealthThresholds } from '../health/provider-health.js';
import type { ServicesLimits } from '../limits.js';
import type { BreakerState } from '../resilience/breaker.js';
import type { RetryBudgetOptions } from '../resilience/retry-budget.js';
import type { TraceContext } from '../trace/trace-context.js';
import type { ProviderStatus } from '../wire/messages.js';
import type { Contract } from './contract.js';
import type { InputOf, OutputOf, Schema } from './schema.js';

/** How services of a peer behave; every field has a default. */
export interface ServicesOptions {
  /** The machine it runs on, for `same-host`. Default: the host name. */
  readonly host?: string;
  readonly breaker?: Partial<BreakerSettings>;
  readonly budget?: Partial<RetryBudgetOptions>;
  readonly health?: Partial<HealthThresholds>;
  readonly checks?: Partial<CheckTimes>;
  readonly limits?: Partial<ServicesLimits>;
  /** Why this process does not do its work, or undefined. Others who check it find it unhealthy. */
  readonly alive?: () => string | undefined;
  /** Default for calls. Default `two-choices`. */
  readonly strategy?: Strategy;
}

/** How often a call is tried. */
export interface RetryOptions {
  /** Providers that may be tried, the first included, 1 to 10. Default 4. */
  readonly attempts?: number;
  /** So long without an answer of one, and an idempotent call is tried at another. Default 2,000 ms. */
  readonly attemptTimeoutMs?: number;
}

export interface StreamOptions {
  /** Until its end. Default 5,000, at most 600,000; within a handler never beyond its own deadline. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly strategy?: Strategy;
  /** For `sticky`: calls of one key go to one provider. */
  readonly key?: string;
  /** Default: as the contract says. */
  readonly idempotent?: boolean;
  /** The step that calls, as W3C Trace Context. Default: a new trace. */
  readonly trace?: TraceContext;
  readonly retry?: RetryOptions | false;
}

export interface CallOptions<Result = unknown> extends StreamOptions {
  /**
   * Names what is done, 1 to 128 bytes: a provider runs it once for this peer, however often it is
   * asked within a minute. Default: a name of its own for each call that is not idempotent.
   */
  readonly operationId?: string;
  /** Ask a second provider when the first has not answered within so many milliseconds; idempotent calls only. */
  readonly hedgeAfterMs?: number;
  /** Gives a result when the call failed; not when it was cancelled or the input was wrong. */
  readonly fallback?: (error: ServiceError) => Result | Promise<Result>;
}

/** What a handler knows of the call it answers. */
export interface HandlerContext {
  readonly caller: PeerId;
  /** Aborted when the caller cancels, vanishes, or gives up. */
  readonly signal: AbortSignal;
  /** The step that this call is. */
  readonly trace: TraceContext;
  /** Milliseconds until the caller gives up; 0 when it has. */
  remainingMs(): number;
  /** Calls on behalf of this call: within its deadline, ended with it, in its trace. */
  readonly call: CallFunction;
  readonly stream: StreamFunction;
}

export type Handler<I extends Schema, Result> = (
  input: OutputOf<I>,
  context: HandlerContext,
) => Result | Promise<Result>;

/** Gives a stream: items are made as fast as the caller reads them. */
export type StreamHandler<I extends Schema, Item> = (
  input: OutputOf<I>,
  context: HandlerContext,
) => AsyncIterable<Item>;

/** How a service is provided. */
export interface DefinitionOptions {
  readonly version?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** For `weighted`, 1 to 1,000. Default 1. */
  readonly weight?: number;
  /** Handlers that run at once, 1 to 10,000. Default 64. */
  readonly concurrency?: number;
  /** Calls of one caller that wait for them, 0 to 10,000. Default 64. */
  readonly queuePerCaller?: number;
  /** Asked every second: why it cannot be called now, or undefined. It is announced as unready meanwhile. */
  readonly ready?: () => string | undefined;
}

/** A service that is provided here. */
export interface Definition<I extends Schema = Schema, O extends Schema = Schema>
  extends Contract<I, O> {
  /** Takes no new calls, finishes those it has, and is gone. */
  drain(): Promise<void>;
  /** Ends it at once; its handlers are told by their signals. */
  close(): void;
}

export interface CallFunction {
  <I extends Schema, O extends Schema>(
    contract: Contract<I, O>,
    input: InputOf<I>,
    options?: CallOptions<OutputOf<O>>,
  ): Promise<OutputOf<O>>;
  (name: string, input: unknown, options?: CallOptions): Promise<unknown>;
}

export interface StreamFunction {
  <I extends Schema, O extends Schema>(
    contract: Contract<I, O>,
    input: InputOf<I>,
    options?: StreamOptions,
  ): AsyncIterable<OutputOf<O>>;
  (name: string, input: unknown, options?: StreamOptions): AsyncIterable<unknown>;
}

/** A service at one provider, and how it looks from here. */
export interface ProviderView {
  readonly service: string;
  readonly version: string;
  readonly provider: PeerId;
  readonly nick: string | undefined;
  readonly status: ProviderStatus | 'gone' | 'no-link';
  readonly health: HealthState;
  readonly breaker: BreakerState;
  readonly stream: boolean;
  readonly weight: number;
  readonly host: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly leaseMs: number;
  /** Calls of this peer that it answered, and those that failed there. */
  readonly served: number;
  readonly failed: number;
  readonly inFlight: number;
  readonly latencyMs: number | undefined;
  readonly self: boolean;
}

/** A breaker that is not closed, at any peer. */
export interface BreakerView {
  /** Whose calls it stops. */
  readonly caller: PeerId;
  readonly service: string;
  /** Undefined: of the service as a whole. */
  readonly provider: PeerId | undefined;
  readonly state: BreakerState;
}

/** What happened to the registry. */
export interface RegistryEvent {
  readonly kind: 'added' | 'changed' | 'removed';
  readonly provider: ProviderView;
}

/** One handler that ran here. */
export interface ServedEvent {
  readonly service: string;
  readonly caller: PeerId;
  readonly trace: TraceContext;
  readonly durationMs: number;
  /** `ok`, or the code of the error. */
  readonly outcome: string;
  /** What the handler threw. */
  readonly error?: unknown;
}

/** One call of this peer that ended. */
export interface CalledEvent {
  readonly service: string;
  readonly trace: TraceContext;
  readonly durationMs: number;
  readonly outcome: string;
  readonly provider: PeerId | undefined;
}

export interface ServicesEvents {
  readonly served: ServedEvent;
  readonly called: CalledEvent;
  readonly breaker: {
    readonly service: string;
    readonly provider: PeerId | undefined;
    readonly state: BreakerState;
    readonly was: BreakerState;
  };
  readonly health: { readonly provider: PeerId; readonly state: HealthState };
  readonly registry: RegistryEvent;
}

/** Services of one peer. */
export interface Services {
  /**
   * Provides a service.
   * @throws ServiceError `bad-name`, `name-taken`, `bad-option`, `closed`
   */
  define<I extends Schema, O extends Schema>(
    contract: Contract<I, O>,
    handler: Handler<I, InputOf<O>>,
    options?: DefinitionOptions,
  ): Definition<I, O>;
  define<I extends Schema, Result>(
    name: string,
    input: I,
    handler: Handler<I, Result>,
    options?: DefinitionOptions,
  ): Definition<I, Schema<Result, Result>>;
  /** Provides a service that answers with a stream. @throws ServiceError as `define` */
  defineStream<I extends Schema, O extends Schema>(
    contract: Contract<I, O>,
    handler: StreamHandler<I, InputOf<O>>,
    options?: DefinitionOptions,
  ): Definition<I, O>;
  /** Calls a service, wherever it is. Rejects with a ServiceError, or the reason of `signal`. */
  readonly call: CallFunction;
  /** Reads a stream; it ends when the reader stops. */
  readonly stream: StreamFunction;
  /** Who provides what, sorted; of one service, or of all. */
  providers(service?: string): readonly ProviderView[];
  /** What providers come, change and go, after one `added` for each that is there. */
  watch(options?: { readonly signal?: AbortSignal }): AsyncIterable<RegistryEvent>;
  /** Breakers that are not closed, of all peers that call. */
  breakers(): readonly BreakerView[];
  /** What happened so far, as numbers that only grow. */
  counters(): Readonly<Record<string, number>>;
  /** How much is under way, table by table. */
  sizes(): Readonly<Record<string, number>>;
  on<Name extends keyof ServicesEvents>(
    name: Name,
    listener: (event: ServicesEvents[Name]) => void,
  ): () => void;
  /** Resolves when `count` (default 1) providers of a service may be called; rejects with `no-provider` after `timeoutMs`. */
  available(
    service: string,
    options: { readonly count?: number; readonly timeoutMs: number },
  ): Promise<void>;
  /** Drains all services of this peer. */
  drain(): Promise<void>;
  /** Ends all at once. Idempotent. */
  close(): void;
}
