import type { Dot, StreamId } from '@hearsay/core';
import type { Binary } from './binary.js';
import { type Addition, Collection, type Item } from './collection.js';
import { type Count, Counts, isTakenBack } from './counts.js';
import { finish, hashAddition, type Lanes } from './hash.js';
import type { Change } from './operation.js';
import { compareStamps, type Stamp, type Version } from './stamp.js';

/** Types of several parts, which merge. */
export type CompositeType = 'counter' | 'set' | 'hash';

/** A write to a composite. */
export type CompositeChange = Exclude<Change, { readonly kind: 'set' | 'delete' | 'deadline' }>;

/** The latest EXPIRE or PERSIST, and the time it set. */
export interface DeadlineWrite {
  readonly version: Version;
  readonly deadlineMs: number | undefined;
}

/** The whole state of a counter, set or hash as plain data; equal states are equal data. */
export interface CompositeState {
  readonly type: CompositeType;
  /** The latest write of this type. */
  readonly latest: Version;
  /** The latest write of any other type: what is not later than it does not count. */
  readonly floor: Version | undefined;
  /** The last write of each stream that is in here, of any type, in the order of the streams. */
  readonly seen: readonly (readonly [StreamId, number])[];
  readonly deadlineWrite: DeadlineWrite | undefined;
  /** What is older went here, by expiry or eviction, and may be missing; 0 is nothing, infinity all. */
  readonly lostBeforeMs: number;
  /** Of a set or hash, in the order of the elements. */
  readonly items: readonly Item[];
  /** Of a counter, in the order of the streams. */
  readonly counts: readonly Count[];
}

/** The type that a change writes. */
export function typeOf(change: CompositeChange): CompositeType {
  switch (change.kind) {
    case 'count':
    case 'reset':
      return 'counter';
    case 'set-add':
    case 'set-remove':
      return 'set';
    case 'hash-set':
    case 'hash-remove':
      return 'hash';
    case 'clear':
      return change.of;
  }
}

/**
 * A counter, set or hash, as a function of the writes to its key: of whatever type the latest one is,
 * the writes later than the last one of another type count. So the order of arrival does not matter,
 * nor whether writes come one by one or merged.
 */
export class Composite {
  #type: CompositeType;
  #latest: Version;
  #floor: Version | undefined;
  #lostBeforeMs = 0;
  #deadline: DeadlineWrite | undefined;
  readonly #seen = new Map<StreamId, number>();
  #items = new Collection();
  #counts = new Counts();

  /** An empty one, begun by a write. */
  constructor(type: CompositeType, latest: Version) {
    this.#type = type;
    this.#latest = latest;
  }

  static from(state: CompositeState): Composite {
    const composite = new Composite(state.type, state.latest);
    composite.#floor = state.floor;
    composite.#lostBeforeMs = state.lostBeforeMs;
    composite.#deadline = state.deadlineWrite;
    for (const [stream, sequence] of state.seen) composite.#seen.set(stream, sequence);
    composite.#items = Collection.from(state.items);
    composite.#counts = Counts.from(state.counts);
    return composite;
  }

  get type(): CompositeType {
    return this.#type;
  }

  get latest(): Version {
    return this.#latest;
  }

  get deadline(): DeadlineWrite | undefined {
    return this.#deadline;
  }

  get seen(): ReadonlyMap<StreamId, number> {
    return this.#seen;
  }

  get items(): Collection {
    return this.#items;
  }

  get counts(): Counts {
    return this.#counts;
  }

  /** Bytes of the content. */
  get bytes(): number {
    return this.#items.bytes;
  }

  /** Whether nothing is left but the memory of what was. */
  get isEmpty(): boolean {
    return this.#items.size === 0 && this.#counts.isReset(this.lives);
  }

  /**
   * Whether parts that still count elsewhere are gone here: it expired by another deadline than the one in
   * force, a later one, or an earlier one that leaves more of what was written since.
   */
  get isLost(): boolean {
    const lostMs = this.#lostBeforeMs;
    if (lostMs === 0 || lostMs === Number.POSITIVE_INFINITY) return false;
    return this.#deadline?.deadlineMs !== lostMs;
  }

  /** The deadline in force, or infinity: what is not written later than it is hidden from it on. */
  get deadlineMs(): number {
    const deadlineMs = this.#deadline?.deadlineMs ?? Number.POSITIVE_INFINITY;
    return deadlineMs > this.#lostBeforeMs ? deadlineMs : Number.POSITIVE_INFINITY;
  }

  /** Whether a part counts, whatever the time. */
  readonly lives = (stamp: Stamp): boolean =>
    this.#isAboveFloor(stamp) && stamp.ms >= this.#lostBeforeMs;

  /** What a stream counted and can go on counting, or undefined when it begins anew. */
  ownCount(stream: StreamId): Count | undefined {
    const own = this.#type === 'counter' ? this.#counts.of(stream) : undefined;
    return own !== undefined && this.lives(own) && !isTakenBack(own) ? own : undefined;
  }

  /** Whether a part counts, and is not past the deadline. */
  visibleAt(nowMs: number): (stamp: Stamp) => boolean {
    const fromMs = this.#deadline?.deadlineMs ?? Number.POSITIVE_INFINITY;
    if (fromMs > nowMs) return this.lives;
    return (stamp) => stamp.ms >= fromMs && this.lives(stamp);
  }

  /** Takes note of a write of another type. @returns whether it was new */
  raiseFloor(version: Version): boolean {
    const isNew = this.#see(version);
    if (!this.#isAboveFloor(version)) return isNew;
    this.#floor = version;
    this.#dropHidden();
    return true;
  }

  /** Applies a write, unless a state merged before had it in it. */
  apply(change: CompositeChange, version: Version): void {
    if ((this.#seen.get(version.stream) ?? 0) >= version.sequence) return;
    const type = typeOf(change);
    if (type !== this.#type) {
      if (compareStamps(version, this.#latest) < 0) return void this.raiseFloor(version);
      this.#become(type, version);
    }
    if (compareStamps(version, this.#latest) > 0) this.#latest = version;
    if (this.#isAboveFloor(version)) this.#write(change, version);
    this.#see(version);
  }

  /** EXPIRE or PERSIST. @returns whether it was new */
  setDeadline(write: DeadlineWrite): boolean {
    const isNew = this.#see(write.version);
    if (!this.#isAboveFloor(write.version)) return isNew;
    if (this.#deadline !== undefined && compareStamps(write.version, this.#deadline.version) <= 0) {
      return isNew;
    }
    this.#deadline = write;
    this.#recount();
    return true;
  }

  /** Drops what was written before a time, and remembers that. */
  lose(beforeMs: number): void {
    if (beforeMs <= this.#lostBeforeMs) return;
    this.#lostBeforeMs = beforeMs;
    this.#dropHidden();
  }

  /** Whether nothing in another state of the key is new here. */
  covers(theirs: Composite): boolean {
    return this.#lostBeforeMs <= theirs.#lostBeforeMs && dominates(this.#seen, theirs.#seen);
  }

  /** Joins with another state of the key; `theirs` is not to be used after. */
  merge(theirs: Composite): void {
    if (theirs.#type !== this.#type) return this.#mergeOther(theirs);
    this.#mergeContent(theirs);
    if (compareStamps(theirs.#latest, this.#latest) > 0) this.#latest = theirs.#latest;
    this.#join(theirs);
  }

  state(): CompositeState {
    return {
      type: this.#type,
      latest: this.#latest,
      floor: this.#floor,
      seen: [...this.#seen].sort(([left], [right]) => (left < right ? -1 : 1)),
      deadlineWrite: this.#deadline,
      lostBeforeMs: this.#lostBeforeMs,
      items: this.#items.items(),
      counts: this.#counts.list(),
    };
  }

  /** The hash of all that counts, which does not depend on what was forgotten. */
  digestInto(target: Lanes): void {
    const { a, b } = this.#items.digest;
    target.a = a;
    target.b = b;
    for (const count of this.#counts.list()) {
      if (!this.lives(count) || isTakenBack(count)) continue;
      hashAddition(target, `${count.birth}`, count);
      for (const { sequence } of count.resets) target.a ^= finish(sequence);
    }
    if (this.deadlineMs === Number.POSITIVE_INFINITY || this.#deadline === undefined) return;
    hashAddition(target, 'deadline', this.#deadline.version);
  }

  #become(type: CompositeType, version: Version): void {
    this.#floor = this.#latest;
    this.#type = type;
    this.#latest = version;
    this.#lostBeforeMs = 0;
    this.#items = new Collection();
    this.#counts.clear();
    this.#dropHidden();
  }

  #write(change: CompositeChange, version: Version): void {
    switch (change.kind) {
      case 'count': {
        const { plus, minus } = change;
        const birth = change.birth === 0 ? version.sequence : change.birth;
        return this.#counts.join({ ...version, birth, plus, minus, resets: [] });
      }
      case 'reset':
        this.#counts.reset(change.seen, version);
        return this.#persist(version);
      case 'set-add':
        for (const { element, dots } of change.elements) {
          this.#add(element, { ...version, value: '' }, dots);
        }
        return;
      case 'hash-set':
        for (const { element, dots, value } of change.fields) {
          this.#add(element, { ...version, value }, dots);
        }
        return;
      case 'set-remove':
        for (const { element, dots } of change.elements) this.#items.remove(element, dots);
        return;
      case 'hash-remove':
        for (const { element, dots } of change.fields) this.#items.remove(element, dots);
        return;
      case 'clear': {
        const seen = new Map(change.seen.map(({ stream, sequence }) => [stream, sequence]));
        this.#items.keep(({ stream, sequence }) => (seen.get(stream) ?? 0) < sequence);
        // Whatever was lost is removed now.
        if (dominates(seen, this.#seen)) this.#lostBeforeMs = 0;
        return this.#persist(version);
      }
    }
  }

  #add(element: Binary, addition: Addition, observed: readonly Dot[]): void {
    if (this.lives(addition)) this.#items.add(element, addition, observed);
    else this.#items.remove(element, observed);
  }

  /** What is added beside or after a delete has no deadline. */
  #persist(version: Version): void {
    this.setDeadline({ version, deadlineMs: undefined });
  }

  #mergeOther(theirs: Composite): void {
    if (compareStamps(theirs.#latest, this.#latest) < 0) {
      this.raiseFloor(theirs.#latest);
    } else {
      const floor = this.#latest;
      this.#type = theirs.#type;
      this.#latest = theirs.#latest;
      this.#floor = floor;
      this.#lostBeforeMs = theirs.#lostBeforeMs;
      this.#items = theirs.#items;
      this.#counts = theirs.#counts;
    }
    this.#join(theirs);
  }

  #mergeContent(theirs: Composite): void {
    if (this.#lostBeforeMs === 0 && theirs.#lostBeforeMs === 0) return this.#mergeParts(theirs);
    const [oursMs, theirsMs] = [this.#lostBeforeMs, theirs.#lostBeforeMs];
    // Who has lost no more and has seen all that the other has needs nothing of it.
    if (oursMs <= theirsMs && dominates(this.#seen, theirs.#seen)) return;
    if (theirsMs <= oursMs && dominates(theirs.#seen, this.#seen)) {
      this.#lostBeforeMs = theirsMs;
      this.#items = theirs.#items;
      this.#counts = theirs.#counts;
      return;
    }
    this.#lostBeforeMs = Math.max(oursMs, theirsMs);
    this.#mergeParts(theirs);
  }

  #mergeParts(theirs: Composite): void {
    this.#items.merge(theirs.#items, this.#seen, theirs.#seen);
    this.#counts.merge(theirs.#counts);
  }

  /** What does not depend on the type. */
  #join(theirs: Composite): void {
    for (const [stream, sequence] of theirs.#seen) this.#raise(stream, sequence);
    if (theirs.#type === this.#type && theirs.#floor !== undefined) this.raiseFloor(theirs.#floor);
    if (theirs.#deadline !== undefined) this.setDeadline(theirs.#deadline);
    this.#dropHidden();
    this.#recount();
  }

  /** A counter keeps what expired, so that it can come back. */
  #recount(): void {
    if (this.#type !== 'counter' || this.#lostBeforeMs === Number.POSITIVE_INFINITY) return;
    if (this.isLost) this.#lostBeforeMs = 0;
  }

  #dropHidden(): void {
    const floor = this.#floor;
    if (floor !== undefined) {
      this.#counts.floor(floor);
      if (this.#deadline !== undefined && compareStamps(this.#deadline.version, floor) <= 0) {
        this.#deadline = undefined;
      }
    }
    this.#items.keep(this.lives);
    if (this.#lostBeforeMs === Number.POSITIVE_INFINITY) this.#counts.clear();
  }

  #isAboveFloor(stamp: Stamp): boolean {
    return this.#floor === undefined || compareStamps(stamp, this.#floor) > 0;
  }

  #see({ stream, sequence }: Version): boolean {
    return this.#raise(stream, sequence);
  }

  #raise(stream: StreamId, sequence: number): boolean {
    if ((this.#seen.get(stream) ?? 0) >= sequence) return false;
    this.#seen.set(stream, sequence);
    return true;
  }
}

function dominates(
  left: ReadonlyMap<StreamId, number>,
  right: ReadonlyMap<StreamId, number>,
): boolean {
  for (const [stream, sequence] of right) {
    if ((left.get(stream) ?? 0) < sequence) return false;
  }
  return true;
}
