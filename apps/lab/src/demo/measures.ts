import { type Column, formatMs, formatTable } from '../output/table.js';

/** One measured time of the demo. */
export interface Measure {
  readonly what: string;
  readonly from: string;
  /** At the first peer that noticed, and at the last one. */
  readonly firstMs: number;
  readonly allMs: number;
}

const columns: readonly Column[] = [
  { title: 'measured' },
  { title: 'counted from' },
  { title: 'first peer', align: 'right' },
  { title: 'all peers', align: 'right' },
];

/** From `sinceMs` to the least and the greatest of the times. */
export function measure(
  what: string,
  from: string,
  sinceMs: number,
  times: readonly number[],
): Measure {
  return {
    what,
    from,
    firstMs: Math.min(...times) - sinceMs,
    allMs: Math.max(...times) - sinceMs,
  };
}

export function formatMeasures(measures: readonly Measure[]): string {
  return formatTable(
    columns,
    measures.map(({ what, from, firstMs, allMs }) => [
      what,
      from,
      formatMs(firstMs),
      formatMs(allMs),
    ]),
  );
}
