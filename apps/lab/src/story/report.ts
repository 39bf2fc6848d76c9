import { formatMeasures } from '../demo/measures.js';
import { formatVerdict } from '../demo/report.js';
import { type Column, formatMs, formatTable } from '../output/table.js';
import type { StoryResult } from './run-story.js';

const summaryColumns: readonly Column[] = [
  { title: 'story' },
  { title: 'suspected', align: 'right' },
  { title: 'dead', align: 'right' },
  { title: 'back', align: 'right' },
  { title: 'in sync', align: 'right' },
  { title: 'caches', align: 'right' },
  { title: 'messages', align: 'right' },
  { title: 'took', align: 'right' },
  { title: '' },
];

/** What came of one story: times, then what was proved, or what was not as it should be. */
export function formatResult({ met, failures, proof }: StoryResult): string {
  return [
    formatMeasures(met),
    '',
    ...failures.map((reason) => `FAILED: ${reason}`),
    formatVerdict(proof),
  ].join('\n');
}

/** A line a story; times are of the last peer, the longest where a story has several. */
export function formatSummary(results: readonly StoryResult[]): string {
  const rows = results.map((result) => {
    const { story, ok, failures, proof, chronicle, endedAtMs } = result;
    return [
      story.name,
      longest(result, / suspect /),
      longest(result, / dead /),
      longest(result, / alive /),
      longest(result, /^all agree/),
      longest(result, /^all caches/),
      String(proof.messages),
      formatMs(endedAtMs - chronicle.startedAtMs),
      ok ? 'as expected' : `FAILED: ${failures[0] ?? ''}`,
    ];
  });
  const failed = results.filter(({ ok }) => !ok).length;
  const last = failed === 0 ? `all ${results.length} as expected` : `${failed} FAILED`;
  return `${formatTable(summaryColumns, rows)}\n\n${last}`;
}

/** The first `agree` of a story is its start, which has a name of its own in the full report. */
function longest({ met }: StoryResult, what: RegExp): string {
  const times = met.filter((each, index) => index > 0 && what.test(`${each.what} `));
  return times.length === 0 ? '' : formatMs(Math.max(...times.map(({ allMs }) => allMs)));
}
