import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { pageOf } from '../experiments/experiment.js';
import { EXPERIMENTS } from '../experiments/experiments.js';
import { drawCharts } from '../plot/line-chart.js';
import { RequestError } from '../scenario/fields.js';
import { complain, write } from './output.js';

const folder = fileURLToPath(new URL('../../../../docs/experiments/', import.meta.url));

/**
 * `experiment NAME ...`: writes a page and a plot of each under docs/experiments.
 * @returns the exit code
 * @throws RequestError
 */
export function experimentCommand(names: readonly string[]): number {
  const known = EXPERIMENTS.map(({ name }) => name).join(', ');
  if (names.length === 0) throw new RequestError(`experiment takes a name: all, ${known}`);
  const chosen = names.flatMap((name) => {
    if (name === 'all') return EXPERIMENTS;
    const found = EXPERIMENTS.find((experiment) => experiment.name === name);
    if (found !== undefined) return [found];
    throw new RequestError(`no experiment is called ${name}; there are all, ${known}`);
  });
  mkdirSync(folder, { recursive: true });
  for (const experiment of chosen) {
    const report = experiment.run(complain);
    const plot = `${experiment.name}.svg`;
    writeFileSync(path.join(folder, plot), drawCharts(report.charts));
    const page = pageOf(experiment.name, report, plot);
    writeFileSync(path.join(folder, `${experiment.name}.md`), page);
    for (const finding of report.findings) write(finding);
    write(`written to docs/experiments/${experiment.name}.md`);
  }
  return 0;
}
