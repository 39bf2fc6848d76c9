import { Command } from 'commander';
import { runHostile } from '../hostile/hostile.js';
import { chatFile, jsonHelp, narratorFor, parseCount, parseSeconds } from './common.js';

interface Flags {
  readonly only?: readonly string[];
  readonly seconds: number;
  readonly tries: number;
  readonly quick?: boolean;
  readonly json?: boolean;
}

const QUICK_SECONDS = 1;

export function hostileCommand(): Command {
  return new Command('hostile')
    .description('a hostile peer does its worst to four honest ones, without a key and as a member')
    .option('--only <names...>', 'stranger, member, network, or attacks by a part of their name')
    .option('--seconds <n>', 'how long each attack goes on', parseSeconds, 4)
    .option('--tries <n>', 'of an attack of which nothing but the p99 is missed', parseCount, 3)
    .option('--quick', `${QUICK_SECONDS} s each`)
    .option('--json', jsonHelp)
    .action(async ({ only, seconds, tries, quick, json }: Flags) => {
      const ok = await runHostile({
        narrator: narratorFor(json),
        chatFile,
        only: only ?? [],
        forMs: 1_000 * (quick === true ? QUICK_SECONDS : seconds),
        triesMax: tries,
      });
      if (!ok) process.exitCode = 1;
    });
}
