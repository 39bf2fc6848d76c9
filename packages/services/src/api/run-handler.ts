import type { PeerId } from '@hearsay/core';
import type { AbortCause, Run, RunListener } from '../calls/dispatcher.js';
import { reasonOf, ServiceError } from '../errors.js';
import type { TraceContext } from '../trace/trace-context.js';
import type { FaultCode } from '../wire/fault-codes.js';
import { decodePayload, encodePayload } from '../wire/payload.js';
import type { Contract } from './contract.js';
import { validate } from './schema.js';
import { sendItems, UnencodableItem } from './send-items.js';
import type { HandlerContext, ServedEvent } from './types.js';

/** What a handler of either kind comes down to. */
export type AnyHandler = (input: unknown, context: HandlerContext) => unknown;

export interface RunHandlerOptions {
  readonly contract: Contract;
  readonly handler: AnyHandler;
  readonly isStream: boolean;
  readonly readMs: () => number;
  readonly contextOf: (run: HandlerRun) => HandlerContext;
  /** Whether anybody listens. */
  readonly hasListeners: () => boolean;
  readonly onEnd: (event: ServedEvent) => void;
}

/** What a context is made of. */
export interface HandlerRun {
  readonly caller: PeerId;
  /** Made when it is first asked for: most handlers never do. */
  readonly signal: AbortSignal;
  readonly trace: TraceContext;
  readonly deadlineMs: number;
}

/** Runs a handler for a call: its input checked, its result encoded, its error told. */
export function runHandler(run: Run, options: RunHandlerOptions): void {
  new HandlerTask(run, options).start();
}

/** One object for all of it, and no promise but that of the handler: each more costs every call. */
class HandlerTask implements HandlerRun, RunListener {
  readonly caller: PeerId;
  readonly trace: TraceContext;
  readonly deadlineMs: number;
  readonly #run: Run;
  readonly #options: RunHandlerOptions;
  #cause: AbortCause | undefined;
  #controller: AbortController | undefined;

  constructor(run: Run, options: RunHandlerOptions) {
    this.caller = run.caller;
    this.trace = run.trace;
    this.deadlineMs = run.deadlineMs;
    this.#run = run;
    this.#options = options;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#cause !== undefined) this.#controller.abort(errorOf(this.#cause));
    return this.#controller.signal;
  }

  aborted(cause: AbortCause): void {
    this.#cause = cause;
    this.#controller?.abort(errorOf(cause));
  }

  start(): void {
    this.#run.listener = this;
    try {
      const input = decodePayload(this.#run.payload, 'invalid-input');
      const valid = validate(this.#options.contract.input, input, 'invalid-input');
      if (!(valid instanceof Promise)) return this.#call(valid);
      valid.then((checked) => this.#call(checked)).catch((error) => this.#refuse(error));
    } catch (error) {
      this.#refuse(error);
    }
  }

  #call(input: unknown): void {
    const { handler, contextOf } = this.#options;
    let answer: unknown;
    try {
      answer = handler(input, contextOf(this));
    } catch (error) {
      return this.#fail('handler-failed', error);
    }
    if (this.#options.isStream)
      this.#stream(answer as AsyncIterable<unknown>); // By its type.
    else if (isThenable(answer)) {
      answer.then(
        (awaited) => this.#answer(awaited),
        (error: unknown) => this.#fail('handler-failed', error),
      );
    } else this.#answer(answer);
  }

  #stream(items: AsyncIterable<unknown>): void {
    sendItems(this.#run, items, this.signal).then(
      () => this.#answer(undefined),
      (error: unknown) => {
        const isItem = error instanceof UnencodableItem;
        this.#fail(isItem ? 'unencodable-output' : 'handler-failed', error);
      },
    );
  }

  #answer(answer: unknown): void {
    try {
      this.#run.reply(encodePayload(answer, 'unencodable-output'));
    } catch (error) {
      return this.#fail('unencodable-output', error);
    }
    this.#end(this.#cause === undefined ? 'ok' : 'aborted');
  }

  /** The schema threw, or what came does not fit it. */
  #refuse(error: unknown): void {
    const isInput = error instanceof ServiceError && error.code === 'invalid-input';
    this.#fail(isInput ? 'invalid-input' : 'handler-failed', error);
  }

  #fail(code: FaultCode, error: unknown): void {
    this.#run.fail(code, reasonOf(error));
    this.#end(this.#cause === undefined ? code : 'aborted', error);
  }

  #end(outcome: string, error?: unknown): void {
    const { hasListeners, onEnd, readMs } = this.#options;
    if (!hasListeners()) return;
    const { caller, trace } = this;
    const { service } = this.#run;
    const durationMs = readMs() - this.#run.startedMs;
    const failure = error === undefined ? {} : { error };
    onEnd({ service, caller, trace, durationMs, outcome, ...failure });
  }
}

function errorOf(cause: AbortCause): ServiceError {
  return new ServiceError(cause === 'timeout' ? 'timeout' : 'cancelled', cause);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
