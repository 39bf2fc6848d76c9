import { writeFileSync } from 'node:fs';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { measureAll } from './harness/measure.js';
import { pageOf, tableOf } from './harness/report.js';
import { PROFILES, type ProfileName } from './profiles.js';
import { serve } from './serve.js';
import { WORKLOADS, type WorkloadName } from './workloads/workloads.js';

const EXAMPLES = `
Examples:
  maelstrom test -w broadcast --bin apps/maelstrom/node --node-count 25 --latency 100 \\
    --rate 100 --time-limit 20 -- broadcast --profile fast
  echo '{"src":"c1","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}}' \\
    | npm run maelstrom -- echo
  npm run maelstrom -- measure`;

const names = Object.keys(WORKLOADS) as WorkloadName[]; // An object's own keys, as declared.
const profiles = Object.keys(PROFILES) as ProfileName[]; // An object's own keys, as declared.

/** The command line of the node, and of the harness. */
export function createProgram(): Command {
  const program = new Command('hearsay-maelstrom')
    .description('The core of Hearsay as a node of Maelstrom, on standard input and output.')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(--help explains)');
  program
    .command('node', { isDefault: true })
    .description('is a node (the default)')
    .addArgument(new Argument('<workload>', 'what Maelstrom tests').choices(names))
    .addOption(
      new Option('--profile <name>', 'what it is tuned for')
        .choices(profiles)
        .default('fast')
        .env('HEARSAY_PROFILE'),
    )
    .action((workload: WorkloadName, { profile }: { profile: ProfileName }) =>
      serve({ workload, profile }),
    );
  program
    .command('measure')
    .description("plays Maelstrom's network in virtual time, and measures both profiles")
    .option('--nodes <count>', 'nodes', count, 25)
    .option('--seconds <count>', 'how long clients ask', count, 20)
    .option('--page <file>', 'writes a page of documentation')
    .action((options: { nodes: number; seconds: number; page?: string }) => {
      const outcomes = measureAll(options, (line) => process.stderr.write(`${line}\n`));
      process.stdout.write(tableOf(outcomes));
      if (options.page !== undefined) writeFileSync(options.page, pageOf(outcomes, options));
      if (!outcomes.every(({ held }) => held)) process.exitCode = 1;
    });
  return program;
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 2 && value <= 1_000) return value;
  throw new InvalidArgumentError('a whole number from 2 to 1000 is expected');
}
