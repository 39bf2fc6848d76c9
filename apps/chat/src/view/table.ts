import { padEnd, padStart, width } from '@hearsay/terminal';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** Columns as wide as their widest cell, two spaces apart; trailing spaces cut. */
export function tableRows(
  columns: readonly Column[],
  cells: readonly (readonly string[])[],
): string[] {
  const all = [columns.map(({ title }) => title), ...cells];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => width(row[index] ?? ''))));
  return all.map((row) => {
    const padded = columns.map(({ align }, index) => {
      const pad = align === 'left' ? padEnd : padStart;
      return pad(row[index] ?? '', widths[index] ?? 0);
    });
    return padded.join('  ').trimEnd();
  });
}
