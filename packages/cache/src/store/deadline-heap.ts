/** Below this many entries, stale ones are not worth a sweep. */
const SWEEP_MIN = 1_024;

/**
 * Which slot is due next: a binary heap of (deadline, slot). A slot whose deadline changed is put in
 * again; who takes one out asks whether it still holds. Stale ones are swept when they are the most.
 */
export class DeadlineHeap {
  readonly #holds: (slot: number, deadlineMs: number) => boolean;
  #deadlines: number[] = [];
  #slots: number[] = [];
  #sweepAt = SWEEP_MIN;

  /** @param holds whether a slot still has this deadline */
  constructor(holds: (slot: number, deadlineMs: number) => boolean) {
    this.#holds = holds;
  }

  get size(): number {
    return this.#slots.length;
  }

  /** The earliest deadline, or infinity. May be that of a slot that has another one by now. */
  get nextMs(): number {
    return this.#deadlines[0] ?? Number.POSITIVE_INFINITY;
  }

  push(slot: number, deadlineMs: number): void {
    if (this.#slots.length >= this.#sweepAt) this.#sweep();
    this.#deadlines.push(deadlineMs);
    this.#slots.push(slot);
    this.#rise(this.#slots.length - 1);
  }

  /** Takes out a slot that is due, or undefined. */
  takeDue(nowMs: number): number | undefined {
    while (this.nextMs <= nowMs) {
      const deadlineMs = this.nextMs;
      const slot = this.#takeFirst();
      if (this.#holds(slot, deadlineMs)) return slot;
    }
    return undefined;
  }

  /** Calls back for every slot due by then, in no order, and leaves them in; one may come twice. */
  forEachDue(byMs: number, visit: (slot: number) => void): void {
    const waiting = [0];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const deadlineMs = this.#deadlines[at];
      if (deadlineMs === undefined || deadlineMs > byMs) continue;
      const slot = this.#slots[at] as number; // Both arrays have one length.
      if (this.#holds(slot, deadlineMs)) visit(slot);
      waiting.push(2 * at + 1, 2 * at + 2);
    }
  }

  #takeFirst(): number {
    const first = this.#slots[0] as number; // Asked only while there is one.
    const deadlineMs = this.#deadlines.pop() as number;
    const slot = this.#slots.pop() as number;
    if (this.#slots.length > 0) {
      this.#deadlines[0] = deadlineMs;
      this.#slots[0] = slot;
      this.#sink(0);
    }
    return first;
  }

  #sweep(): void {
    const deadlines = this.#deadlines;
    const slots = this.#slots;
    const seen = new Set<number>();
    this.#deadlines = [];
    this.#slots = [];
    slots.forEach((slot, at) => {
      const deadlineMs = deadlines[at] as number; // Both arrays have one length.
      if (seen.has(slot) || !this.#holds(slot, deadlineMs)) return;
      seen.add(slot);
      this.#deadlines.push(deadlineMs);
      this.#slots.push(slot);
    });
    for (let at = (this.#slots.length >>> 1) - 1; at >= 0; at--) this.#sink(at);
    this.#sweepAt = Math.max(SWEEP_MIN, 2 * this.#slots.length);
  }

  #rise(start: number): void {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (this.#deadline(parent) <= this.#deadline(at)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(start: number): void {
    let at = start;
    for (;;) {
      let least = at;
      if (this.#deadline(2 * at + 1) < this.#deadline(least)) least = 2 * at + 1;
      if (this.#deadline(2 * at + 2) < this.#deadline(least)) least = 2 * at + 2;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #deadline(at: number): number {
    return this.#deadlines[at] ?? Number.POSITIVE_INFINITY;
  }

  #swap(left: number, right: number): void {
    const deadlines = this.#deadlines;
    const slots = this.#slots;
    // Both lie inside the heap.
    [deadlines[left], deadlines[right]] = [deadlines[right] as number, deadlines[left] as number];
    [slots[left], slots[right]] = [slots[right] as number, slots[left] as number];
  }
}
