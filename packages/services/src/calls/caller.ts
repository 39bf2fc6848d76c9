import { HearsayError, type PeerId } from '@hearsay/core';
import { choose } from '../balance/balancer.js';
import type { ServiceErrorCode } from '../errors.js';
import { STREAM_WINDOW } from '../limits.js';
import { fullJitterMs } from '../resilience/backoff.js';
import type { Breaker } from '../resilience/breaker.js';
import type { RetryBudget } from '../resilience/retry-budget.js';
import type { ServicesHost } from '../services-host.js';
import type { ServiceMessage } from '../wire/messages.js';
import type { Agenda } from './agenda.js';
import {
  type Attempt,
  type AttemptFault,
  BREAKING,
  type Call,
  type CallRequest,
  CODE_OF,
  FAILURES,
  FREE,
  failed,
  NOT_TAKEN,
  type Outcome,
  outcomeUnknown,
} from './call.js';
import { type CallCounters, noCalls } from './call-counters.js';
import type { Providers } from './providers.js';

export interface CallerOptions {
  readonly host: ServicesHost;
  readonly agenda: Agenda;
  readonly providers: Providers;
  readonly budget: RetryBudget;
  /** The breaker of a service as a whole. */
  readonly breakerOf: (service: string) => Breaker;
  readonly callsMax: number;
  /** Random, of this opening: operations of two runs must not be taken for one. */
  readonly session: string;
  /** @returns false: nobody is there */
  readonly send: (to: PeerId, message: ServiceMessage) => boolean;
}

const BACKOFF = { baseMs: 20, capMs: 1_000 };
/** However often providers turn a call away before a handler sees it. */
const DIVERSIONS_MAX = 16;
/** The side of a call that asks: whom, how often, and until when. */
export class Caller {
  readonly counters: CallCounters = noCalls();
  readonly #options: CallerOptions;
  readonly #calls = new Set<Call>();
  readonly #attempts = new Map<number, Attempt>();
  readonly #turns = new Map<string, number>();
  /** Of the last attempt; begins anywhere, so that a run before this one is not mistaken for it. */
  #number: number;

  constructor(options: CallerOptions) {
    this.#options = options;
    this.#number = options.host.random.next();
  }

  get size(): { readonly calls: number; readonly attempts: number } {
    return { calls: this.#calls.size, attempts: this.#attempts.size };
  }

  /** @returns the call, or undefined when it was settled already */
  begin(request: CallRequest): Call | undefined {
    const { host, agenda, breakerOf, budget, callsMax, session } = this.#options;
    const nowMs = host.now().monotonicMs;
    this.counters.calls += 1;
    if (this.#calls.size >= callsMax) {
      this.#refuse(request, 'overloaded', `${callsMax} calls are under way already`);
      return undefined;
    }
    if (!this.#options.providers.isKnown(request.service)) {
      this.#refuse(request, 'no-provider', `nobody provides ${request.service}`);
      return undefined;
    }
    const permit = breakerOf(request.service).enter(nowMs);
    if (permit === undefined) {
      this.#refuse(request, 'unavailable', `the breaker of ${request.service} is open`);
      return undefined;
    }
    budget.called();
    const call: Call = {
      request,
      permit,
      operation: request.operation ?? (request.idempotent ? '' : `${session}.${this.#number}`),
      deadlineMs: nowMs + request.timeoutMs,
      attempts: [],
      tried: [],
      timers: [],
      count: 0,
      diverted: 0,
      items: 0,
      isOver: false,
    };
    this.#calls.add(call);
    call.timers.push(agenda.add(call.deadlineMs, () => this.#deadline(call)));
    this.#try(call);
    if (call.isOver) return undefined;
    this.#planHedge(call);
    return call;
  }

  cancel(call: Call): void {
    this.#settle(call, failed('cancelled', 'cancelled by the caller'));
  }

  /** The reader of a stream has room for so many more items. */
  grant(call: Call, items: number): void {
    for (const attempt of call.attempts) {
      attempt.unread -= items;
      const message = { kind: 'credit', attempt: attempt.number, items } as const;
      this.#options.send(attempt.copy.peer, message);
    }
  }

  /** @throws HearsayError `malformed`: the provider sent more of a stream than was asked */
  received(
    from: PeerId,
    message: Extract<ServiceMessage, { kind: 'reply' | 'fault' | 'item' }>,
  ): void {
    const attempt = this.#attempts.get(message.attempt);
    if (attempt === undefined || attempt.copy.peer !== from) {
      this.counters.stray += 1;
      return;
    }
    switch (message.kind) {
      case 'reply':
        return this.#replied(attempt, message.payload);
      case 'fault':
        return this.#faulted(attempt, message.code, message.detail);
      case 'item':
        return this.#item(attempt, message.payload);
    }
  }

  linkDown(peer: PeerId): void {
    for (const attempt of [...this.#attempts.values()]) {
      if (attempt.copy.peer !== peer || attempt.isStranded) continue;
      const { idempotent, stream } = attempt.call.request;
      if (idempotent || stream) this.#faulted(attempt, 'lost', 'its provider vanished');
      else this.#strand(attempt);
    }
  }

  linkUp(peer: PeerId): void {
    for (const attempt of [...this.#attempts.values()]) {
      if (attempt.copy.peer !== peer || !attempt.isStranded) continue;
      attempt.isStranded = false;
      attempt.resends += 1;
      this.counters.resent += 1;
      if (!this.#post(attempt)) attempt.isStranded = true;
    }
  }

  /** A provider is dead or has left: what was stranded there is not found out any more. */
  gone(peer: PeerId): void {
    for (const { call, copy, isStranded } of [...this.#attempts.values()]) {
      if (copy.peer === peer && isStranded) this.#settle(call, outcomeUnknown());
    }
  }

  /** Ends everything. */
  close(): void {
    for (const call of [...this.#calls])
      this.#settle(call, failed('closed', 'services are closed'));
  }

  #refuse(request: CallRequest, code: ServiceErrorCode, detail: string): void {
    this.counters.failed += 1;
    request.settled(failed(code, detail));
  }

  #try(call: Call): void {
    if (call.isOver) return;
    const { host, providers } = this.#options;
    const { service, strategy, key } = call.request;
    const nowMs = host.now().monotonicMs;
    const candidates = providers.candidates(service, nowMs);
    const { tried } = call;
    const fresh =
      tried.length === 0 ? candidates : candidates.filter(({ copy }) => !tried.includes(copy.peer));
    const turn = this.#turns.get(service) ?? 0;
    this.#turns.set(service, turn + 1);
    const chosen = choose(fresh.length > 0 ? fresh : candidates, {
      strategy,
      key,
      turn,
      random: host.random,
    });
    const permit = chosen?.of.breaker.enter(nowMs);
    if (chosen === undefined || permit === undefined) return this.#nobody(call);
    this.#number += 1;
    const attempt: Attempt = {
      number: this.#number,
      call,
      copy: chosen.copy,
      of: chosen.of,
      permit,
      sentMs: nowMs,
      isStranded: false,
      resends: 0,
      unread: 0,
    };
    if (!tried.includes(chosen.copy.peer)) tried.push(chosen.copy.peer);
    call.attempts.push(attempt);
    this.#attempts.set(attempt.number, attempt);
    attempt.of.flying.set(attempt.number, nowMs);
    if (!this.#post(attempt)) return this.#faulted(attempt, 'unsent', 'its link is gone');
    call.count += 1;
    this.#planNoAnswer(attempt, nowMs);
  }

  #post({ number, call, copy }: Attempt): boolean {
    const { request, operation, deadlineMs } = call;
    const remainingMs = Math.ceil(deadlineMs - this.#options.host.now().monotonicMs);
    return this.#options.send(copy.peer, {
      kind: 'request',
      attempt: number,
      generation: copy.generation,
      service: request.service,
      remainingMs: Math.max(1, remainingMs),
      idempotent: request.idempotent,
      stream: request.stream,
      operation,
      trace: request.trace,
      payload: request.payload,
    });
  }

  /** Providers are known, and none may be called now. */
  #nobody(call: Call): void {
    const { service, attemptsMax } = call.request;
    if (call.attempts.length > 0) return; // A hedge without anybody to ask.
    call.diverted += 1;
    if (call.diverted < attemptsMax) return this.#later(call, call.diverted);
    this.#settle(call, failed('unavailable', `no provider of ${service} may be called now`));
  }

  #planNoAnswer(attempt: Attempt, nowMs: number): void {
    const { call } = attempt;
    const { idempotent, attemptTimeoutMs } = call.request;
    const atMs = nowMs + attemptTimeoutMs;
    if (!idempotent || atMs >= call.deadlineMs) return;
    this.#plan(call, atMs, () => {
      if (this.#attempts.has(attempt.number) && call.items === 0) {
        this.#tellCancelled(attempt);
        this.#faulted(attempt, 'no-answer', 'its provider did not answer in time');
      }
    });
  }

  #planHedge(call: Call): void {
    const { hedgeAfterMs, idempotent, stream } = call.request;
    if (hedgeAfterMs === undefined || !idempotent || stream) return;
    const { host, budget } = this.#options;
    this.#plan(call, host.now().monotonicMs + hedgeAfterMs, () => {
      if (call.attempts.length !== 1 || !budget.draw()) return;
      this.counters.hedged += 1;
      this.#try(call);
    });
  }

  #plan(call: Call, atMs: number, run: () => void): void {
    call.timers.push(this.#options.agenda.add(atMs, run));
  }

  #replied(attempt: Attempt, payload: Uint8Array): void {
    const { call, of, permit, sentMs, copy } = attempt;
    const nowMs = this.#options.host.now().monotonicMs;
    of.breaker.succeeded(permit);
    of.latency.measured(nowMs - sentMs, nowMs);
    of.served += 1;
    copy.health.take('call-answered');
    this.#end(attempt);
    this.#settle(call, { kind: 'replied', payload, provider: copy.peer });
  }

  #item(attempt: Attempt, payload: Uint8Array): void {
    const { call } = attempt;
    attempt.unread += 1;
    if (attempt.unread > STREAM_WINDOW || call.request.item === undefined) {
      throw new HearsayError('malformed', 'more of a stream than was asked for');
    }
    call.items += 1;
    call.request.item(payload);
  }

  #faulted(attempt: Attempt, fault: AttemptFault, detail: string): void {
    const { call, of, permit, copy } = attempt;
    const nowMs = this.#options.host.now().monotonicMs;
    if (BREAKING.has(fault)) {
      of.failed += 1;
      of.latency.measured(nowMs - attempt.sentMs, nowMs);
      of.breaker.failed(permit, nowMs);
    } else if (NOT_TAKEN.has(fault)) of.breaker.forgot(permit, nowMs);
    else of.breaker.succeeded(permit);
    copy.health.take(fault === 'lost' || fault === 'no-answer' ? 'call-lost' : 'call-answered');
    this.#end(attempt);
    // Another run of the provider knows nothing of what the one before may have done.
    if (fault === 'restarted' && attempt.resends > 0) return this.#settle(call, outcomeUnknown());
    if (!this.#mayGoOn(call, fault)) return this.#settle(call, failed(CODE_OF[fault], detail));
    if (call.attempts.length > 0) return; // Its hedge is still out.
    this.#again(call, fault, detail);
  }

  #mayGoOn(call: Call, fault: AttemptFault): boolean {
    if (call.items > 0) return false; // What was read of a stream cannot be taken back.
    if (NOT_TAKEN.has(fault)) return true;
    return call.request.idempotent && (fault === 'lost' || fault === 'no-answer');
  }

  #again(call: Call, fault: AttemptFault, detail: string): void {
    if (FREE.has(fault)) {
      call.diverted += 1;
      this.counters.diverted += 1;
      if (call.diverted <= DIVERSIONS_MAX) return this.#try(call);
      return this.#settle(call, failed(CODE_OF[fault], detail));
    }
    const hasAttempts = call.count < call.request.attemptsMax;
    const isPaid = hasAttempts && this.#options.budget.draw();
    if (!isPaid) {
      if (hasAttempts) this.counters.refusedRetries += 1;
      return this.#settle(call, failed(CODE_OF[fault], detail));
    }
    this.counters.retried += 1;
    // Who vanished is not overloaded, and the others are not because of it: no need to wait.
    if (fault === 'lost' && call.count === 1) return this.#try(call);
    this.#later(call, call.count - 1);
  }

  #later(call: Call, retry: number): void {
    const { host } = this.#options;
    const waitMs = fullJitterMs(retry, BACKOFF, host.random);
    this.#plan(call, host.now().monotonicMs + waitMs, () => this.#try(call));
  }

  #strand(attempt: Attempt): void {
    attempt.isStranded = true;
    attempt.of.flying.delete(attempt.number);
    attempt.of.failed += 1;
    attempt.of.breaker.failed(attempt.permit, this.#options.host.now().monotonicMs);
  }

  #deadline(call: Call): void {
    const { host } = this.#options;
    const isStranded = call.attempts.some((attempt) => attempt.isStranded);
    for (const attempt of call.attempts) {
      if (attempt.isStranded) continue;
      attempt.of.failed += 1;
      attempt.of.breaker.failed(attempt.permit, host.now().monotonicMs);
      attempt.of.latency.measured(host.now().monotonicMs - attempt.sentMs, host.now().monotonicMs);
      attempt.copy.health.take('call-lost');
    }
    const detail = `no answer within ${call.request.timeoutMs} ms`;
    this.#settle(call, isStranded ? outcomeUnknown() : failed('timeout', detail));
  }

  #settle(call: Call, outcome: Outcome): void {
    if (call.isOver) return;
    call.isOver = true;
    const { host, breakerOf } = this.#options;
    const nowMs = host.now().monotonicMs;
    for (const timer of call.timers) timer.cancel();
    call.timers.length = 0;
    for (const attempt of call.attempts.slice()) {
      this.#tellCancelled(attempt);
      attempt.of.breaker.forgot(attempt.permit, nowMs);
      this.#end(attempt);
    }
    this.#calls.delete(call);
    const breaker = breakerOf(call.request.service);
    if (outcome.kind === 'replied') {
      this.counters.replied += 1;
      breaker.succeeded(call.permit);
    } else {
      this.counters.failed += 1;
      if (FAILURES.has(outcome.code)) breaker.failed(call.permit, nowMs);
      else breaker.forgot(call.permit, nowMs);
    }
    call.request.settled(outcome);
  }

  #tellCancelled({ number, copy, isStranded }: Attempt): void {
    if (!isStranded) this.#options.send(copy.peer, { kind: 'cancel', attempt: number });
  }

  #end(attempt: Attempt): void {
    const { attempts } = attempt.call;
    const place = attempts.indexOf(attempt);
    if (place >= 0) attempts.splice(place, 1); // It may have ended with its call.
    attempt.of.flying.delete(attempt.number);
    this.#attempts.delete(attempt.number);
  }
}
