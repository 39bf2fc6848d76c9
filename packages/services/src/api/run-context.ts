import type { PeerId } from '@hearsay/core';
import { ServiceError } from '../errors.js';
import type { TraceContext } from '../trace/trace-context.js';
import type { CallRunner } from './call-runner.js';
import type { Target } from './contract.js';
import type { HandlerRun } from './run-handler.js';
import type {
  CallFunction,
  CallOptions,
  HandlerContext,
  StreamFunction,
  StreamOptions,
} from './types.js';

/** Of a nested call that gives no time of its own, in milliseconds. */
const DEFAULT_TIMEOUT_MS = 5_000;

/** What a handler is told; its functions are made when they are read, as most handlers read none. */
export class RunContext implements HandlerContext {
  readonly #run: HandlerRun;
  readonly #runner: CallRunner;
  readonly #readMs: () => number;

  constructor(run: HandlerRun, runner: CallRunner, readMs: () => number) {
    this.#run = run;
    this.#runner = runner;
    this.#readMs = readMs;
  }

  get caller(): PeerId {
    return this.#run.caller;
  }

  get trace(): TraceContext {
    return this.#run.trace;
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }

  get remainingMs(): () => number {
    return () => this.#remainingMs();
  }

  get call(): CallFunction {
    const call = async (target: Target, input: unknown, given: CallOptions = {}) =>
      await this.#runner.call(target, input, this.#within(given));
    return call as CallFunction; // Typed by the contract it is given, as `Services.call` is.
  }

  get stream(): StreamFunction {
    const stream = (target: Target, input: unknown, given: StreamOptions = {}) =>
      this.#runner.stream(target, input, this.#within(given));
    return stream as StreamFunction; // Likewise.
  }

  #remainingMs(): number {
    return Math.max(0, this.#run.deadlineMs - this.#readMs());
  }

  #within<Options extends StreamOptions>(given: Options): Options {
    const leftMs = Math.floor(this.#remainingMs());
    if (leftMs < 1) throw new ServiceError('timeout', 'the deadline of the call has passed');
    const { signal } = this;
    return {
      ...given,
      timeoutMs: Math.min(given.timeoutMs ?? DEFAULT_TIMEOUT_MS, leftMs),
      signal: given.signal === undefined ? signal : AbortSignal.any([given.signal, signal]),
      trace: given.trace ?? this.trace,
    };
  }
}
