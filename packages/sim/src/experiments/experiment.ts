import type { Chart } from '../plot/line-chart.js';

/** A table of numbers, as text. */
interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What came of an experiment: a page is made of it. */
export interface Report {
  readonly title: string;
  /** What was asked, how, and with which settings. */
  readonly method: readonly string[];
  readonly tables: readonly Table[];
  /** What the numbers say, from the numbers. */
  readonly findings: readonly string[];
  readonly charts: readonly Chart[];
}

/** Something to find out, repeatable from its seeds. */
export interface Experiment {
  readonly name: string;
  readonly summary: string;
  /** @param progress told of each run, for whoever waits */
  run(progress: (line: string) => void): Report;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** The page of an experiment. @param plot the file of its plot, beside the page */
export function pageOf(name: string, report: Report, plot: string): string {
  return `${[
    `# ${report.title}`,
    `This page and its plot are written by \`npm run sim -- experiment ${name}\`.`,
    ...report.method,
    `![${report.title}](${plot})`,
    ...report.tables.map(markdownTable),
    '## What it says',
    ...report.findings,
  ].join('\n\n')}\n`;
}

/** Aligned, as the formatter of this repository has it. */
function markdownTable({ columns, rows }: Table): string {
  const widths = columns.map((title, index) =>
    Math.max(3, title.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`;
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join(
    '\n',
  );
}
