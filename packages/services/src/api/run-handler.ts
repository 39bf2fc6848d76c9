import type { PeerId } from '@hearsay/core';
import type { AbortCause, Run } from '../calls/dispatcher.js';
import { reasonOf, ServiceError } from '../errors.js';
import type { TraceContext } from '../trace/trace-context.js';
import type { FaultCode } from '../wire/fault-codes.js';
import type { Contract } from './contract.js';
import { decodePayload, encodePayload } from './payload.js';
import { validate } from './schema.js';
import type { HandlerContext, ServedEvent } from './types.js';

/** What a handler of either kind comes down to. */
export type AnyHandler = (input: unknown, context: HandlerContext) => unknown;

export interface RunHandlerOptions {
  readonly contract: Contract;
  readonly handler: AnyHandler;
  readonly isStream: boolean;
  readonly readMs: () => number;
  readonly contextOf: (run: HandlerRun) => HandlerContext;
  readonly onEnd: (event: ServedEvent) => void;
}

/** What a context is made of. */
export interface HandlerRun {
  readonly caller: PeerId;
  /** Made when it is first asked for: most handlers never do. */
  readonly readSignal: () => AbortSignal;
  readonly trace: TraceContext;
  readonly deadlineMs: number;
}

/** Runs a handler for a call: its input checked, its result encoded, its error told. */
export function runHandler(run: Run, options: RunHandlerOptions): void {
  const { contract, readMs, onEnd } = options;
  const startedMs = readMs();
  const ending = new Ending();
  run.onAbort = (cause) => ending.abort(cause);
  const { service, caller, trace } = run;
  const end = (outcome: string, error?: unknown): void => {
    const durationMs = readMs() - startedMs;
    onEnd({
      service,
      caller,
      trace,
      durationMs,
      outcome,
      ...(error === undefined ? {} : { error }),
    });
  };
  const fail = (code: FaultCode, error: unknown): void => {
    run.fail(code, reasonOf(error));
    end(ending.isAborted ? 'aborted' : code, error);
  };
  let input: unknown;
  try {
    input = decodePayload(run.payload, 'invalid-input');
  } catch (error) {
    return fail('invalid-input', error);
  }
  void work();

  /** One promise besides that of the handler: each more costs every call a turn of their queue. */
  async function work(): Promise<void> {
    try {
      const valid = validate(contract.input, input, 'invalid-input');
      const checked = valid instanceof Promise ? await valid : valid;
      const { deadlineMs } = run;
      const context = options.contextOf({
        caller,
        trace,
        deadlineMs,
        readSignal: () => ending.signal,
      });
      let answer: unknown;
      try {
        answer = await options.handler(checked, context);
      } catch (cause) {
        throw handlerFailure(cause);
      }
      if (options.isStream) {
        await sendItems(run, answer as AsyncIterable<unknown>, ending.signal); // By its type.
        answer = undefined;
      }
      run.reply(encodePayload(answer, 'unencodable-output'));
    } catch (error) {
      return fail(faultOf(error), error);
    }
    end(ending.isAborted ? 'aborted' : 'ok');
  }
}

/** Whether a run was told to end, as a signal for those who want one. */
class Ending {
  #cause: AbortCause | undefined;
  #controller: AbortController | undefined;

  get isAborted(): boolean {
    return this.#cause !== undefined;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#cause !== undefined) this.#controller.abort(errorOf(this.#cause));
    return this.#controller.signal;
  }

  abort(cause: AbortCause): void {
    this.#cause = cause;
    this.#controller?.abort(errorOf(cause));
  }
}

function errorOf(cause: AbortCause): ServiceError {
  return new ServiceError(cause === 'timeout' ? 'timeout' : 'cancelled', cause);
}

/** Marks what came from the handler, so that its own `ServiceError` of a nested call is not taken for ours. */
class HandlerFailure extends Error {}

function handlerFailure(cause: unknown): HandlerFailure {
  return new HandlerFailure(reasonOf(cause), { cause });
}

async function sendItems(
  run: Run,
  items: AsyncIterable<unknown>,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const item of items) {
      if (signal.aborted) return;
      if (!run.hasCredit) await credit(run, signal);
      if (signal.aborted) return;
      run.item(encodePayload(item, 'unencodable-output'));
    }
  } catch (cause) {
    if (cause instanceof ServiceError && cause.code === 'unencodable-output') throw cause;
    throw handlerFailure(cause);
  }
}

function credit(run: Run, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      run.onCredit = undefined;
      signal.removeEventListener('abort', done);
      resolve();
    };
    run.onCredit = done;
    signal.addEventListener('abort', done);
  });
}

function faultOf(error: unknown): FaultCode {
  if (error instanceof HandlerFailure || !(error instanceof ServiceError)) return 'handler-failed';
  return error.code === 'invalid-input' || error.code === 'unencodable-output'
    ? error.code
    : 'handler-failed';
}
