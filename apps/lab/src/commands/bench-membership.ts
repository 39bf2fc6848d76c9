import { Command } from 'commander';
import { benchMembership } from '../bench/membership/bench.js';
import { chatFile, jsonHelp, narratorFor, parseCount } from './common.js';

interface Flags {
  readonly quick?: boolean;
  readonly repeats: number;
  readonly only?: readonly string[];
  readonly json?: boolean;
}

export function benchMembershipCommand(): Command {
  return new Command('membership')
    .description('how soon deaths, leaves, joins and messages are known')
    .option('--quick', 'one repeat of each row')
    .option('--repeats <n>', 'repeats of each row', parseCount, 5)
    .option('--only <rows...>', 'rows by name or its beginning, such as "kill" or "join"')
    .option('--json', jsonHelp)
    .action(({ quick, repeats, only, json }: Flags) =>
      benchMembership({
        narrator: narratorFor(json),
        repeats: quick === true ? 1 : repeats,
        only: only ?? [],
        chatFile,
      }),
    );
}
