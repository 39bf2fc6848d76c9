import { HearsayError, type PeerId } from '@hearsay/core';
import { choose } from '../balance/balancer.js';
import { Turns } from '../balance/turns.js';
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
  mayGoOn,
  NOT_TAKEN,
  type Outcome,
  outcomeUnknown,
} from './call.js';
import { type CallCounters, noCalls } from './call-counters.js';
import { forgetAttempt, giveUpAtOf, newCall, nextMsOf, noteAttempt } from './call-plan.js';
import { NumberMap } from './number-map.js';
import type { Providers } from './providers.js';
import { Roll } from './roll.js';

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
/** Attempts are found by their numbers: those of 31 bits are found faster, and leave room for a billion more. */
const FIRST_NUMBER_MAX = 2 ** 30;

/** The side of a call that asks: whom, how often, and until when. */
export class Caller {
  readonly counters: CallCounters = noCalls();
  readonly #options: CallerOptions;
  readonly #calls = new Roll<Call>();
  readonly #attempts: NumberMap<Attempt>;
  readonly #turns = new Turns();
  /** Calls so far, by which operations are told apart. */
  #begun = 0;
  /** Of the last attempt; begins anywhere, so that a run before this one is not mistaken for it. */
  #number: number;

  constructor(options: CallerOptions) {
    this.#options = options;
    this.#number = options.host.random.below(FIRST_NUMBER_MAX);
    this.#attempts = new NumberMap(options.host.random.split('attempts').next());
  }

  get size(): { readonly calls: number; readonly attempts: number } {
    return { calls: this.#calls.size, attempts: this.#attempts.size };
  }

  /** @returns the call, or undefined when it was settled already */
  begin(request: CallRequest): Call | undefined {
    const { breakerOf, budget, callsMax, session } = this.#options;
    const nowMs = request.startedMs;
    this.counters.calls += 1;
    if (this.#calls.size >= callsMax) {
      this.#refuse(request, 'overloaded', `${callsMax} calls are under way already`);
      return undefined;
    }
    if (!this.#options.providers.isKnown(request.service)) {
      this.#refuse(request, 'no-provider', `nobody provides ${request.service}`);
      return undefined;
    }
    const breaker = breakerOf(request.service);
    const permit = breaker.enter(nowMs);
    if (permit === undefined) {
      this.#refuse(request, 'unavailable', `the breaker of ${request.service} is open`);
      return undefined;
    }
    budget.called();
    this.#begun += 1;
    const operation = request.operation ?? (request.idempotent ? '' : `${session}.${this.#begun}`);
    const call = newCall({ request, breaker, permit, operation, nowMs });
    this.#calls.add(call);
    this.#try(call, nowMs);
    return call.isOver ? undefined : call;
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
    message: Extract<ServiceMessage<Uint8Array>, { kind: 'reply' | 'fault' | 'item' }>,
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
    for (const attempt of this.#attempts.list()) {
      if (attempt.copy.peer !== peer || attempt.isStranded) continue;
      const { idempotent, stream } = attempt.call.request;
      if (idempotent || stream) this.#faulted(attempt, 'lost', 'its provider vanished');
      else this.#strand(attempt);
    }
  }

  linkUp(peer: PeerId): void {
    const nowMs = this.#options.host.now().monotonicMs;
    for (const attempt of this.#attempts.list()) {
      if (attempt.copy.peer !== peer || !attempt.isStranded) continue;
      attempt.isStranded = false;
      attempt.resends += 1;
      this.counters.resent += 1;
      if (!this.#post(attempt, nowMs)) attempt.isStranded = true;
    }
  }

  /** A provider is dead or has left: what was stranded there is not found out any more. */
  gone(peer: PeerId): void {
    for (const { call, copy, isStranded } of this.#attempts.list()) {
      if (copy.peer === peer && isStranded) this.#settle(call, outcomeUnknown());
    }
  }

  /** Ends everything. */
  close(): void {
    for (const call of this.#calls.list())
      this.#settle(call, failed('closed', 'services are closed'));
  }

  #refuse(request: CallRequest, code: ServiceErrorCode, detail: string): void {
    this.counters.failed += 1;
    request.settled(failed(code, detail));
  }

  #try(call: Call, nowMs: number): void {
    if (call.isOver) return;
    const { host, providers } = this.#options;
    const { service, strategy, key } = call.request;
    const candidates = providers.candidates(service, nowMs);
    const { tried } = call;
    const fresh =
      tried.length === 0 ? candidates : candidates.filter(({ copy }) => !tried.includes(copy.peer));
    const choices = fresh.length > 0 ? fresh : candidates;
    const chosen =
      choices.length === 1
        ? choices[0]
        : choose(choices, { strategy, key, turn: this.#turns.next(service), random: host.random });
    const permit = chosen?.of.breaker.enter(nowMs);
    if (chosen === undefined || permit === undefined) return this.#nobody(call, nowMs);
    this.#number += 1;
    const attempt: Attempt = {
      number: this.#number,
      call,
      copy: chosen.copy,
      of: chosen.of,
      permit,
      sentMs: nowMs,
      giveUpAtMs: giveUpAtOf(call, nowMs),
      isStranded: false,
      resends: 0,
      unread: 0,
      earlier: undefined,
      later: undefined,
      isFlying: false,
    };
    noteAttempt(call, attempt);
    this.#attempts.set(attempt.number, attempt);
    attempt.of.flights.add(attempt);
    if (!this.#post(attempt, nowMs)) return this.#faulted(attempt, 'unsent', 'its link is gone');
    call.count += 1;
    this.#plan(call);
  }

  #post({ number, call, copy }: Attempt, nowMs: number): boolean {
    const { request, operation, deadlineMs } = call;
    // Not up: the sum and difference of two times may be a hair over what was asked for.
    const remainingMs = Math.round(deadlineMs - nowMs);
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
  #nobody(call: Call, nowMs: number): void {
    const { service, attemptsMax } = call.request;
    if (call.attempts.length > 0) return this.#plan(call); // A hedge without anybody to ask.
    call.diverted += 1;
    if (call.diverted < attemptsMax) return this.#later(call, call.diverted, nowMs);
    this.#settle(call, failed('unavailable', `no provider of ${service} may be called now`));
  }

  /** Looks at a call again when there is something to do; one that is looked at earlier anyway stays so. */
  #plan(call: Call): void {
    const atMs = nextMsOf(call);
    if (call.timer !== undefined && call.timer.atMs <= atMs) return;
    call.timer?.cancel();
    call.timer = this.#options.agenda.add(atMs, () => this.#look(call));
  }

  /** Does what is due for a call. */
  #look(call: Call): void {
    call.timer = undefined;
    const { host, budget } = this.#options;
    const nowMs = host.now().monotonicMs;
    if (nowMs >= call.deadlineMs) return this.#deadline(call, nowMs);
    for (const attempt of call.attempts) {
      if (nowMs < attempt.giveUpAtMs) continue;
      this.#tellCancelled(attempt);
      this.#faulted(attempt, 'no-answer', 'its provider did not answer in time');
    }
    if (nowMs >= call.hedgeAtMs) {
      call.hedgeAtMs = Number.POSITIVE_INFINITY;
      if (call.attempts.length === 1 && budget.draw()) {
        this.counters.hedged += 1;
        this.#try(call, nowMs);
      }
    }
    if (nowMs >= call.againAtMs) {
      call.againAtMs = Number.POSITIVE_INFINITY;
      this.#try(call, nowMs);
    }
    if (!call.isOver) this.#plan(call);
  }

  #replied(attempt: Attempt, payload: Uint8Array): void {
    const { call, of, permit, sentMs, copy } = attempt;
    const nowMs = this.#options.host.now().monotonicMs;
    of.breaker.succeeded(permit);
    of.latency.measured(nowMs - sentMs, nowMs);
    of.served += 1;
    copy.health.take('call-answered');
    this.#end(attempt);
    this.#settle(call, { kind: 'replied', payload, provider: copy.peer }, nowMs);
  }

  #item(attempt: Attempt, payload: Uint8Array): void {
    const { call } = attempt;
    attempt.unread += 1;
    if (attempt.unread > STREAM_WINDOW || !call.request.stream) {
      throw new HearsayError('malformed', 'more of a stream than was asked for');
    }
    call.items += 1;
    attempt.giveUpAtMs = Number.POSITIVE_INFINITY;
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
    if (!mayGoOn(call, fault)) return this.#settle(call, failed(CODE_OF[fault], detail));
    if (call.attempts.length > 0) return; // Its hedge is still out.
    this.#again(call, { fault, detail, nowMs });
  }

  #again(
    call: Call,
    { fault, detail, nowMs }: { fault: AttemptFault; detail: string; nowMs: number },
  ): void {
    if (FREE.has(fault)) {
      call.diverted += 1;
      this.counters.diverted += 1;
      if (call.diverted <= DIVERSIONS_MAX) return this.#try(call, nowMs);
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
    if (fault === 'lost' && call.count === 1) return this.#try(call, nowMs);
    this.#later(call, call.count - 1, nowMs);
  }

  #later(call: Call, retry: number, nowMs: number): void {
    call.againAtMs = nowMs + fullJitterMs(retry, BACKOFF, this.#options.host.random);
    this.#plan(call);
  }

  #strand(attempt: Attempt): void {
    attempt.isStranded = true;
    attempt.of.flights.delete(attempt);
    attempt.of.failed += 1;
    attempt.of.breaker.failed(attempt.permit, this.#options.host.now().monotonicMs);
  }

  #deadline(call: Call, nowMs: number): void {
    const isStranded = call.attempts.some((attempt) => attempt.isStranded);
    for (const attempt of call.attempts) {
      if (attempt.isStranded) continue;
      attempt.of.failed += 1;
      attempt.of.breaker.failed(attempt.permit, nowMs);
      attempt.of.latency.measured(nowMs - attempt.sentMs, nowMs);
      attempt.copy.health.take('call-lost');
    }
    const detail = `no answer within ${call.request.timeoutMs} ms`;
    this.#settle(call, isStranded ? outcomeUnknown() : failed('timeout', detail));
  }

  #settle(
    call: Call,
    outcome: Outcome,
    nowMs: number = this.#options.host.now().monotonicMs,
  ): void {
    if (call.isOver) return;
    call.isOver = true;
    call.timer?.cancel();
    call.timer = undefined;
    for (const attempt of call.attempts) {
      this.#tellCancelled(attempt);
      attempt.of.breaker.forgot(attempt.permit, nowMs);
      this.#end(attempt);
    }
    this.#calls.delete(call);
    if (outcome.kind === 'replied') {
      this.counters.replied += 1;
      call.breaker.succeeded(call.permit);
    } else {
      this.counters.failed += 1;
      if (FAILURES.has(outcome.code)) call.breaker.failed(call.permit, nowMs);
      else call.breaker.forgot(call.permit, nowMs);
    }
    call.request.settled(outcome);
  }

  #tellCancelled({ number, copy, isStranded }: Attempt): void {
    if (!isStranded) this.#options.send(copy.peer, { kind: 'cancel', attempt: number });
  }

  #end(attempt: Attempt): void {
    forgetAttempt(attempt.call, attempt);
    attempt.of.flights.delete(attempt);
    this.#attempts.delete(attempt.number);
  }
}
