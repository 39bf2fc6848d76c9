import { describe, expect, it } from 'vitest';
import { testBroadcast } from '../src/harness/broadcast-test.js';
import { LIMITS } from '../src/harness/measure.js';

// A short run of what `npm run maelstrom -- measure` does; its page has the whole.
describe.each(['fast', 'thrifty'] as const)(
  'the profile %s, 25 nodes, 100 ms links',
  (profile) => {
    const options = { profile, nodes: 25, seed: 'short' };

    it('stays within the limits of its challenge', () => {
      const outcome = testBroadcast({ ...options, seconds: 10, partitions: false });
      const limits = LIMITS[profile];
      expect(outcome.lost).toBe(0);
      expect(outcome.unanswered).toBe(0);
      expect(outcome.medianMs).toBeLessThan(limits.medianMs);
      expect(outcome.maxMs).toBeLessThan(limits.maxMs);
      expect(outcome.messagesPerOperation).toBeLessThan(limits.messagesPerOperation);
    });
  },
  60_000,
);
