import { Command } from 'commander';
import { benchHundred } from '../bench/hundred/bench.js';
import { jsonHelp, narratorFor, parseCount, parseSeconds } from './common.js';

interface Flags {
  readonly peers: number;
  readonly processes: number;
  readonly joinEvery: number;
  readonly calm: number;
  readonly json?: boolean;
}

export function benchHundredCommand(): Command {
  return new Command('hundred')
    .description('a hundred real peers in a few processes: join, talk, and half of them are killed')
    .option('--peers <n>', 'how many', parseCount, 100)
    .option('--processes <n>', 'half of these are killed', parseCount, 4)
    .option('--join-every <ms>', 'between the starts of two peers', parseCount, 100)
    .option(
      '--calm <seconds>',
      'of rest, and again while what rest costs is counted',
      parseSeconds,
      10,
    )
    .option('--json', jsonHelp)
    .addHelpText(
      'after',
      `
Exit code 1 when a message, a member or a death was missed, or a living peer was called dead.

Examples:
  npm run bench:hundred
  npm run bench:hundred -- --peers 20 --processes 2 --calm 2 --json`,
    )
    .action(async ({ peers, processes, joinEvery, calm, json }: Flags) => {
      const ok = await benchHundred({
        narrator: narratorFor(json),
        peers,
        processes,
        joinEveryMs: joinEvery,
        calmMs: 1_000 * calm,
      });
      if (!ok) process.exitCode = 1;
    });
}
