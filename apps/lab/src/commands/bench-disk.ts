import { Command } from 'commander';
import { benchDisk } from '../bench/disk/bench.js';
import { chatFile, jsonHelp, narratorFor, parseCount, parseCounts } from './common.js';

interface Flags {
  readonly quick?: boolean;
  readonly messages: readonly number[];
  readonly repeats: number;
  readonly json?: boolean;
}

export function benchDiskCommand(): Command {
  return new Command('disk')
    .description('how soon a peer is back with a full log, and what memory it takes')
    .option('--quick', '100,000 messages only, one start')
    .option('--messages <list>', 'messages on disk', parseCounts, [100_000, 1_000_000])
    .option('--repeats <n>', 'starts on each log', parseCount, 5)
    .option('--json', jsonHelp)
    .action(({ quick, messages, repeats, json }: Flags) =>
      benchDisk({
        narrator: narratorFor(json),
        chatFile,
        sizes: quick === true ? [100_000] : messages,
        repeats: quick === true ? 1 : repeats,
      }),
    );
}
