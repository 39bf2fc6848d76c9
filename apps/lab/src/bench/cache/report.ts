import { formatTable } from '../../output/table.js';

/** One line of the table. */
export interface Row {
  readonly title: string;
  readonly value: number;
  readonly text: string;
  readonly goal: string;
  /** Undefined where there is no goal. */
  readonly met: boolean | undefined;
  /** The same of others, in the same run. */
  readonly beside: string;
}

export function formatRows(rows: readonly Row[]): string {
  return formatTable(
    [
      { title: 'what' },
      { title: 'ours', align: 'right' },
      { title: 'wanted', align: 'right' },
      { title: 'met' },
      { title: 'beside, in this run' },
    ],
    rows.map(({ title, text, goal, met, beside }) => {
      const verdict = met === undefined ? '' : met ? 'yes' : 'NO';
      return [title, text, goal, verdict, beside];
    }),
  );
}
