import { describe, expect, it } from 'vitest';
import { median, pageOf } from '../../src/experiments/experiment.js';
import { EXPERIMENTS } from '../../src/experiments/experiments.js';

describe('the page of an experiment', () => {
  const page = pageOf(
    'weather',
    {
      title: 'Weather',
      method: ['Looked out of the window.'],
      tables: [{ columns: ['day', 'rain, mm'], rows: [['Monday', '3']] }],
      findings: ['It rains.'],
      charts: [],
    },
    'weather.svg',
  );

  it('names the command that wrote it, and shows its plot', () => {
    expect(page).toContain('`npm run sim -- experiment weather`');
    expect(page).toContain('![Weather](weather.svg)');
  });

  it('has tables as the formatter of this repository has them', () => {
    expect(page).toContain('| day    | rain, mm |\n| ------ | -------- |\n| Monday | 3        |\n');
  });
});

describe('experiments', () => {
  it('have names of their own and say what they find out', () => {
    expect(new Set(EXPERIMENTS.map(({ name }) => name)).size).toBe(EXPERIMENTS.length);
    for (const { summary } of EXPERIMENTS) expect(summary.length).toBeGreaterThan(20);
  });

  it.each([
    [[], 0],
    [[7], 7],
    [[3, 1, 2], 2],
  ])('the median of %j is %i', (values, middle) => {
    expect(median(values)).toBe(middle);
  });
});
