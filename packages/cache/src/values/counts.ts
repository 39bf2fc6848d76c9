import type { StreamId } from '@hearsay/core';
import type { CounterSeen, CounterTotals } from './operation.js';
import { compareStamps, type Stamp, type Version } from './stamp.js';

/** A reset that took back what one origin had counted up to a sequence. */
export interface Reset extends CounterTotals {
  readonly stamp: Stamp;
  /** The last count that the writer of the reset had seen. */
  readonly sequence: number;
}

/** What one origin counted since `birth`, and what was taken back of it. */
export interface Count extends CounterTotals, Version {
  readonly birth: number;
  /** Those that no other one covers, both by its time and by what it had seen. */
  readonly resets: readonly Reset[];
}

/**
 * A PN counter (Shapiro et al. 2011) that can be reset: each origin has totals of what it added and
 * took away, of which the latest count. A reset names the totals it saw; what was counted beside it
 * stays. An origin that counts again after a reset it saw begins anew, so that old totals, should
 * they come back, belong to an earlier birth and lose.
 */
export class Counts {
  readonly #counts = new Map<StreamId, Count>();

  static from(counts: readonly Count[]): Counts {
    const all = new Counts();
    for (const count of counts) all.#counts.set(count.stream, count);
    return all;
  }

  get size(): number {
    return this.#counts.size;
  }

  of(stream: StreamId): Count | undefined {
    return this.#counts.get(stream);
  }

  merge(theirs: Counts): void {
    for (const count of theirs.#counts.values()) this.join(count);
  }

  join(theirs: Count): void {
    const ours = this.#counts.get(theirs.stream);
    if (ours === undefined || theirs.birth > ours.birth) {
      this.#counts.set(theirs.stream, theirs);
    } else if (theirs.birth === ours.birth) {
      const later = isLater(theirs, ours) ? theirs : ours;
      this.#counts.set(theirs.stream, {
        ...later,
        resets: front([...ours.resets, ...theirs.resets]),
      });
    }
  }

  reset(seen: readonly CounterSeen[], version: Version): void {
    const stamp = { ms: version.ms, counter: version.counter, stream: version.stream };
    for (const { stream, sequence, birth, plus, minus } of seen) {
      const resets = [{ stamp, sequence, plus, minus }];
      // The time of that count is not told. It was before this: the true one, when it comes, is taken.
      this.join({ ...stamp, stream, sequence, birth, plus, minus, resets });
    }
  }

  /** Drops what lies before a write of another type; a reset after it may yet be needed. */
  floor(floor: Stamp): void {
    for (const [stream, count] of this.#counts) {
      const resets = count.resets.filter(({ stamp }) => compareStamps(stamp, floor) > 0);
      if (resets.length === 0 && compareStamps(count, floor) <= 0) this.#counts.delete(stream);
      else if (resets.length < count.resets.length) this.#counts.set(stream, { ...count, resets });
    }
  }

  clear(): void {
    this.#counts.clear();
  }

  /** The sum of what lives. */
  value(lives: (count: Count) => boolean): bigint {
    let sum = 0n;
    for (const count of this.#counts.values()) {
      if (lives(count)) sum += netOf(count);
    }
    return sum;
  }

  /** Whether all that was counted is taken back. */
  isReset(lives: (count: Count) => boolean): boolean {
    for (const count of this.#counts.values()) {
      if (lives(count) && !isTakenBack(count)) return false;
    }
    return true;
  }

  /** In the order of the streams. */
  list(): Count[] {
    return [...this.#counts.values()].sort((left, right) => (left.stream < right.stream ? -1 : 1));
  }
}

/** Whether all of a count is taken back. */
export function isTakenBack(count: Count): boolean {
  return resetOf(count)?.sequence === count.sequence;
}

function isLater(left: Count, right: Count): boolean {
  if (left.sequence !== right.sequence) return left.sequence > right.sequence;
  return compareStamps(left, right) < 0;
}

function netOf(count: Count): bigint {
  const reset = resetOf(count);
  const base = reset === undefined ? 0n : reset.plus - reset.minus;
  return count.plus - count.minus - base;
}

function resetOf({ resets }: Count): Reset | undefined {
  return resets.reduce<Reset | undefined>(
    (most, reset) => (most === undefined || reset.sequence > most.sequence ? reset : most),
    undefined,
  );
}

/** Without those that another one covers; in the order of what they saw. */
function front(resets: readonly Reset[]): Reset[] {
  const sorted = [...resets].sort(
    (left, right) => right.sequence - left.sequence || compareStamps(right.stamp, left.stamp),
  );
  const kept: Reset[] = [];
  for (const reset of sorted) {
    const latest = kept.at(-1);
    if (latest === undefined || compareStamps(reset.stamp, latest.stamp) > 0) kept.push(reset);
  }
  return kept.reverse();
}
