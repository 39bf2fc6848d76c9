import type { Dot } from '@hearsay/core';
import { type Change, compareStamps, type Operation, type Version } from '../../src/index.js';

/** An operation with its place. */
export interface Written {
  readonly operation: Operation;
  readonly version: Version;
}

type Type = 'register' | 'counter' | 'set' | 'hash';

/**
 * What a key holds after some operations, whatever their order: read off all of them at once, with no
 * state and nothing merged. Slow and plain, to compare with.
 */
export function valueAfter(all: readonly Written[], key: string, nowMs: number): unknown {
  const writes = all.filter(({ operation }) => operation.key === key);
  const typed = writes.filter(({ operation }) => typeOf(operation.change) !== undefined);
  const latest = typed.reduce<Written | undefined>(later, undefined);
  const type = latest === undefined ? undefined : typeOf(latest.operation.change);
  if (latest === undefined || type === undefined) return undefined;
  if (type === 'register') return registerAfter(latest, writes, nowMs);
  const floor = typed
    .filter(({ operation }) => typeOf(operation.change) !== type)
    .reduce<Written | undefined>(later, undefined);
  const counting = typed.filter((write) => floor === undefined || isLater(write, floor));
  const fromMs = hiddenBefore(writes, floor, nowMs);
  const parts = counting.filter(({ operation }) => typeOf(operation.change) === type);
  return type === 'counter' ? counterAfter(parts, fromMs) : fieldsAfter(parts, fromMs, type);
}

function registerAfter(latest: Written, writes: readonly Written[], nowMs: number): unknown {
  const { change } = latest.operation;
  if (change.kind !== 'set') return undefined;
  const moved = writes
    .filter(({ operation }) => operation.change.kind === 'deadline')
    .filter((write) => isLater(write, latest))
    .reduce<Written | undefined>(later, undefined)?.operation.change;
  const deadlineMs = moved?.kind === 'deadline' ? moved.deadlineMs : change.deadlineMs;
  return deadlineMs !== undefined && deadlineMs <= nowMs ? undefined : change.value;
}

/** The time from which parts count, given the deadline in force. */
function hiddenBefore(
  writes: readonly Written[],
  floor: Written | undefined,
  nowMs: number,
): number {
  const change = writes
    .filter(
      ({
        operation: {
          change: { kind },
        },
      }) => ['deadline', 'clear', 'reset'].includes(kind),
    )
    .filter((write) => floor === undefined || isLater(write, floor))
    .reduce<Written | undefined>(later, undefined)?.operation.change;
  const deadlineMs = change?.kind === 'deadline' ? change.deadlineMs : undefined;
  return deadlineMs !== undefined && deadlineMs <= nowMs ? deadlineMs : 0;
}

function counterAfter(parts: readonly Written[], fromMs: number): number | undefined {
  const streams = new Set(parts.map(({ version }) => version.stream));
  let sum = 0n;
  let any = false;
  for (const stream of streams) {
    const own = parts
      .filter(
        ({ version, operation }) => version.stream === stream && operation.change.kind === 'count',
      )
      .reduce<Written | undefined>(later, undefined);
    if (own?.operation.change.kind !== 'count' || own.version.ms < fromMs) continue;
    const { plus, minus } = own.operation.change;
    const birth = own.operation.change.birth || own.version.sequence;
    const resets = parts
      .flatMap(({ operation: { change } }) => (change.kind === 'reset' ? change.seen : []))
      .filter((seen) => seen.stream === stream && seen.birth === birth)
      .sort((left, right) => right.sequence - left.sequence);
    const [reset] = resets;
    if (reset?.sequence === own.version.sequence) continue;
    any = true;
    sum += plus - minus - (reset === undefined ? 0n : reset.plus - reset.minus);
  }
  return any ? Number(sum) : undefined;
}

interface Added {
  readonly element: string;
  readonly value: string;
  readonly version: Version;
}

function fieldsAfter(parts: readonly Written[], fromMs: number, type: Type): unknown {
  const added = parts.flatMap(additionsOf);
  const left = added.filter(
    (one) =>
      one.version.ms >= fromMs &&
      !parts.some((part) => removes(part.operation.change, one)) &&
      !added.some(
        (other) =>
          other.element === one.element &&
          other.version.stream === one.version.stream &&
          other.version.sequence > one.version.sequence,
      ),
  );
  const fields = new Map<string, string>();
  for (const { element, value } of left.sort((one, two) =>
    compareStamps(one.version, two.version),
  )) {
    fields.set(element, value);
  }
  if (fields.size === 0) return undefined;
  const sorted = [...fields].sort(([one], [two]) => (one < two ? -1 : 1));
  return type === 'set' ? sorted.map(([element]) => element) : sorted;
}

function additionsOf({ operation: { change }, version }: Written): Added[] {
  if (change.kind === 'set-add') {
    return change.elements.map(({ element }) => ({ element, value: '', version }));
  }
  if (change.kind !== 'hash-set') return [];
  return change.fields.map(({ element, value }) => ({ element, value, version }));
}

function removes(change: Change, { element, version }: Added): boolean {
  switch (change.kind) {
    case 'set-add':
    case 'set-remove':
      return change.elements.some((one) => one.element === element && names(one.dots, version));
    case 'hash-set':
    case 'hash-remove':
      return change.fields.some((one) => one.element === element && names(one.dots, version));
    case 'clear':
      return change.seen.some(
        ({ stream, sequence }) => stream === version.stream && sequence >= version.sequence,
      );
    default:
      return false;
  }
}

function names(dots: readonly Dot[], { stream, sequence }: Version): boolean {
  return dots.some((dot) => dot.stream === stream && dot.sequence === sequence);
}

function typeOf(change: Change): Type | undefined {
  switch (change.kind) {
    case 'deadline':
      return undefined;
    case 'set':
    case 'delete':
      return 'register';
    case 'count':
    case 'reset':
      return 'counter';
    case 'clear':
      return change.of;
    default:
      return change.kind.startsWith('set') ? 'set' : 'hash';
  }
}

function later(one: Written | undefined, two: Written): Written {
  return one === undefined || isLater(two, one) ? two : one;
}

function isLater(one: Written, two: Written): boolean {
  return compareStamps(one.version, two.version) > 0;
}
