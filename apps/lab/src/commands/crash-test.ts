import { seededRandom } from '@hearsay/core';
import { DURABILITIES } from '@hearsay/node';
import { Command, Option } from 'commander';
import { crashTest } from '../crash/crash-test.js';
import { chatFile, jsonHelp, narratorFor, parseCount } from './common.js';

interface Flags {
  readonly rounds: number;
  readonly durability: string;
  readonly seed: string;
  readonly json?: boolean;
}

export function crashTestCommand(): Command {
  return new Command('crash-test')
    .description('kills a talking peer again and again, and looks for what it acknowledged')
    .option('--rounds <n>', 'kills', parseCount, 100)
    .addOption(
      new Option('--durability <level>', 'of the peer').choices(DURABILITIES).default('process'),
    )
    .option('--seed <text>', 'draws the moments of the kills', '1')
    .option('--json', jsonHelp)
    .action(async ({ rounds, durability, seed, json }: Flags) => {
      const random = seededRandom(seed);
      const ok = await crashTest({
        narrator: narratorFor(json),
        chatFile,
        rounds,
        durability,
        random: () => random.next() / 2 ** 32,
      });
      if (!ok) process.exitCode = 1;
    });
}
