import type { Dot, HlcTime } from '@hearsay/core';
import type { Binary } from './binary.js';

/** An element of a set or a field of a hash, with the additions of it that the writer had seen. */
export interface Observed {
  readonly element: Binary;
  /** Additions that this write replaces or removes; others, unseen by the writer, stay. */
  readonly dots: readonly Dot[];
}

/** A field of a hash with its new value. */
export interface FieldWrite extends Observed {
  readonly value: Binary;
}

/** What one origin counted, as a whole since it began to count. */
export interface CounterTotals {
  readonly plus: bigint;
  readonly minus: bigint;
}

/** The count of one origin as the writer of a reset had seen it. */
export interface CounterSeen extends CounterTotals, Dot {
  /** The sequence at which that origin began to count. */
  readonly birth: number;
}

/**
 * What a write does to its key. It is made by `store.prepare...` from what its writer had seen, and
 * does the same wherever it is applied.
 *
 * Deadlines are absolute, in milliseconds since 1970; `undefined` is none.
 */
export type Change =
  | { readonly kind: 'set'; readonly value: Binary; readonly deadlineMs: number | undefined }
  /** Of a register, and of a key that holds nothing. */
  | { readonly kind: 'delete' }
  /** EXPIRE and PERSIST, of any type. */
  | { readonly kind: 'deadline'; readonly deadlineMs: number | undefined }
  /** The totals of the origin since it began to count at the sequence `birth`; 0 is this operation. */
  | ({ readonly kind: 'count'; readonly birth: number } & CounterTotals)
  /** DEL of a counter: takes back what was seen. */
  | { readonly kind: 'reset'; readonly seen: readonly CounterSeen[] }
  | { readonly kind: 'set-add'; readonly elements: readonly Observed[] }
  | { readonly kind: 'set-remove'; readonly elements: readonly Observed[] }
  | { readonly kind: 'hash-set'; readonly fields: readonly FieldWrite[] }
  | { readonly kind: 'hash-remove'; readonly fields: readonly Observed[] }
  /** DEL of a set or hash: removes what was seen, told by the last write seen of each stream. */
  | { readonly kind: 'clear'; readonly of: 'set' | 'hash'; readonly seen: readonly Dot[] };

/** One write as its origin numbered it; its stream and sequence are told beside it. */
export interface Operation {
  readonly key: string;
  readonly time: HlcTime;
  readonly change: Change;
}
