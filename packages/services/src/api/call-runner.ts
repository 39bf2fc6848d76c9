import type { Random } from '@hearsay/core';
import type { Strategy } from '../balance/balancer.js';
import type { Call } from '../calls/call.js';
import type { ServicesEngine } from '../engine.js';
import { ServiceError } from '../errors.js';
import { decodePayload, encodePayload } from '../wire/payload.js';
import { Asked, errorOf, type Sink } from './asked.js';
import type { Target } from './contract.js';
import { ItemQueue } from './item-queue.js';
import { validate } from './schema.js';
import type { CalledEvent, CallOptions, StreamOptions } from './types.js';
import { Waiting } from './waiting.js';

export interface CallRunnerOptions {
  readonly engine: ServicesEngine;
  readonly random: Random;
  readonly strategy: Strategy;
  readonly readMs: () => number;
  /** Whether anybody listens. */
  readonly hasListeners: () => boolean;
  readonly onEnd: (event: CalledEvent) => void;
}

/** What nobody can do anything about by giving another result. */
const NO_FALLBACK: ReadonlySet<string> = new Set([
  'cancelled',
  'invalid-input',
  'unencodable-input',
  'too-large',
  'bad-option',
]);

const NO_OPTIONS: CallOptions = {};

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
        isStream: true,
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
      const waiting = new Waiting(target, signal, resolve, reject);
      if (signal === undefined) {
        this.#begin(target, input, options, waiting);
        return;
      }
      let call: Call | undefined;
      waiting.stop = this.#listen(signal, () => {
        if (call !== undefined) this.#options.engine.cancel(call);
      });
      try {
        call = this.#begin(target, input, options, waiting);
      } catch (error) {
        waiting.stop();
        throw error;
      }
    });
  }

  /** @throws ServiceError `bad-option`, or why the input does not travel */
  #begin(target: Target, input: unknown, options: CallOptions, sink: Sink): Call | undefined {
    const isNamed = typeof target === 'string';
    const asked = new Asked({
      service: isNamed ? target : target.name,
      idempotent: options.idempotent ?? (isNamed ? false : target.idempotent),
      payload: encodePayload(input, 'unencodable-input'),
      options,
      sink,
      runner: this.#options,
    });
    return this.#options.engine.call(asked);
  }

  #listen(signal: AbortSignal | undefined, onAbort: () => void): () => void {
    signal?.addEventListener('abort', onAbort, { once: true });
    return () => signal?.removeEventListener('abort', onAbort);
  }
}
