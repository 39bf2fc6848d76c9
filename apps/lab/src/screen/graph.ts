import { type Line, padEnd, padStart, span } from '@hearsay/terminal';
import type { LabState } from './lab-state.js';

const LEVELS = ' ▁▂▃▄▅▆▇█';
const STEPS = 8;
const WINDOW_MS = 60_000;
const SCALE = 6;

/** How far apart the running peers were, over the last minute: the greatest value of each column. */
export function graph(state: LabState, columns: number, rows: number): readonly Line[] {
  const width = Math.max(1, columns - SCALE - 3);
  const values = columnsOf(state, width);
  const greatest = Math.max(1, ...values);
  const height = rows - 2;
  const lines = Array.from({ length: height }, (_each, index): Line => {
    const floor = (height - 1 - index) * STEPS;
    const cells = values.map((value) => {
      const level = Math.ceil((value / greatest) * height * STEPS) - floor;
      return LEVELS[Math.min(Math.max(level, 0), STEPS)] ?? ' ';
    });
    const scale = index === 0 ? String(greatest) : index === height - 1 ? '0' : '';
    return [span(`${padStart(scale, SCALE)} │`, 'dim'), span(cells.join(''), 'warn')];
  });
  const now = state.samples.at(-1)?.lacking ?? 0;
  return [
    [span(' FURTHEST BEHIND', 'title'), span(`  lacks ${now} now; last 60 s`, 'dim')],
    ...lines,
    [span(`${' '.repeat(SCALE)} ${padEnd('60s', width - 3)} now`, 'dim')],
  ];
}

function columnsOf({ samples, nowMs }: LabState, width: number): readonly number[] {
  const values = Array.from({ length: width }, () => 0);
  const startMs = nowMs - WINDOW_MS;
  const columnOf = (atMs: number) => Math.floor(((atMs - startMs) / WINDOW_MS) * width);
  samples.forEach(({ atMs, lacking }, index) => {
    // A value holds until the next one.
    const last = columnOf(samples[index + 1]?.atMs ?? nowMs);
    const first = Math.max(0, columnOf(atMs));
    for (let column = first; column <= Math.min(last, width - 1); column += 1) {
      values[column] = Math.max(values[column] ?? 0, lacking);
    }
  });
  return values;
}
