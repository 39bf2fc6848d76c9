import type { Call, CallRequest } from './call.js';

interface NewCall extends Pick<Call, 'request' | 'breaker' | 'permit' | 'operation'> {
  readonly nowMs: number;
}

/** A call that nobody was asked for yet. */
export function newCall({ request, breaker, permit, operation, nowMs }: NewCall): Call {
  return {
    request,
    breaker,
    permit,
    operation,
    deadlineMs: nowMs + request.timeoutMs,
    attempts: [],
    tried: [],
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
