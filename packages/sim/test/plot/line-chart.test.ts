import { describe, expect, it } from 'vitest';
import { type Chart, drawCharts } from '../../src/plot/line-chart.js';

const chart: Chart = {
  title: 'a < b & c',
  xLabel: 'x',
  yLabel: 'y',
  series: [
    {
      name: 'one',
      points: [
        [0, 0],
        [1, 10],
        [2, 5],
      ],
    },
  ],
};

describe('a line chart', () => {
  it('is one SVG with every series in its legend, and hostile text harmless', () => {
    const svg = drawCharts([chart]);
    expect(svg).toMatch(/^<svg [\s\S]+<\/svg>\n$/);
    expect(svg).toContain('a &lt; b &amp; c');
    expect(svg).toContain('>one</text>');
  });

  it.each<[string, Partial<Chart>]>([
    ['nothing', { series: [] }],
    ['one point', { series: [{ name: 'one', points: [[5, 5]] }] }],
    [
      'only zeros',
      {
        series: [
          {
            name: 'one',
            points: [
              [0, 0],
              [0, 0],
            ],
          },
        ],
      },
    ],
    ['logarithms of zero', { yScale: 'log', xScale: 'log' }],
  ])('has no number that is none: %s', (_what, change) => {
    expect(drawCharts([{ ...chart, ...change }])).not.toMatch(/NaN|Infinity/);
  });

  it('puts the greatest value highest', () => {
    const [, points = ''] = /points="([^"]+)"/.exec(drawCharts([chart])) ?? [];
    const heights = points.split(' ').map((pair) => Number(pair.split(',')[1]));
    expect(heights.indexOf(Math.min(...heights))).toBe(1);
  });

  it('draws charts below each other', () => {
    expect(drawCharts([chart, chart])).toContain('translate(0 300)');
  });
});
