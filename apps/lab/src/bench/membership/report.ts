import { type Column, formatMs, formatTable } from '../../output/table.js';
import { greatest, median } from '../../stats.js';
import { rows, type Samples } from './rows.js';

const columns: readonly Column[] = [
  { title: 'case' },
  { title: 'serf', align: 'right' },
  { title: 'goal', align: 'right' },
  { title: 'median', align: 'right' },
  { title: 'worst', align: 'right' },
  { title: 'of', align: 'right' },
  { title: 'goal met' },
];

/** The table as text; a row that was not measured is left out. */
export function formatReport(samples: Samples): string {
  const lines = rows
    .filter(({ name }) => samples.of(name).length > 0)
    .map(({ name, title, serf, goalMs }) => {
      const values = samples.of(name);
      return [
        title,
        serf,
        goalMs === undefined ? '-' : `< ${formatMs(goalMs)}`,
        formatMs(median(values)),
        formatMs(greatest(values)),
        String(values.length),
        goalMs === undefined ? '' : verdict(values, goalMs),
      ];
    });
  return [
    formatTable(columns, lines),
    '',
    ...samples.failures.map((failure) => `BROKE OFF ${failure}`),
    `deaths told of peers that had not been killed or frozen: ${samples.falseDeaths}`,
    `messages that somebody lacked a second later: ${samples.messagesMissing}`,
    'serf: 0.9.4, LAN profile (joins in a burst: local profile), same kind of machine; see docs/benchmarks.md',
  ].join('\n');
}

/** The same for scripts, with every sample. */
export function reportData(samples: Samples): object {
  return {
    rows: rows
      .filter(({ name }) => samples.of(name).length > 0)
      .map(({ name, title, serf, goalMs }) => {
        const values = samples.of(name);
        return {
          name,
          title,
          serf,
          goalMs,
          medianMs: median(values),
          worstMs: greatest(values),
          samplesMs: values,
        };
      }),
    failures: samples.failures,
    falseDeaths: samples.falseDeaths,
    messagesMissing: samples.messagesMissing,
  };
}

function verdict(values: readonly number[], goalMs: number): string {
  if (greatest(values) <= goalMs) return 'yes';
  return median(values) <= goalMs ? 'median only' : 'NO';
}
