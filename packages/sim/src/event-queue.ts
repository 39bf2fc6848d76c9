/**
 * What is due in virtual time: earliest first; of several due at one instant, the one with the
 * lowest tie; of equal ties, the one scheduled first.
 *
 * The tie is drawn from the seed, so that no test ever depends on who was scheduled first.
 */
export interface EventQueue<Event> {
  readonly size: number;
  schedule(atUs: number, tie: number, event: Event): void;
  /** When the next one is due, or undefined of an empty queue. */
  dueUs(): number | undefined;
  next(): { readonly atUs: number; readonly event: Event } | undefined;
}

interface Entry<Event> {
  readonly atUs: number;
  readonly tie: number;
  readonly order: number;
  readonly event: Event;
}

export function createEventQueue<Event>(): EventQueue<Event> {
  const heap: Entry<Event>[] = [];
  let scheduled = 0;

  return {
    get size() {
      return heap.length;
    },
    schedule(atUs, tie, event) {
      heap.push({ atUs, tie, order: scheduled, event });
      scheduled += 1;
      siftUp(heap);
    },
    dueUs() {
      return heap[0]?.atUs;
    },
    next() {
      const first = heap[0];
      const last = heap.pop();
      if (first !== undefined && last !== undefined && heap.length > 0) {
        heap[0] = last;
        siftDown(heap);
      }
      return first;
    },
  };
}

function isBefore(a: Entry<unknown>, b: Entry<unknown>): boolean {
  if (a.atUs !== b.atUs) return a.atUs < b.atUs;
  if (a.tie !== b.tie) return a.tie < b.tie;
  return a.order < b.order;
}

function siftUp<Event>(heap: Entry<Event>[]): void {
  let child = heap.length - 1;
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if (!swapIfBefore(heap, child, parent)) return;
    child = parent;
  }
}

function siftDown<Event>(heap: Entry<Event>[]): void {
  let parent = 0;
  for (;;) {
    const left = parent * 2 + 1;
    const [a, b] = [heap[left], heap[left + 1]];
    if (a === undefined) return;
    const child = b !== undefined && isBefore(b, a) ? left + 1 : left;
    if (!swapIfBefore(heap, child, parent)) return;
    parent = child;
  }
}

function swapIfBefore<Event>(heap: Entry<Event>[], child: number, parent: number): boolean {
  const [a, b] = [heap[child], heap[parent]];
  if (a === undefined || b === undefined || !isBefore(a, b)) return false;
  heap[parent] = a;
  heap[child] = b;
  return true;
}
