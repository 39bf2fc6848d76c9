import type { Random } from '@hearsay/core';
import type { Strategy } from '../balance/balancer.js';
import type { CallRequest, Outcome } from '../calls/call.js';
import { ServiceError } from '../errors.js';
import { OPERATION_BYTES_MAX, TIMEOUT_MS_MAX } from '../limits.js';
import { childOf, type TraceStep } from '../trace/trace-context.js';
import type { Payload } from '../wire/payload.js';
import type { CalledEvent, CallOptions } from './types.js';

/** Who waits for the answer. */
export interface Sink {
  readonly isStream: boolean;
  settled(outcome: Outcome): void;
  item(payload: Uint8Array): void;
}

interface AskedOptions {
  readonly service: string;
  readonly idempotent: boolean;
  readonly payload: Payload;
  readonly options: CallOptions;
  readonly sink: Sink;
  readonly runner: {
    readonly random: Random;
    readonly strategy: Strategy;
    readonly readMs: () => number;
    readonly hasListeners: () => boolean;
    readonly onEnd: (event: CalledEvent) => void;
  };
}

const DEFAULT_TIMEOUT_MS = 5_000;
const DEFAULT_ATTEMPTS = 4;
const ATTEMPTS_MAX = 10;
const DEFAULT_ATTEMPT_TIMEOUT_MS = 2_000;

/** What an application asks of the engine, its options checked and its defaults filled in. */
export class Asked implements CallRequest {
  readonly service: string;
  readonly payload: Payload;
  readonly timeoutMs: number;
  readonly startedMs: number;
  readonly idempotent: boolean;
  readonly operation: string | undefined;
  readonly strategy: Strategy;
  readonly key: string | undefined;
  readonly attemptsMax: number;
  readonly attemptTimeoutMs: number;
  readonly hedgeAfterMs: number | undefined;
  readonly trace: TraceStep;
  readonly stream: boolean;
  readonly #sink: Sink;
  readonly #runner: AskedOptions['runner'];

  /** @throws ServiceError `bad-option` */
  constructor({ service, idempotent, payload, options, sink, runner }: AskedOptions) {
    const { retry, operationId, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    this.service = service;
    this.payload = payload;
    this.idempotent = idempotent;
    this.timeoutMs = within('timeoutMs', timeoutMs, TIMEOUT_MS_MAX);
    const attempts = retry === false ? 1 : (retry?.attempts ?? DEFAULT_ATTEMPTS);
    const waitMs =
      retry === false
        ? timeoutMs
        : Math.min(retry?.attemptTimeoutMs ?? DEFAULT_ATTEMPT_TIMEOUT_MS, TIMEOUT_MS_MAX);
    this.attemptsMax = within('retry.attempts', attempts, ATTEMPTS_MAX);
    this.attemptTimeoutMs = within('retry.attemptTimeoutMs', waitMs, TIMEOUT_MS_MAX);
    if (operationId !== undefined) {
      within('bytes of operationId', Buffer.byteLength(operationId), OPERATION_BYTES_MAX);
    }
    this.operation = operationId;
    this.strategy = options.strategy ?? runner.strategy;
    this.key = options.key;
    this.hedgeAfterMs = options.hedgeAfterMs;
    this.trace = childOf(options.trace, runner.random);
    this.stream = sink.isStream;
    this.#sink = sink;
    this.#runner = runner;
    this.startedMs = runner.readMs();
  }

  settled(outcome: Outcome): void {
    const { hasListeners, onEnd, readMs } = this.#runner;
    if (hasListeners()) {
      const { service, trace } = this;
      onEnd({ service, trace, durationMs: readMs() - this.startedMs, ...resultOf(outcome) });
    }
    this.#sink.settled(outcome);
  }

  item(payload: Uint8Array): void {
    this.#sink.item(payload);
  }
}

export function errorOf({ code, detail }: Extract<Outcome, { kind: 'failed' }>): ServiceError {
  return new ServiceError(code, detail === '' ? code : detail);
}

function resultOf(outcome: Outcome): Pick<CalledEvent, 'outcome' | 'provider'> {
  return outcome.kind === 'replied'
    ? { outcome: 'ok', provider: outcome.provider }
    : { outcome: outcome.code, provider: undefined };
}

function within(what: string, value: number, max: number): number {
  if (value >= 1 && value <= max) return value;
  throw new ServiceError('bad-option', `${what} ${value}: 1 to ${max}`);
}
