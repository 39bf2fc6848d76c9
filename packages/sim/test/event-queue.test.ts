import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createEventQueue } from '../src/event-queue.js';

it('hands events out by time, and in the order they were scheduled at one time', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (times) => {
      const queue = createEventQueue<number>();
      times.forEach((atMs, order) => {
        queue.schedule(atMs, order);
      });
      const drained = times.map(() => queue.next());
      const expected = times
        .map((atMs, event) => ({ atMs, event }))
        .sort((a, b) => a.atMs - b.atMs || a.event - b.event);
      expect(drained).toMatchObject(expected);
      expect(queue.next()).toBeUndefined();
    }),
  );
});
