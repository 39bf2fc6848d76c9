import type { PeerId } from '@hearsay/core';
import type { Strategy } from '../balance/balancer.js';
import type { ServiceErrorCode } from '../errors.js';
import type { Breaker, Permit } from '../resilience/breaker.js';
import type { TraceStep } from '../trace/trace-context.js';
import type { FaultCode } from '../wire/fault-codes.js';
import type { Payload } from '../wire/payload.js';
import type { Appointment } from './agenda.js';
import type { Copy, CopyOfService } from './copy.js';
import type { Flight } from './flights.js';

/** How a call ended. */
export type Outcome =
  | { readonly kind: 'replied'; readonly payload: Uint8Array; readonly provider: PeerId }
  | { readonly kind: 'failed'; readonly code: ServiceErrorCode; readonly detail: string };

/** What a caller asks for; times are milliseconds. */
export interface CallRequest {
  readonly service: string;
  readonly payload: Payload;
  readonly timeoutMs: number;
  /** When it was asked for, by the monotonic clock. */
  readonly startedMs: number;
  /** May run more than once without harm. */
  readonly idempotent: boolean;
  /** Names the operation for its provider, so that it runs once there however often it is asked. */
  readonly operation: string | undefined;
  readonly strategy: Strategy;
  readonly key: string | undefined;
  /** Providers that may be tried, the first included. */
  readonly attemptsMax: number;
  /** Of an idempotent call: so long without an answer, and another provider is tried. */
  readonly attemptTimeoutMs: number;
  /** Of an idempotent call: so long without an answer, and another provider is asked as well. */
  readonly hedgeAfterMs: number | undefined;
  readonly trace: TraceStep;
  readonly stream: boolean;
  /** Told once. `payload` is a view that holds within the call only. */
  settled(outcome: Outcome): void;
  /** Of a stream, likewise. */
  item(payload: Uint8Array): void;
}

/** A call under way. */
export interface Call {
  readonly request: CallRequest;
  readonly operation: string;
  readonly deadlineMs: number;
  /** Of the service as a whole. */
  readonly breaker: Breaker;
  readonly permit: Permit;
  /** Those under way: one, or with its hedge two. */
  attempts: readonly Attempt[];
  /** Providers it was sent to; others are preferred. */
  tried: readonly PeerId[];
  /** Where it stands among all calls. */
  place: number;
  /** When a second provider is asked as well, and when another one is; infinity: not so far. */
  hedgeAtMs: number;
  againAtMs: number;
  /** When something is to be done for it next, or earlier: one appointment for all of it. */
  timer: Appointment | undefined;
  /** Attempts that may have been taken by a handler, or cost the mesh something. */
  count: number;
  /** Attempts that were certainly not taken. */
  diverted: number;
  items: number;
  isOver: boolean;
}

/** One request to one provider. */
export interface Attempt extends Flight {
  readonly number: number;
  readonly call: Call;
  readonly copy: Copy;
  readonly of: CopyOfService;
  readonly permit: Permit;
  /** Without a sign until then another provider is asked; infinity: not this one. */
  giveUpAtMs: number;
  /** Its link fell: the handler may have run. It is asked again only there, by the same operation. */
  isStranded: boolean;
  resends: number;
  /** Items of a stream that came and were not given credit for again. */
  unread: number;
}

/** Why an attempt brought no result: what the provider said, or what became of it on the way. */
export type AttemptFault = FaultCode | 'unsent' | 'lost' | 'no-answer';

/** No handler saw these, so any call may go elsewhere. */
export const NOT_TAKEN: ReadonlySet<AttemptFault> = new Set<AttemptFault>([
  'unsent',
  'unknown-service',
  'draining',
  'restarted',
  'overloaded',
]);

/** These cost nobody anything: another provider is asked at once, out of no budget. */
export const FREE: ReadonlySet<AttemptFault> = new Set<AttemptFault>([
  'unsent',
  'unknown-service',
  'draining',
  'restarted',
]);

/** What a breaker counts as a failure of the provider. */
export const BREAKING: ReadonlySet<AttemptFault> = new Set<AttemptFault>([
  'lost',
  'no-answer',
  'timeout',
  'handler-failed',
  'unencodable-output',
]);

/** What a caller is told when nothing more is tried. */
export const CODE_OF: Readonly<Record<AttemptFault, ServiceErrorCode>> = {
  unsent: 'unavailable',
  'unknown-service': 'unavailable',
  draining: 'unavailable',
  restarted: 'unavailable',
  overloaded: 'overloaded',
  'invalid-input': 'invalid-input',
  'not-a-stream': 'not-a-stream',
  'handler-failed': 'handler-failed',
  'unencodable-output': 'unencodable-output',
  timeout: 'timeout',
  'no-answer': 'timeout',
  lost: 'lost',
};

/** What service breakers count; what the caller did wrong is no fault of a service. */
export const FAILURES: ReadonlySet<ServiceErrorCode> = new Set<ServiceErrorCode>([
  'timeout',
  'lost',
  'outcome-unknown',
  'handler-failed',
  'unencodable-output',
]);

/** Whether another provider may be asked after this. */
export function mayGoOn({ items, request }: Call, fault: AttemptFault): boolean {
  if (items > 0) return false; // What was read of a stream cannot be taken back.
  if (NOT_TAKEN.has(fault)) return true;
  return request.idempotent && (fault === 'lost' || fault === 'no-answer');
}

export function failed(code: ServiceErrorCode, detail: string): Outcome {
  return { kind: 'failed', code, detail };
}

export function outcomeUnknown(): Outcome {
  return failed('outcome-unknown', 'its provider vanished with the call, which may have run');
}
