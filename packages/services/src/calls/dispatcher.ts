import type { PeerId } from '@hearsay/core';
import { STREAM_WINDOW } from '../limits.js';
import type { ServicesHost } from '../services-host.js';
import type { TraceStep } from '../trace/trace-context.js';
import type { FaultCode } from '../wire/fault-codes.js';
import type { Request, ServiceMessage } from '../wire/messages.js';
import type { Payload } from '../wire/payload.js';
import type { Agenda, Appointment } from './agenda.js';
import { FairQueue } from './fair-queue.js';
import {
  OPERATION_MEMORY_MS,
  type OperationBounds,
  Operations,
  type Remembered,
} from './operations.js';
import { Works } from './works.js';

/** Why a handler is told to stop. */
export type AbortCause = 'cancelled' | 'timeout' | 'caller-gone' | 'closed';

/** One run of a handler. What is said after its end is ignored. */
export interface Run {
  readonly service: string;
  readonly caller: PeerId;
  /** A view that holds until `begin` returns. */
  readonly payload: Uint8Array;
  /** By the monotonic clock, as is the beginning. */
  readonly deadlineMs: number;
  readonly startedMs: number;
  readonly trace: TraceStep;
  reply(payload: Payload): void;
  fail(code: FaultCode, detail: string): void;
  /** Sends an item of a stream. @returns whether another may follow at once */
  item(payload: Payload): boolean;
  /** Whether an item may be sent now. */
  readonly hasCredit: boolean;
  onCredit: (() => void) | undefined;
  /** Who is told to stop. */
  listener: RunListener | undefined;
}

/** What belongs to a run: an object, as a function for each call is one more to make. */
export interface RunListener {
  aborted(cause: AbortCause): void;
}

/** A service as the dispatcher runs it. */
export interface Served {
  readonly name: string;
  readonly stream: boolean;
  /** Handlers that run at once. */
  readonly concurrency: number;
  /** Calls of one caller that wait behind them; of all callers together four times as many. */
  readonly queuePerCaller: number;
  readonly begin: (run: Run) => void;
}

/** Callers whose lines may be full at once. */
const FULL_LINES_MAX = 4;

/** Named unlike those of calls: they are told side by side. */
export interface ServedCounters {
  taken: number;
  answered: number;
  faulted: number;
  overloaded: number;
  aborted: number;
  /** Asked again for an operation that runs or has run. */
  repeated: number;
}

interface Line {
  readonly served: Served;
  readonly queue: FairQueue<PeerId, Work>;
  running: number;
  isDraining: boolean;
}

interface Work {
  readonly caller: PeerId;
  attempt: number;
  readonly request: Request<Uint8Array>;
  readonly line: Line;
  readonly deadlineMs: number;
  timer: Appointment;
  readonly operation: string | undefined;
  credit: number;
  run: Run | undefined;
  isOver: boolean;
}

/** What a run of a handler tells the dispatcher; of what is over it tells nothing. */
interface WorkEvents {
  readonly finish: (work: Work, outcome: Remembered) => void;
  readonly item: (work: Work, payload: Payload) => void;
}

class WorkRun implements Run {
  onCredit: (() => void) | undefined = undefined;
  listener: RunListener | undefined = undefined;
  readonly startedMs: number;
  readonly #work: Work;
  readonly #events: WorkEvents;

  constructor(work: Work, startedMs: number, events: WorkEvents) {
    this.#work = work;
    this.startedMs = startedMs;
    this.#events = events;
  }

  get service(): string {
    return this.#work.request.service;
  }

  get caller(): PeerId {
    return this.#work.caller;
  }

  get payload(): Uint8Array {
    return this.#work.request.payload;
  }

  get deadlineMs(): number {
    return this.#work.deadlineMs;
  }

  get trace(): TraceStep {
    return this.#work.request.trace;
  }

  get hasCredit(): boolean {
    return this.#work.credit > 0;
  }

  reply(payload: Payload): void {
    this.#finish({ kind: 'reply', attempt: this.#work.attempt, payload });
  }

  fail(code: FaultCode, detail: string): void {
    this.#finish({ kind: 'fault', attempt: this.#work.attempt, code, detail });
  }

  item(payload: Payload): boolean {
    const work = this.#work;
    if (work.isOver) return false;
    work.credit -= 1;
    this.#events.item(work, payload);
    return work.credit > 0;
  }

  #finish(outcome: Remembered): void {
    if (!this.#work.isOver) this.#events.finish(this.#work, outcome);
  }
}

export interface DispatcherOptions extends OperationBounds {
  readonly host: ServicesHost;
  readonly agenda: Agenda;
  readonly servedMax: number;
  readonly send: (to: PeerId, message: ServiceMessage) => boolean;
  /** A service has nothing to do any more. */
  readonly onIdle: (service: string) => void;
}

/** The side of a call that answers: who runs when, for how long, and never twice. */
export class Dispatcher {
  readonly counters: ServedCounters = {
    taken: 0,
    answered: 0,
    faulted: 0,
    overloaded: 0,
    aborted: 0,
    repeated: 0,
  };
  readonly #options: DispatcherOptions;
  readonly #lines = new Map<string, Line>();
  readonly #works: Works<Work>;
  readonly #operations: Operations<Work>;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#works = new Works(options.host.random.split('works').next());
    this.#operations = new Operations(options);
  }

  get size(): { readonly works: number; readonly operations: number } {
    return { works: this.#works.size, operations: this.#operations.size };
  }

  /** Running and waiting calls of a service. */
  load(service: string): { readonly running: number; readonly waiting: number } {
    const line = this.#lines.get(service);
    return { running: line?.running ?? 0, waiting: line?.queue.size ?? 0 };
  }

  add(served: Served): void {
    const queue = new FairQueue<PeerId, Work>();
    this.#lines.set(served.name, { served, queue, running: 0, isDraining: false });
  }

  /** Takes no more calls; what is here is done. */
  drain(service: string): void {
    const line = this.#lines.get(service);
    if (line === undefined) return;
    line.isDraining = true;
    if (line.running + line.queue.size === 0) this.#options.onIdle(service);
  }

  /** Ends a service, with what it has to do. */
  remove(service: string): void {
    for (const work of this.#works.list()) {
      if (work.line.served.name === service) this.#abort(work, 'closed', 'draining');
    }
    this.#lines.delete(service);
  }

  received(caller: PeerId, request: Request<Uint8Array>): void {
    const { host, agenda } = this.#options;
    const nowMs = host.now().monotonicMs;
    const operation = request.operation === '' ? undefined : `${caller}/${request.operation}`;
    if (operation !== undefined && this.#isRepeated(caller, request, operation, nowMs)) return;
    const line = this.#lines.get(request.service);
    const refusal = this.#refusal(request, line, caller, operation, nowMs);
    if (refusal !== undefined || line === undefined) {
      const [code, detail] = refusal ?? (['unknown-service', ''] as const);
      if (code === 'overloaded') this.counters.overloaded += 1;
      this.#options.send(caller, { kind: 'fault', attempt: request.attempt, code, detail });
      return;
    }
    if (this.#works.get(caller, request.attempt) !== undefined) return;
    const deadlineMs = nowMs + request.remainingMs;
    const mayStart = line.running < line.served.concurrency;
    const work: Work = {
      caller,
      attempt: request.attempt,
      // What waits outlives the buffer of its link.
      request: mayStart ? request : { ...request, payload: new Uint8Array(request.payload) },
      line,
      deadlineMs,
      operation,
      credit: STREAM_WINDOW,
      run: undefined,
      isOver: false,
      timer: agenda.add(deadlineMs, () => this.#abort(work, 'timeout', 'timeout')),
    };
    this.#works.add(work);
    if (operation !== undefined) this.#operations.begin(operation, work);
    if (mayStart) this.#start(work, nowMs);
    else line.queue.add(caller, work);
  }

  cancelled(caller: PeerId, attempt: number): void {
    const work = this.#works.get(caller, attempt);
    if (work !== undefined) this.#abort(work, 'cancelled', undefined);
  }

  credited(caller: PeerId, attempt: number, items: number): void {
    const work = this.#works.get(caller, attempt);
    if (work === undefined) return;
    work.credit = Math.min(STREAM_WINDOW, work.credit + items);
    work.run?.onCredit?.();
  }

  /** A caller vanished: nobody waits for what may be repeated; what may not is finished and remembered. */
  linkDown(caller: PeerId): void {
    for (const work of this.#works.list()) {
      if (work.caller !== caller) continue;
      const isWaiting = work.run === undefined;
      if (isWaiting || work.operation === undefined) this.#abort(work, 'caller-gone', undefined);
    }
    this.#works.tidy();
  }

  /** Ends everything without an answer. */
  close(): void {
    for (const work of this.#works.list()) this.#abort(work, 'closed', 'draining');
    this.#lines.clear();
  }

  #isRepeated(caller: PeerId, request: Request, operation: string, nowMs: number): boolean {
    const known = this.#operations.find(operation, nowMs);
    if (known === undefined) return false;
    this.counters.repeated += 1;
    if (known.outcome !== undefined) {
      this.#options.send(caller, { ...known.outcome, attempt: request.attempt });
      return true;
    }
    const { work } = known;
    if (work === undefined) return false;
    this.#works.delete(work);
    work.attempt = request.attempt;
    this.#works.add(work);
    return true;
  }

  #refusal(
    request: Request,
    line: Line | undefined,
    caller: PeerId,
    operation: string | undefined,
    nowMs: number,
  ): readonly [FaultCode, string] | undefined {
    const { host, servedMax } = this.#options;
    const { service } = request;
    if (request.generation !== host.generation) return ['restarted', 'it was started again'];
    if (line === undefined) return ['unknown-service', `${service} is not provided here`];
    if (line.isDraining) return ['draining', `${service} is about to end here`];
    if (line.served.stream !== request.stream) {
      return [
        'not-a-stream',
        `${service} ${line.served.stream ? 'gives a stream' : 'gives one result'}`,
      ];
    }
    const { concurrency, queuePerCaller } = line.served;
    const isQueued = line.running >= concurrency;
    const isFull =
      isQueued &&
      (line.queue.waitingOf(caller) >= queuePerCaller ||
        line.queue.size >= queuePerCaller * FULL_LINES_MAX);
    if (isFull) return ['overloaded', `${concurrency} calls of ${service} run, and too many wait`];
    if (this.#works.size >= servedMax) return ['overloaded', `${servedMax} calls are here`];
    if (operation !== undefined && !this.#operations.hasRoom(nowMs)) {
      return ['overloaded', 'no room to remember what must not run twice'];
    }
    return undefined;
  }

  #start(work: Work, nowMs: number): void {
    const { line } = work;
    line.running += 1;
    this.counters.taken += 1;
    const run = new WorkRun(work, nowMs, this.#said);
    work.run = run;
    line.served.begin(run);
  }

  readonly #said: WorkEvents = {
    finish: (work, outcome) => this.#finish(work, outcome),
    item: ({ caller, attempt }, payload) => {
      this.#options.send(caller, { kind: 'item', attempt, payload });
    },
  };

  #finish(work: Work, outcome: Remembered): void {
    if (outcome.kind === 'reply') this.counters.answered += 1;
    else this.counters.faulted += 1;
    this.#options.send(work.caller, outcome);
    this.#remember(work, outcome);
    this.#release(work);
  }

  #remember({ operation, deadlineMs }: Work, outcome: Remembered): void {
    if (operation === undefined) return;
    const nowMs = this.#options.host.now().monotonicMs;
    const untilMs = Math.max(nowMs + OPERATION_MEMORY_MS, deadlineMs);
    const kept =
      outcome.kind === 'reply' && outcome.payload instanceof Uint8Array
        ? { ...outcome, payload: new Uint8Array(outcome.payload) }
        : outcome;
    this.#operations.end(operation, kept, untilMs);
  }

  /** @param fault what the caller is told; undefined: it does not listen any more */
  #abort(work: Work, cause: AbortCause, fault: FaultCode | undefined): void {
    if (work.isOver) return;
    this.counters.aborted += 1;
    const { line, caller, operation, run } = work;
    if (run === undefined) {
      line.queue.remove(caller, work);
      if (operation !== undefined) this.#operations.forget(operation);
    } else {
      const detail = `it was ended: ${cause}`;
      this.#remember(work, { kind: 'fault', attempt: 0, code: 'timeout', detail });
    }
    if (fault !== undefined) {
      const detail = fault === 'timeout' ? 'no answer before the deadline' : 'the service ends';
      // What a handler has begun was taken, whatever ends it.
      const code = run !== undefined && fault === 'draining' ? 'handler-failed' : fault;
      this.#options.send(caller, { kind: 'fault', attempt: work.attempt, code, detail });
    }
    this.#release(work);
    run?.listener?.aborted(cause);
  }

  #release(work: Work): void {
    work.isOver = true;
    work.timer.cancel();
    const { line } = work;
    this.#works.delete(work);
    if (work.run !== undefined) line.running -= 1;
    while (line.running < line.served.concurrency) {
      const next = line.queue.take();
      if (next === undefined) break;
      this.#start(next, this.#options.host.now().monotonicMs);
    }
    if (line.isDraining && line.running + line.queue.size === 0) {
      this.#options.onIdle(line.served.name);
    }
  }
}
