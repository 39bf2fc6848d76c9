import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createEventQueue } from '../src/event-queue.js';

it('hands events out by time, then by tie, then in the order they were scheduled', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(3))), (times) => {
      const queue = createEventQueue<number>();
      times.forEach(([atUs, tie], order) => {
        queue.schedule(atUs, tie, order);
      });
      const drained = times.map(() => queue.next());
      const expected = times
        .map(([atUs, tie], event) => ({ atUs, tie, event }))
        .sort((a, b) => a.atUs - b.atUs || a.tie - b.tie || a.event - b.event);
      expect(drained).toMatchObject(expected);
      expect(queue.next()).toBeUndefined();
      expect(queue.dueUs()).toBeUndefined();
    }),
  );
});
