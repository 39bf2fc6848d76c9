import type { Dot, StreamId } from '@hearsay/core';
import { CacheError } from '../errors.js';
import type { CacheLimits } from '../limits.js';
import type { Binary } from '../values/binary.js';
import type { Composite, CompositeType } from '../values/composite.js';
import type { Change, CounterSeen, Observed } from '../values/operation.js';
import {
  checkAmount,
  checkDeadline,
  checkElements,
  checkKey,
  checkOrigins,
  checkSize,
  checkTotal,
  checkValue,
} from './arguments.js';

/** At most, in a survivor: stream, sequence, date and lengths of one addition; a stream and what was seen of it. */
const ADDITION_BYTES = 24;
const STREAM_BYTES = 48;

const NO_CHANGE: readonly Change[] = [];

/** What preparing asks of the store. */
export interface Sight {
  readonly limits: CacheLimits;
  /** What a key holds at a time: a type, or nothing. */
  typeOf(key: string, nowMs: number): CompositeType | 'register' | undefined;
  /** The composite of a key, also one of which nothing is visible any more. */
  composite(key: string): Composite | undefined;
  /** Whether a key of which nothing is held here may be held elsewhere: it, or one like it, was evicted. */
  mayBeElsewhere(key: string): boolean;
  /** @throws CacheError `out-of-memory` */
  admit(key: string, bytes: number, nowMs: number): void;
}

/**
 * Makes local writes from what is held: what they replace or remove is what can be seen here. Nothing
 * changes until they are applied, in the order returned.
 */
export class Preparations {
  readonly #sight: Sight;

  constructor(sight: Sight) {
    this.#sight = sight;
  }

  set(key: string, value: Binary, deadlineMs: number | undefined, nowMs: number): Change {
    const { limits } = this.#sight;
    checkKey(key, limits);
    checkValue(value, limits);
    checkDeadline(deadlineMs, nowMs);
    this.#sight.admit(key, value.length, nowMs);
    return { kind: 'set', value, deadlineMs };
  }

  delete(key: string, nowMs: number): Change | undefined {
    checkKey(key, this.#sight.limits);
    if (this.#sight.typeOf(key, nowMs) === undefined) {
      // Of whatever type it is elsewhere, a later delete of a register drops it.
      return this.#sight.mayBeElsewhere(key) ? { kind: 'delete' } : undefined;
    }
    const composite = this.#sight.composite(key);
    return composite === undefined ? { kind: 'delete' } : clearing(composite);
  }

  deadline(key: string, deadlineMs: number | undefined, nowMs: number): Change | undefined {
    checkKey(key, this.#sight.limits);
    checkDeadline(deadlineMs, nowMs);
    const held = this.#sight.typeOf(key, nowMs) !== undefined || this.#sight.mayBeElsewhere(key);
    return held ? { kind: 'deadline', deadlineMs } : undefined;
  }

  count(stream: StreamId, key: string, amount: number, nowMs: number): readonly Change[] {
    checkAmount(amount);
    const before = this.#begin(key, 'counter', nowMs);
    this.#sight.admit(key, 0, nowMs);
    const composite = before.length > 0 ? undefined : this.#sight.composite(key);
    const own = composite?.ownCount(stream);
    if (own === undefined) checkOrigins(composite?.counts.size ?? 0, key, this.#sight.limits);
    const plus = (own?.plus ?? 0n) + (amount > 0 ? BigInt(amount) : 0n);
    const minus = (own?.minus ?? 0n) - (amount < 0 ? BigInt(amount) : 0n);
    checkTotal((composite?.counts.value(composite.lives) ?? 0n) + BigInt(amount), plus, minus);
    return [...before, { kind: 'count', birth: own?.birth ?? 0, plus, minus }];
  }

  add(key: string, elements: readonly Binary[], nowMs: number): readonly Change[] {
    const { limits } = this.#sight;
    checkElements(elements, limits);
    const before = this.#begin(key, 'set', nowMs);
    const composite = before.length > 0 ? undefined : this.#sight.composite(key);
    const observed = observe(elements, composite);
    this.#checkRoom(composite, observed, 0);
    this.#sight.admit(key, lengthOf(elements), nowMs);
    return [...before, { kind: 'set-add', elements: observed }];
  }

  setFields(key: string, fields: ReadonlyMap<Binary, Binary>, nowMs: number): readonly Change[] {
    const { limits } = this.#sight;
    const names = [...fields.keys()];
    const values = [...fields.values()];
    checkElements(names, limits);
    for (const value of values) checkValue(value, limits);
    const before = this.#begin(key, 'hash', nowMs);
    const composite = before.length > 0 ? undefined : this.#sight.composite(key);
    const observed = observe(names, composite);
    this.#checkRoom(composite, observed, lengthOf(values));
    this.#sight.admit(key, lengthOf(names) + lengthOf(values), nowMs);
    const writes = observed.map((field) => ({ ...field, value: fields.get(field.element) ?? '' }));
    return [...before, { kind: 'hash-set', fields: writes }];
  }

  remove(
    type: 'set' | 'hash',
    key: string,
    elements: readonly Binary[],
    nowMs: number,
  ): readonly Change[] {
    checkElements(elements, this.#sight.limits);
    checkKey(key, this.#sight.limits);
    const held = this.#sight.typeOf(key, nowMs);
    if (held === undefined) return NO_CHANGE;
    if (held !== type) throw wrongType(key, held, type);
    const composite = this.#sight.composite(key);
    const observed = observe(elements, composite).filter(({ dots }) => dots.length > 0);
    if (observed.length === 0) return NO_CHANGE;
    return type === 'set'
      ? [{ kind: 'set-remove', elements: observed }]
      : [{ kind: 'hash-remove', fields: observed }];
  }

  /** What must come first: whatever expired is removed, so that nothing of it can come back with this. */
  #begin(key: string, type: CompositeType, nowMs: number): readonly Change[] {
    checkKey(key, this.#sight.limits);
    const held = this.#sight.typeOf(key, nowMs);
    if (held === type) return NO_CHANGE;
    if (held !== undefined) throw wrongType(key, held, type);
    const composite = this.#sight.composite(key);
    if (composite?.deadline?.deadlineMs === undefined) return NO_CHANGE;
    return [clearing(composite)];
  }

  #checkRoom(
    composite: Composite | undefined,
    observed: readonly Observed[],
    valueBytes: number,
  ): void {
    const items = composite?.items;
    const added = observed.filter(({ element }) => (items?.at(element).length ?? 0) === 0);
    const content =
      (items?.bytes ?? 0) + lengthOf(added.map(({ element }) => element)) + valueBytes;
    const additions = (items?.additions ?? 0) + observed.length;
    const streams = 1 + (composite?.seen.size ?? 0);
    // With what says when and by whom: a key goes to who lacks it whole, and must fit one answer.
    const bytes = content + additions * ADDITION_BYTES + streams * STREAM_BYTES;
    checkSize((items?.size ?? 0) + added.length, bytes, this.#sight.limits);
  }
}

/** Removes all that can be seen of a counter, set or hash. */
function clearing(composite: Composite): Change {
  if (composite.type === 'counter') {
    const seen: CounterSeen[] = composite.counts
      .list()
      .map(({ stream, sequence, birth, plus, minus }) => ({
        stream,
        sequence,
        birth,
        plus,
        minus,
      }));
    return { kind: 'reset', seen };
  }
  const seen: Dot[] = composite.state().seen.map(([stream, sequence]) => ({ stream, sequence }));
  return { kind: 'clear', of: composite.type, seen };
}

/** Elements, each once and in order, with the additions of them that are here. */
function observe(elements: readonly Binary[], composite: Composite | undefined): Observed[] {
  return [...new Set(elements)].sort(byBytes).map((element) => ({
    element,
    dots: (composite?.items.at(element) ?? [])
      .map(({ stream, sequence }) => ({ stream, sequence }))
      .sort((left, right) => byBytes(left.stream, right.stream)),
  }));
}

function byBytes(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function lengthOf(parts: readonly Binary[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function wrongType(key: string, held: string, wanted: string): CacheError {
  return new CacheError('wrong-type', `"${key}" holds a ${held}, not a ${wanted}; delete it first`);
}
