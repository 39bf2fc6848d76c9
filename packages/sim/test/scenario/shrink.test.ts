import { describe, expect, it } from 'vitest';
import { shrink, smallerSpecs, smallerSwarms } from '../../src/scenario/shrink.js';
import { readSpec } from '../../src/scenario/spec.js';
import { OMISSIONS, type SwarmOptions } from '../../src/scenario/swarm.js';

describe('shrinking', () => {
  it('ends at a case of which nothing smaller fails', () => {
    const smaller = (n: number): number[] => [Math.floor(n / 2), n - 1].filter((one) => one < n);
    expect(shrink(1_000, smaller, (n) => n >= 37)).toBe(37);
  });

  it('keeps what it was given when nothing smaller fails', () => {
    expect(
      shrink(
        'all',
        () => ['less', 'least'],
        () => false,
      ),
    ).toBe('all');
  });

  it('tries no more cases than it may', () => {
    let tried = 0;
    const fails = (): boolean => {
      tried += 1;
      return true;
    };
    shrink(1_000_000, (n) => [n - 1], fails, 10);
    expect(tried).toBe(10);
  });

  it('leaves out of a seed all but what makes it fail', () => {
    const fails = ({ without = [], nodes = 6 }: SwarmOptions): boolean =>
      !without.includes('freeze') && !without.includes('message-faults') && nodes >= 3;
    const drawn = { nodes: 6, chaosMs: 3_000 };
    const start: SwarmOptions = { seed: '1', lifeMs: 10_000 };
    const smallest = shrink(start, (from) => smallerSwarms(from, drawn), fails);
    expect(smallest.nodes).toBe(3);
    expect(smallest.lifeMs).toBeUndefined();
    expect(smallest.chaosMs).toBeLessThanOrEqual(100);
    const kept = OMISSIONS.filter((one) => !smallest.without?.includes(one));
    expect(kept.toSorted()).toEqual(['freeze', 'message-faults']);
  });

  it('drops faults, churn, senders, peers and time of a file', () => {
    const text = JSON.stringify({
      name: 'x',
      peers: 5,
      seconds: 60,
      churn: { everySeconds: 1 },
      faults: [
        { kind: 'kill', peers: 1, atSeconds: 1 },
        { kind: 'freeze', peers: 1, atSeconds: 2 },
      ],
    });
    const smallest = shrink(readSpec('x.json', text), smallerSpecs, ({ faults }) =>
      faults.some(({ kind }) => kind === 'freeze'),
    );
    expect(smallest).toMatchObject({ peers: 2, churn: undefined, senders: { peers: 0 } });
    expect(smallest.faults.map(({ kind }) => kind)).toEqual(['freeze']);
    expect(smallest.durationMs).toBeLessThanOrEqual(100);
  });

  it('leaves peers in that a fault names', () => {
    const text = JSON.stringify({
      name: 'x',
      peers: 5,
      seconds: 1,
      faults: [{ kind: 'kill', peers: ['e'], atSeconds: 0 }],
    });
    expect(
      shrink(readSpec('x.json', text), smallerSpecs, (spec) => spec.faults.length > 0).peers,
    ).toBe(5);
  });
});
