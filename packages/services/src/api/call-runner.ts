import type { PeerId, Random } from '@hearsay/core';
import type { Strategy } from '../balance/balancer.js';
import type { Call, CallRequest, Outcome } from '../calls/call.js';
import type { ServicesEngine } from '../engine.js';
import { ServiceError } from '../errors.js';
import { OPERATION_BYTES_MAX, TIMEOUT_MS_MAX } from '../limits.js';
import { childOf, type TraceContext } from '../trace/trace-context.js';
import type { Contract } from './contract.js';
import { ItemQueue } from './item-queue.js';
import { decodePayload, encodePayload } from './payload.js';
import { validate } from './schema.js';
import type { CalledEvent, CallOptions, StreamOptions } from './types.js';

export interface CallRunnerOptions {
  readonly engine: ServicesEngine;
  readonly random: Random;
  readonly strategy: Strategy;
  readonly readMs: () => number;
  readonly onEnd: (event: CalledEvent) => void;
}

const DEFAULT_TIMEOUT_MS = 5_000;
const DEFAULT_ATTEMPTS = 4;
const ATTEMPTS_MAX = 10;
const DEFAULT_ATTEMPT_TIMEOUT_MS = 2_000;
/** What nobody can do anything about by giving another result. */
const NO_FALLBACK: ReadonlySet<string> = new Set([
  'cancelled',
  'invalid-input',
  'unencodable-input',
  'too-large',
  'bad-option',
]);

const NO_OPTIONS: CallOptions = {};
const noListener = (): void => undefined;

/** Any contract or the bare name of a service. */
export type Target = Contract | string;

/** Turns calls of the engine into promises and streams. */
export class CallRunner {
  readonly #options: CallRunnerOptions;

  constructor(options: CallRunnerOptions) {
    this.#options = options;
  }

  /** @throws ServiceError, or the reason of the signal */
  call(target: Target, input: unknown, options: CallOptions = NO_OPTIONS): Promise<unknown> {
    const answer = this.#once(target, input, options);
    const { fallback } = options;
    if (fallback === undefined) return answer;
    return answer.catch((error: unknown) => {
      if (!(error instanceof ServiceError) || NO_FALLBACK.has(error.code)) throw error;
      return fallback(error);
    });
  }

  /** @throws ServiceError, or the reason of the signal, while it is read */
  async *stream(
    target: Target,
    input: unknown,
    options: StreamOptions = {},
  ): AsyncGenerator<unknown, void> {
    options.signal?.throwIfAborted();
    const queue = new ItemQueue<unknown>();
    let call: Call | undefined;
    const stop = this.#listen(options.signal, () => {
      queue.end(options.signal?.reason);
      if (call !== undefined) this.#options.engine.cancel(call);
    });
    try {
      call = this.#begin(target, input, options, {
        stream: true,
        settled: (outcome) => queue.end(outcome.kind === 'failed' ? errorOf(outcome) : undefined),
        item: (payload) => queue.push(decodePayload(payload, 'invalid-output')),
      });
      const { engine } = this.#options;
      const items = queue.read(() => {
        if (call !== undefined && !call.isOver) engine.grant(call, 1);
      });
      const schema = typeof target === 'string' ? undefined : target.output;
      for await (const item of items) {
        yield schema === undefined ? item : await validate(schema, item, 'invalid-output');
      }
    } finally {
      stop();
      if (call !== undefined) this.#options.engine.cancel(call);
    }
  }

  /** One promise for all: each more is a turn of the queue of promises, on every call. */
  #once(target: Target, input: unknown, options: CallOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { signal } = options;
      signal?.throwIfAborted();
      let call: Call | undefined;
      const stop =
        signal === undefined
          ? noListener
          : this.#listen(signal, () => {
              if (call !== undefined) this.#options.engine.cancel(call);
            });
      try {
        call = this.#begin(target, input, options, {
          stream: false,
          settled: (outcome) => {
            stop();
            if (signal?.aborted === true) return reject(signal.reason);
            if (outcome.kind === 'failed') return reject(errorOf(outcome));
            try {
              const output = decodePayload(outcome.payload, 'invalid-output');
              const schema = typeof target === 'string' ? undefined : target.output;
              resolve(schema === undefined ? output : validate(schema, output, 'invalid-output'));
            } catch (error) {
              reject(error);
            }
          },
        });
      } catch (error) {
        stop();
        reject(error);
      }
    });
  }

  #begin(
    target: Target,
    input: unknown,
    options: CallOptions,
    sinks: Pick<CallRequest, 'stream' | 'settled'> & { readonly item?: CallRequest['item'] },
  ): Call | undefined {
    const { engine, random, readMs, onEnd } = this.#options;
    const service = typeof target === 'string' ? target : target.name;
    const trace = childOf(options.trace, random);
    const startedMs = readMs();
    const settled = (outcome: Outcome): void => {
      onEnd({ service, trace, durationMs: readMs() - startedMs, ...resultOf(outcome) });
      sinks.settled(outcome);
    };
    const idempotent =
      options.idempotent ?? (typeof target === 'string' ? false : target.idempotent);
    const payload = encodePayload(input, 'unencodable-input');
    const { stream, item } = sinks;
    return engine.call(
      this.#request({ service, trace, idempotent, options, payload, settled, stream, item }),
    );
  }

  /** @throws ServiceError `bad-option` */
  #request(asked: {
    readonly service: string;
    readonly trace: TraceContext;
    readonly idempotent: boolean;
    readonly options: CallOptions;
    readonly payload: Uint8Array;
    readonly settled: CallRequest['settled'];
    readonly stream: boolean;
    readonly item: CallRequest['item'];
  }): CallRequest {
    const { options, service, trace, idempotent } = asked;
    const { retry, operationId } = options;
    const timeoutMs = within('timeoutMs', options.timeoutMs ?? DEFAULT_TIMEOUT_MS, TIMEOUT_MS_MAX);
    const attempts = retry === false ? 1 : (retry?.attempts ?? DEFAULT_ATTEMPTS);
    const waitMs =
      retry === false
        ? timeoutMs
        : Math.min(retry?.attemptTimeoutMs ?? DEFAULT_ATTEMPT_TIMEOUT_MS, TIMEOUT_MS_MAX);
    if (operationId !== undefined) {
      within('bytes of operationId', Buffer.byteLength(operationId), OPERATION_BYTES_MAX);
    }
    return {
      service,
      trace,
      idempotent,
      timeoutMs,
      operation: operationId,
      strategy: options.strategy ?? this.#options.strategy,
      key: options.key,
      attemptsMax: within('retry.attempts', attempts, ATTEMPTS_MAX),
      attemptTimeoutMs: within('retry.attemptTimeoutMs', waitMs, TIMEOUT_MS_MAX),
      hedgeAfterMs: options.hedgeAfterMs,
      payload: asked.payload,
      stream: asked.stream,
      settled: asked.settled,
      item: asked.item,
    };
  }

  #listen(signal: AbortSignal | undefined, onAbort: () => void): () => void {
    signal?.addEventListener('abort', onAbort, { once: true });
    return () => signal?.removeEventListener('abort', onAbort);
  }
}

function within(what: string, value: number, max: number): number {
  if (value >= 1 && value <= max) return value;
  throw new ServiceError('bad-option', `${what} ${value}: 1 to ${max}`);
}

function errorOf({ code, detail }: Extract<Outcome, { kind: 'failed' }>): ServiceError {
  return new ServiceError(code, detail === '' ? code : detail);
}

function resultOf(outcome: Outcome): { outcome: string; provider: PeerId | undefined } {
  return outcome.kind === 'replied'
    ? { outcome: 'ok', provider: outcome.provider }
    : { outcome: outcome.code, provider: undefined };
}
