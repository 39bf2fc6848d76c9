/** One line of a chart. */
interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Chart {
  readonly title: string;
  readonly subtitle?: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Zero is drawn at the bottom of a logarithmic axis. */
  readonly yScale?: 'linear' | 'log';
  readonly xScale?: 'linear' | 'log';
  readonly series: readonly Series[];
}

const WIDTH = 760;
const HEIGHT = 300;
const BOX = { left: 70, right: 180, top: 56, bottom: 44 };
const TICKS = 5;
/** Told apart by colour-blind people too (Okabe and Ito 2008); each line has a dash of its own besides. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#888888'];
const DASHES = ['', '6 3', '2 2', '8 3 2 3', '4 4', '1 3', '10 4'];
const STYLE =
  'svg{--back:#fff;--ink:#1c2430;--soft:#657082;--rule:#d5dae2;font:12px system-ui,sans-serif;background:var(--back)}' +
  '@media(prefers-color-scheme:dark){svg{--back:#14181f;--ink:#e4e9f0;--soft:#98a4b5;--rule:#343c48}}' +
  'text{fill:var(--ink)}.soft{fill:var(--soft)}.title{font-size:15px;font-weight:600}.back{fill:var(--back)}.rule{stroke:var(--rule)}';

/** Draws charts below each other, as one SVG without script or font, for light and dark pages. */
export function drawCharts(charts: readonly Chart[]): string {
  const height = charts.length * HEIGHT;
  const parts = charts.map((chart, index) => {
    return `<g transform="translate(0 ${index * HEIGHT})">\n${drawChart(chart)}\n</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>${escapeText(charts.map(({ title }) => title).join('; '))}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="back" width="${WIDTH}" height="${height}"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

function drawChart(chart: Chart): string {
  const { title, subtitle = '', xLabel, yLabel, series } = chart;
  const all = series.flatMap(({ points }) => points);
  const x = axis(
    all.map(([at]) => at),
    chart.xScale ?? 'linear',
    BOX.left,
    WIDTH - BOX.right,
  );
  const y = axis(
    [0, ...all.map(([, value]) => value)],
    chart.yScale ?? 'linear',
    HEIGHT - BOX.bottom,
    BOX.top,
  );
  const bottom = HEIGHT - BOX.bottom;
  return [
    text(12, 20, title, 'title'),
    text(12, 38, subtitle, 'soft'),
    ...y.ticks.flatMap((tick) => [
      `<line class="rule" x1="${BOX.left}" x2="${WIDTH - BOX.right}" y1="${y.place(tick)}" y2="${y.place(tick)}"/>`,
      text(BOX.left - 6, y.place(tick) + 4, short(tick), 'soft', 'end'),
    ]),
    ...x.ticks.map((tick) => text(x.place(tick), bottom + 16, short(tick), 'soft', 'middle')),
    text((BOX.left + WIDTH - BOX.right) / 2, HEIGHT - 10, xLabel, 'soft', 'middle'),
    text(BOX.left, BOX.top - 6, yLabel, 'soft'),
    ...series.map((one, index) => line(one, index, x.place, y.place)),
    ...series.map(({ name }, index) => legend(name, index)),
  ].join('\n');
}

function line(
  { points }: Series,
  index: number,
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  const colour = COLOURS[index % COLOURS.length];
  const dash = DASHES[index % DASHES.length];
  const path = points.map(([at, value]) => `${x(at)},${y(value)}`).join(' ');
  const dots = points.length > 24 ? [] : points;
  return [
    `<polyline fill="none" stroke="${colour}" stroke-width="1.8" stroke-dasharray="${dash}" points="${path}"/>`,
    ...dots.map(
      ([at, value]) => `<circle cx="${x(at)}" cy="${y(value)}" r="2.6" fill="${colour}"/>`,
    ),
  ].join('\n');
}

function legend(name: string, index: number): string {
  const left = WIDTH - BOX.right + 12;
  const top = BOX.top + 8 + index * 18;
  const colour = COLOURS[index % COLOURS.length];
  const dash = DASHES[index % DASHES.length];
  return (
    `<line x1="${left}" x2="${left + 24}" y1="${top}" y2="${top}" stroke="${colour}" stroke-width="1.8" stroke-dasharray="${dash}"/>` +
    text(left + 30, top + 4, name)
  );
}

interface Axis {
  readonly ticks: readonly number[];
  readonly place: (value: number) => number;
}

function axis(values: readonly number[], scale: 'linear' | 'log', from: number, to: number): Axis {
  const finite = values.filter(Number.isFinite);
  const max = Math.max(1e-9, ...finite);
  if (scale === 'log') return logAxis(finite, max, from, to);
  const min = Math.min(0, ...finite);
  const step = niceStep((max - min) / TICKS);
  const top = Math.ceil(max / step) * step;
  const ticks = Array.from(
    { length: Math.round((top - min) / step) + 1 },
    (_, n) => min + n * step,
  );
  return { ticks, place: (value) => round(from + ((value - min) / (top - min)) * (to - from)) };
}

function logAxis(values: readonly number[], max: number, from: number, to: number): Axis {
  const least = Math.min(max, ...values.filter((value) => value > 0));
  const low = Math.floor(Math.log10(least));
  const high = Math.max(low + 1, Math.ceil(Math.log10(max)));
  const ticks = Array.from({ length: high - low + 1 }, (_, n) => 10 ** (low + n));
  const share = (value: number): number =>
    (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low);
  return { ticks, place: (value) => round(from + share(value) * (to - from)) };
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
}

function text(x: number, y: number, words: string, kind = '', anchor = 'start'): string {
  if (words === '') return '';
  return `<text x="${round(x)}" y="${round(y)}" class="${kind}" text-anchor="${anchor}">${escapeText(words)}</text>`;
}

function short(value: number): string {
  if (Math.abs(value) >= 1e6) return `${round(value / 1e6)}M`;
  if (Math.abs(value) >= 1e4) return `${round(value / 1e3)}k`;
  return String(Number(value.toPrecision(4)));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeText(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
