import type { DemoResult } from './observer.js';

const PERCENT = 100;

/** A demo's result for a person. */
export function reportLines(result: DemoResult): string[] {
  const { made, failed, retried, diverted, failures, breakers, shares } = result;
  const total = Object.values(shares).reduce((sum, count) => sum + count, 0);
  const width = Math.max(...Object.keys(shares).map(({ length }) => length), 0);
  return [
    '',
    `calls made ${made}, failed ${failed}, retried ${retried}, sent elsewhere unseen ${diverted}`,
    ...failures.map((failure) => `  failed: ${failure}`),
    breakers.length === 0 ? 'no breaker opened' : 'breakers:',
    ...breakers.map((line) => `  ${line}`),
    'served by each copy:',
    ...Object.entries(shares).map(
      ([nick, count]) =>
        `  ${nick.padEnd(width)}  ${String(count).padStart(6)}  ${percent(count, total)}`,
    ),
    failed === 0 ? 'No call failed.' : `${failed} calls failed.`,
  ];
}

function percent(count: number, total: number): string {
  return `${((count / total) * PERCENT).toFixed(1).padStart(5)} %`;
}
