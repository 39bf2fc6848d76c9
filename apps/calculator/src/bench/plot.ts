import type { BalancingResult } from './balancing.js';

const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM, RIGHT] = [720, 360, 60, 40, 50, 150];
const [MS_MIN, MS_MAX] = [0.1, 1_000];
const COLOURS = ['#0b7285', '#c92a2a', '#e67700', '#5f3dc4', '#2b8a3e'];
const TITLE = 'One of three copies takes 500 ms: how long calls take, by how they are balanced';
const TICKS = [0.1, 1, 10, 100, 1_000];
const PERCENTS = [0, 25, 50, 75, 100];
const STROKE = 'fill="none" stroke-width="2"';

/** Durations of calls by each strategy, as curves of quantiles over a logarithmic scale. */
export function balancingPlot(results: readonly BalancingResult[]): string {
  const x = (percent: number): number => LEFT + (percent / 100) * (WIDTH - LEFT - RIGHT);
  const y = (ms: number): number => {
    const part = Math.log(Math.max(ms, MS_MIN) / MS_MIN) / Math.log(MS_MAX / MS_MIN);
    return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM);
  };
  const lines = [
    text(LEFT, 22, TITLE),
    ...TICKS.map((ms) => rule(y(ms)) + text(8, y(ms) + 4, `${ms} ms`)),
    ...PERCENTS.map((percent) => text(x(percent) - 10, HEIGHT - BOTTOM + 20, `${percent} %`)),
    text(x(50) - 60, HEIGHT - 10, 'of calls took at most'),
    ...results.flatMap(({ strategy, curveMs }, index) => {
      const colour = COLOURS[index % COLOURS.length] ?? 'black';
      const points = curveMs.map((ms, point) => `${round(x(point + 1))},${round(y(ms))}`).join(' ');
      const top = TOP + 20 + index * 22;
      const label = `<tspan fill="${colour}">${strategy}</tspan>`;
      return [
        `<polyline ${STROKE} stroke="${colour}" points="${points}"/>`,
        text(WIDTH - RIGHT + 15, top, label),
      ];
    }),
  ];
  const box = `viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}"`;
  const look = 'font-family="sans-serif" font-size="13" fill="#343a40"';
  return `<svg xmlns="http://www.w3.org/2000/svg" ${box} ${look} role="img">
<title>${TITLE}</title>
<rect width="100%" height="100%" fill="white"/>
${lines.join('\n')}
</svg>
`;
}

function text(x: number, y: number, words: string): string {
  return `<text x="${round(x)}" y="${round(y)}">${words}</text>`;
}

function rule(y: number): string {
  return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(y)}" y2="${round(y)}" stroke="#dee2e6"/>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
