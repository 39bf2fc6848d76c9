#!/usr/bin/env node
import { experimentCommand } from './commands/experiment.js';
import { listScenarios } from './commands/find-scenario.js';
import { complain, write } from './commands/output.js';
import { runCommand } from './commands/run.js';
import { sweepCommand } from './commands/sweep.js';
import { EXPERIMENTS } from './experiments/experiments.js';
import { RequestError } from './scenario/fields.js';

const HELP = `Usage: npm run sim -- COMMAND [options]

Runs peers of Hearsay in virtual time, through the real codec, over a network that a seed breaks.
The same seed always does the same. The exit code is 1 when a promise was broken.

Commands:
  run SCENARIO ...      runs scenarios, by name or from files
  sweep                 the swarm over many seeds, and what must have happened in them
  experiment NAME ...   finds something out, and writes docs/experiments/NAME.md with a plot
  list                  the scenarios and experiments that have a name

Options of run:
  --seed SEED           any text (default: the scenario's)
  --seeds A..B          each of these seeds
  --nodes COUNT         peers (default: the scenario's)
  --hours HOURS         of virtual time
  --svg FILE            a plot of the run
  --hash                prints only the hash of everything that happened, one line a run
  --json                one object a run
  --compare REVISION    runs the same with another version of the code, and prints both
  --without WHAT,...    of the swarm: leaves out what the seed draws
  --chaos-ms MS         of the swarm: how long things break
  --no-shrink           prints a failure as it is, and looks for no smaller one

Options of sweep:
  --seeds A..B          default 1..1000
  --hours HOURS         in all; each mesh lives on until these are full (default: 100)
  --jobs COUNT          seeds at a time, each in a thread (default: one a processor)
  --hash                one hash a seed
  --coverage            how often everything happened

Examples:
  npm run sim -- run kill --nodes 40
  npm run sim -- run lossy-churn --svg run.svg
  npm run sim -- run my-scenario.json --seeds 1..20
  npm run sim -- run swarm --seed 42 --hash
  npm run sim -- run partition --compare HEAD~1
  npm run sim -- sweep
  npm run sim -- sweep --seeds 1001..3000 --jobs 1
`;

process.exitCode = await main(process.argv.slice(2));

/** @returns the exit code */
async function main([command, ...args]: readonly string[]): Promise<number> {
  if (
    command === undefined ||
    [command, ...args].some((word) => word === '--help' || word === '-h')
  ) {
    process.stdout.write(HELP);
    return command === undefined ? 2 : 0;
  }
  try {
    return await dispatch(command, args);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    complain(`${error.message.split('\n').join('\n  ')}; see --help`);
    return 2;
  }
}

function dispatch(command: string, args: readonly string[]): number | Promise<number> {
  switch (command) {
    case 'run':
      return runCommand(args);
    case 'sweep':
      return sweepCommand(args);
    case 'experiment':
      return experimentCommand(args);
    case 'list':
      for (const { name, summary } of [...listScenarios(), ...EXPERIMENTS])
        write(`${name.padEnd(18)} ${summary}`);
      return 0;
    default:
      throw new RequestError(`no command is called ${command}`);
  }
}
