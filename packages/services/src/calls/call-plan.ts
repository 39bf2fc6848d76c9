import type { Attempt, Call, CallRequest } from './call.js';

interface NewCall extends Pick<Call, 'request' | 'breaker' | 'permit' | 'operation'> {
  readonly nowMs: number;
}

const NONE: readonly never[] = [];

/** A call that nobody was asked for yet. */
export function newCall({ request, breaker, permit, operation, nowMs }: NewCall): Call {
  return {
    request,
    breaker,
    permit,
    operation,
    deadlineMs: nowMs + request.timeoutMs,
    attempts: NONE,
    tried: NONE,
    place: 0,
    hedgeAtMs: hedgeAtOf(request, nowMs),
    againAtMs: Number.POSITIVE_INFINITY,
    timer: undefined,
    count: 0,
    diverted: 0,
    items: 0,
    isOver: false,
  };
}

/** When something is to be done for a call, unless an answer comes first. */
export function nextMsOf({ deadlineMs, hedgeAtMs, againAtMs, attempts }: Call): number {
  let nextMs = Math.min(deadlineMs, hedgeAtMs, againAtMs);
  for (const { giveUpAtMs } of attempts) nextMs = Math.min(nextMs, giveUpAtMs);
  return nextMs;
}

/** Notes what was sent. A list with one place is less than an empty one that grows. */
export function noteAttempt(call: Call, attempt: Attempt): void {
  const { attempts, tried } = call;
  const { peer } = attempt.copy;
  call.attempts = attempts.length === 0 ? [attempt] : [...attempts, attempt];
  if (!tried.includes(peer)) call.tried = tried.length === 0 ? [peer] : [...tried, peer];
}

/** It is over; it may have ended with its call before. */
export function forgetAttempt(call: Call, attempt: Attempt): void {
  const { attempts } = call;
  const isOnly = attempts.length === 1 && attempts[0] === attempt;
  call.attempts = isOnly ? NONE : attempts.filter((each) => each !== attempt);
}

/** When an attempt that begins now is given up for another; infinity: never. */
export function giveUpAtOf({ request, deadlineMs }: Call, nowMs: number): number {
  const atMs = nowMs + request.attemptTimeoutMs;
  return request.idempotent && atMs < deadlineMs ? atMs : Number.POSITIVE_INFINITY;
}

/** When a second provider is asked as well; infinity: never. */
function hedgeAtOf({ hedgeAfterMs, idempotent, stream }: CallRequest, nowMs: number): number {
  const may = hedgeAfterMs !== undefined && idempotent && !stream;
  return may ? nowMs + hedgeAfterMs : Number.POSITIVE_INFINITY;
}
