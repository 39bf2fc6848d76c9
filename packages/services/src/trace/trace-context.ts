import type { Random } from '@hearsay/core';
import { TRACE_STATE_BYTES_MAX } from '../limits.js';

/** W3C Trace Context, level 1: which trace a call is part of, and which step called. */
export interface TraceContext {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero. */
  readonly spanId: string;
  readonly sampled: boolean;
  /** `tracestate` as it came: ours to carry, not to read. */
  readonly state: string;
}

const TRACE_PARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ZERO = /^0+$/;
const INVALID_VERSION = 'ff';
const FIRST_VERSION = '00';
const SAMPLED = 1;
const HEX = 16;
/** An id while it is made: one text in one piece is read faster than one of many digits. */
const idBytes = Buffer.alloc(16);

/**
 * Reads `traceparent` strictly: undefined unless every rule of the recommendation holds. A later
 * version may have more fields, the first one may not.
 */
export function parseTraceParent(header: string, state = ''): TraceContext | undefined {
  const [, version, traceId, spanId, flags, more] = TRACE_PARENT.exec(header) ?? [];
  if (version === undefined || traceId === undefined || spanId === undefined) return undefined;
  if (version === INVALID_VERSION || ZERO.test(traceId) || ZERO.test(spanId)) return undefined;
  if (version === FIRST_VERSION && more !== undefined) return undefined;
  const sampled = (Number.parseInt(flags ?? '', HEX) & SAMPLED) === SAMPLED;
  return { traceId, spanId, sampled, state: isTraceState(state) ? state : '' };
}

export function formatTraceParent({ traceId, spanId, sampled }: TraceContext): string {
  return `${FIRST_VERSION}-${traceId}-${spanId}-0${sampled ? SAMPLED : 0}`;
}

/** A new step of the same trace; of a new one without `parent`. */
export function childOf(parent: TraceContext | undefined, random: Random): TraceContext {
  return {
    traceId: parent?.traceId ?? nonZeroHex(4, random),
    spanId: nonZeroHex(2, random),
    sampled: parent?.sampled ?? true,
    state: parent?.state ?? '',
  };
}

/** Printable ASCII of a bounded size; a bad one is dropped, the trace goes on. */
function isTraceState(state: string): boolean {
  return state.length <= TRACE_STATE_BYTES_MAX && /^[\x20-\x7e]*$/.test(state);
}

function nonZeroHex(words: number, random: Random): string {
  const WORD_BYTES = 4;
  for (let word = 0; word < words; word++) idBytes.writeUInt32BE(random.next(), word * WORD_BYTES);
  const hex = idBytes.toString('hex', 0, words * WORD_BYTES);
  return ZERO.test(hex) ? `${hex.slice(1)}1` : hex;
}
