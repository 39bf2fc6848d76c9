import { type Column, formatMs, formatTable } from '../../output/table.js';
import type { Results } from './results.js';

const columns: readonly Column[] = [
  { title: 'N', align: 'right' },
  { title: 'system' },
  { title: 'p50', align: 'right' },
  { title: 'p99', align: 'right' },
  { title: 'msg/s 100 B', align: 'right' },
  { title: 'msg/s 1 KiB', align: 'right' },
  { title: 'copies', align: 'right' },
  { title: 'CPU µs', align: 'right' },
  { title: 'RSS MB', align: 'right' },
  { title: 'flooded', align: 'right' },
  { title: 'connected', align: 'right' },
  { title: 'missing', align: 'right' },
];

/** The systems that ours is compared with, by the names that `--systems` takes. */
const [ours, naive, gossipsub] = ['hearsay', 'naive', 'gossipsub'];

interface Goal {
  readonly title: string;
  readonly sizes: readonly number[];
  readonly value: (results: Results, size: number) => number;
  readonly met: (value: number) => boolean;
  readonly goal: string;
  readonly format: (value: number) => string;
}

const times = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)}x`;
const all = [3, 8, 16, 32];

const goals: readonly Goal[] = [
  {
    title: 'p50, hearsay / naive',
    sizes: all,
    value: (results, size) => results.ratio(ours, naive, size, 'p50Ms'),
    met: (value) => value <= 1.5,
    goal: '<= 1.5x',
    format: times,
  },
  ...(['smallRate', 'largeRate'] as const).flatMap((figure): Goal[] => {
    const bytes = figure === 'smallRate' ? '100 B' : '1 KiB';
    return [
      {
        title: `msg/s ${bytes}, hearsay / naive`,
        sizes: [8, 16],
        value: (results, size) => results.ratio(ours, naive, size, figure),
        met: (value) => value >= 0.5,
        goal: '>= 0.5x',
        format: times,
      },
      {
        title: `msg/s ${bytes}, hearsay / gossipsub`,
        sizes: [8, 16],
        value: (results, size) => results.ratio(ours, gossipsub, size, figure),
        met: (value) => value >= 50,
        goal: '>= 50x',
        format: times,
      },
    ];
  }),
  // With more processes than cores a rate is the inverse of this, and this is less at the mercy of
  // what else the machine does.
  {
    title: 'CPU a message, hearsay / naive',
    sizes: [8, 16],
    value: (results, size) => results.ratio(ours, naive, size, 'cpuMicroseconds'),
    met: (value) => value <= 2,
    goal: '<= 2x',
    format: times,
  },
  {
    title: 'CPU a message, gossipsub / hearsay',
    sizes: [8, 16],
    value: (results, size) => results.ratio(gossipsub, ours, size, 'cpuMicroseconds'),
    met: (value) => value >= 50,
    goal: '>= 50x',
    format: times,
  },
  {
    title: 'copies a message, hearsay',
    sizes: all,
    value: (results, size) => results.median(ours, size, 'copies'),
    met: (value) => value <= 1.005,
    goal: '1.00',
    format: (value) => value.toFixed(2),
  },
  {
    title: 'RSS a peer, hearsay',
    sizes: all,
    value: (results, size) => results.median(ours, size, 'rssMB'),
    met: (value) => value < 80,
    goal: '< 80 MB',
    format: (value) => `${value.toFixed(0)} MB`,
  },
  {
    title: 'start to all connected, hearsay',
    sizes: [16],
    value: (results, size) => results.median(ours, size, 'connectMs'),
    met: (value) => value < 1_000,
    goal: '< 1 s',
    format: formatMs,
  },
];

/** Medians over the repeats, and the goals beside what was reached. */
export function formatReport(
  results: Results,
  systems: readonly string[],
  sizes: readonly number[],
): string {
  const rows = sizes.flatMap((size) =>
    systems
      .filter((system) => results.of(system, size).length > 0)
      .map((system) => rowOf(results, system, size)),
  );
  const judged = judge(results, sizes);
  const goalTable = formatTable(
    [
      { title: 'goal' },
      { title: 'N', align: 'right' },
      { title: 'wanted', align: 'right' },
      { title: 'measured', align: 'right' },
      { title: 'met' },
    ],
    judged.map(({ title, size, goal, text, met }) => [
      title,
      String(size),
      goal,
      text,
      met ? 'yes' : 'NO',
    ]),
  );
  return [
    formatTable(columns, rows),
    '',
    'CPU µs: processor time of all peers for each message at each receiver, flooded with 100 B',
    ...results.failures.map((failure) => `NOT MEASURED ${failure}`),
    ...(judged.length === 0 ? [] : ['', goalTable]),
  ].join('\n');
}

/** The same for scripts, with every repeat. */
export function reportData(results: Results, sizes: readonly number[]): object {
  return {
    cells: results.cells,
    failures: results.failures,
    goals: judge(results, sizes).map(({ title, size, goal, value, met }) => ({
      title,
      size,
      goal,
      value,
      met,
    })),
  };
}

function rowOf(results: Results, system: string, size: number): string[] {
  const figure = (name: Parameters<Results['median']>[2]) => results.median(system, size, name);
  return [
    String(size),
    system,
    formatMs(figure('p50Ms')),
    formatMs(figure('p99Ms')),
    formatRate(figure('smallRate')),
    formatRate(figure('largeRate')),
    figure('copies').toFixed(2),
    figure('cpuMicroseconds').toFixed(1),
    figure('rssMB').toFixed(0),
    figure('floodRssMB').toFixed(0),
    formatMs(figure('connectMs')),
    String(Math.round(figure('missing'))),
  ];
}

function judge(results: Results, sizes: readonly number[]) {
  return goals.flatMap(({ title, sizes: judgedSizes, value, met, goal, format }) =>
    judgedSizes
      .filter((size) => sizes.includes(size))
      .map((size) => ({ size, reached: value(results, size) }))
      .filter(({ reached }) => Number.isFinite(reached))
      .map(({ size, reached }) => ({
        title,
        size,
        goal,
        value: reached,
        text: format(reached),
        met: met(reached),
      })),
  );
}

/** `12,345` in every locale. */
function formatRate(rate: number): string {
  if (!Number.isFinite(rate)) return '-';
  return Math.round(rate)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}
