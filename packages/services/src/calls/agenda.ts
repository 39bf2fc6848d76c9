/** Something that will be done at a time unless it is cancelled. */
export interface Appointment {
  readonly atMs: number;
  /** Idempotent. */
  cancel(): void;
}

class Entry implements Appointment {
  readonly atMs: number;
  readonly order: number;
  run: (() => void) | undefined;
  readonly #onCancel: () => void;

  constructor(atMs: number, order: number, run: () => void, onCancel: () => void) {
    this.atMs = atMs;
    this.order = order;
    this.run = run;
    this.#onCancel = onCancel;
  }

  cancel(): void {
    if (this.run === undefined) return;
    this.run = undefined;
    this.#onCancel();
  }
}

/** Below this many cancelled ones it is not worth tidying up. */
const CANCELLED_MIN = 64;

/** What is to be done when, as a binary heap; the host only knows the earliest time. */
export class Agenda {
  readonly #heap: Entry[] = [];
  #order = 0;
  #cancelled = 0;

  /** Appointments that are neither kept nor cancelled. */
  get size(): number {
    return this.#heap.length - this.#cancelled;
  }

  /** Infinity when there is nothing; may be earlier than the truth after a cancel, never later. */
  get nextMs(): number {
    return this.#heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  add(atMs: number, run: () => void): Appointment {
    this.#order += 1;
    const entry = new Entry(atMs, this.#order, run, this.#onCancel);
    this.#heap.push(entry);
    this.#up(this.#heap.length - 1);
    return entry;
  }

  /** Does what is due, earliest first, equal times in the order they were added. */
  run(nowMs: number): void {
    while (this.nextMs <= nowMs) {
      const entry = this.#take();
      if (entry?.run === undefined) {
        this.#cancelled -= 1;
        continue;
      }
      const { run } = entry;
      entry.run = undefined; // A cancel from within is no cancel any more.
      run();
    }
  }

  readonly #onCancel = (): void => {
    this.#cancelled += 1;
    if (this.#cancelled > CANCELLED_MIN && this.#cancelled * 2 > this.#heap.length) this.#tidy();
  };

  #tidy(): void {
    const live = this.#heap.filter(({ run }) => run !== undefined).sort(compare);
    this.#heap.splice(0, this.#heap.length, ...live); // A sorted list is a heap.
    this.#cancelled = 0;
  }

  #take(): Entry | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#down();
    }
    return first;
  }

  #up(start: number): void {
    let place = start;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!this.#swapIfLess(place, above)) return;
      place = above;
    }
  }

  #down(): void {
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const right = left + 1;
      const [l, r] = [this.#heap[left], this.#heap[right]];
      const least = l !== undefined && r !== undefined && compare(r, l) < 0 ? right : left;
      if (!this.#swapIfLess(least, place)) return;
      place = least;
    }
  }

  /** @returns whether the entry at `lower` went before the one at `upper`, and they changed places */
  #swapIfLess(lower: number, upper: number): boolean {
    const [below, above] = [this.#heap[lower], this.#heap[upper]];
    if (below === undefined || above === undefined || compare(below, above) >= 0) return false;
    this.#heap[lower] = above;
    this.#heap[upper] = below;
    return true;
  }
}

function compare(left: Entry, right: Entry): number {
  return left.atMs - right.atMs || left.order - right.order;
}
