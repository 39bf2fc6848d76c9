import { afterAll, describe, expect, it } from 'vitest';
import { createSimulation, runSwarm } from '../src/index.js';

const zone = process.env['TZ'];

afterAll(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

describe('the same seed', () => {
  it.each(['1', '2', '3', '4', '5', '6', '7', '8'])(
    'does the same again, in any time zone (seed %s)',
    (seed) => {
      process.env['TZ'] = 'Pacific/Kiritimati';
      const first = runSwarm({ seed });
      process.env['TZ'] = 'America/St_Johns';
      const second = runSwarm({ seed });
      expect(second.hash).toBe(first.hash);
      expect(second.steps).toBe(first.steps);
    },
  );

  it('is not disturbed by another simulation in the same process', () => {
    const run = (between: () => void): string => {
      const sim = createSimulation({ seed: 'alone' });
      sim.start(4);
      for (let count = 0; count < 40; count += 1) {
        sim.node('b').publish(`message ${count}`);
        sim.run(100);
        between();
      }
      return sim.hash();
    };
    const other = createSimulation({ seed: 'other' });
    other.start(3);
    expect(run(() => other.run(50))).toBe(run(() => undefined));
  });

  it('does not do what another seed does', () => {
    const hashes = ['1', '2', '3'].map((seed) => runSwarm({ seed }).hash);
    expect(new Set(hashes).size).toBe(3);
  });
});
