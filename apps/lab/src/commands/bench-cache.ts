import { Command } from 'commander';
import { benchCache } from '../bench/cache/bench.js';
import { jsonHelp, narratorFor } from './common.js';

interface Flags {
  readonly quick?: boolean;
  readonly json?: boolean;
}

export function benchCacheCommand(): Command {
  return new Command('cache')
    .description('the cache beside Redis, lru-cache and Y.Map')
    .option('--quick', 'fewer rounds, sets and keys')
    .option('--json', jsonHelp)
    .action(({ quick, json }: Flags) =>
      benchCache({ narrator: narratorFor(json), quick: quick === true }),
    );
}
