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
const WORD_BYTES = 4;
const TRACE_WORDS = 4;
const SPAN_WORDS = 2;
const IDS = /^[0-9a-f]{32}-[0-9a-f]{16}$/;
/** An id while it is made: one text in one piece is read faster than one of many digits. */
const idBytes = Buffer.alloc((TRACE_WORDS + SPAN_WORDS) * WORD_BYTES);

/** Both ids as 32-bit words, most significant first: four of the trace, two of the span. */
export type TraceWords = readonly [number, number, number, number, number, number];

/** A step whose ids are numbers until somebody reads them as text, which most calls never do. */
export class TraceStep implements TraceContext {
  readonly words: TraceWords;
  readonly sampled: boolean;
  readonly state: string;

  constructor(words: TraceWords, sampled: boolean, state: string) {
    this.words = words;
    this.sampled = sampled;
    this.state = state;
  }

  get traceId(): string {
    return this.#hex().slice(0, TRACE_WORDS * WORD_BYTES * 2);
  }

  get spanId(): string {
    return this.#hex().slice(TRACE_WORDS * WORD_BYTES * 2);
  }

  #hex(): string {
    for (const [index, word] of this.words.entries()) {
      idBytes.writeInt32BE(word | 0, index * WORD_BYTES);
    }
    return idBytes.toString('hex');
  }
}

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

/** A new step of the same trace; of a new one without `parent`, or with one whose ids are none. */
export function childOf(parent: TraceContext | undefined, random: Random): TraceStep {
  const of = parent === undefined ? undefined : stepOf(parent);
  const words = of?.words ?? [draw(random), draw(random), draw(random), draw(random)];
  const [one, two, three, four] = words;
  const isNone = (one | two | three | four) === 0;
  return new TraceStep(
    [one, two, three, isNone ? 1 : four, draw(random), draw(random) || 1],
    of?.sampled ?? true,
    of?.state ?? '',
  );
}

/** The same step with its ids as numbers, and no state that is too long to travel; undefined of ids that are none. */
function stepOf(trace: TraceContext): TraceStep | undefined {
  if (trace instanceof TraceStep) return trace;
  const { traceId, spanId, sampled, state } = trace;
  if (!IDS.test(`${traceId}-${spanId}`) || ZERO.test(traceId)) return undefined;
  idBytes.write(traceId + spanId, 'hex');
  const word = (index: number): number => idBytes.readInt32BE(index * WORD_BYTES);
  const words: TraceWords = [word(0), word(1), word(2), word(3), word(4), word(5)];
  return new TraceStep(words, sampled, isTraceState(state) ? state : '');
}

/** Printable ASCII of a bounded size; a bad one is dropped from what an application gives, the trace goes on. */
export function isTraceState(state: string): boolean {
  return state.length <= TRACE_STATE_BYTES_MAX && /^[\x20-\x7e]*$/.test(state);
}

/** As a signed number: those are kept without memory of their own. */
function draw(random: Random): number {
  return random.next() | 0;
}
