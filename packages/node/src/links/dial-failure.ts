import type { DialFailure } from '@hearsay/core';
import { reasonOf, systemCode } from '../errors.js';

/** A dial that gave no link, in the engine's terms. */
export interface FailedDial {
  readonly failure: DialFailure;
  readonly detail: string;
}

/** The dial took longer than it may. */
export const DIAL_TIMED_OUT: FailedDial = { failure: 'timeout', detail: 'no answer in time' };
/** It was closed before it became a link, and nobody said why. */
export const CUT_IN_HANDSHAKE: FailedDial = {
  failure: 'unreachable',
  detail: 'cut during the handshake',
};
/** What was to be dialled is not an address. */
export const NOT_AN_ADDRESS: FailedDial = { failure: 'unreachable', detail: 'not an address' };

const BY_CODE: Readonly<Record<string, FailedDial>> = {
  ECONNREFUSED: { failure: 'refused', detail: 'nobody listens there' },
  ETIMEDOUT: DIAL_TIMED_OUT,
  EHOSTUNREACH: { failure: 'unreachable', detail: 'host unreachable' },
  EHOSTDOWN: { failure: 'unreachable', detail: 'host down' },
  ENETUNREACH: { failure: 'unreachable', detail: 'network unreachable' },
  ENOTFOUND: { failure: 'unreachable', detail: 'no such host' },
  EAI_AGAIN: { failure: 'unreachable', detail: 'the name cannot be looked up now' },
  ECONNRESET: { failure: 'unreachable', detail: 'the connection was cut' },
  EPIPE: { failure: 'unreachable', detail: 'the connection was cut' },
};

/**
 * What a failed connection says about the other side.
 *
 * `refused` is taken as proof that nobody listens, so it must come from the host itself: a name
 * with several addresses counts only when each of them refused.
 */
export function explainDialError(error: unknown): FailedDial {
  if (error instanceof AggregateError && error.errors.length > 0) {
    const each = error.errors.map((one) => explainDialError(one));
    const other = each.find(({ failure }) => failure !== 'refused');
    return other ?? each[0] ?? unknownFailure(error);
  }
  return BY_CODE[systemCode(error)] ?? unknownFailure(error);
}

/** The other side answered HTTP, but did not become a WebSocket. */
export function explainHttpAnswer(status: number): FailedDial {
  const HTTP_BUSY = 503;
  if (status === HTTP_BUSY) return { failure: 'unreachable', detail: 'too busy for a handshake' };
  return { failure: 'not-hearsay', detail: `answered HTTP ${status}` };
}

/** Errors with a system code are the network's; all others come from an answer that made no sense. */
function unknownFailure(error: unknown): FailedDial {
  const code = systemCode(error);
  const fromNetwork = /^E[A-Z]/.test(code);
  return { failure: fromNetwork ? 'unreachable' : 'not-hearsay', detail: reasonOf(error) };
}
