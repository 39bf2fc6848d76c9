import { Command } from 'commander';
import { runHostile } from '../hostile/hostile.js';
import { chatFile, jsonHelp, narratorFor, parseCount, parseSeconds } from './common.js';

interface Flags {
  readonly only?: readonly string[];
  readonly seconds: number;
  readonly turns: number;
  readonly control?: boolean;
  readonly profile?: string;
  readonly quick?: boolean;
  readonly json?: boolean;
}

const QUICK_SECONDS = 1;

export function hostileCommand(): Command {
  return new Command('hostile')
    .description('a hostile peer does its worst to four honest ones, without a key and as a member')
    .option('--only <names...>', 'stranger, member, network, or attacks by a part of their name')
    .option('--seconds <n>', 'how long each window is, quiet or attacked', parseSeconds, 3)
    .option('--turns <n>', 'how often both are looked at, one after the other', parseCount, 3)
    .option('--control', 'attack peers apart as well, to see what of it is want of processors')
    .option('--profile <folder>', 'write processor profiles of honest peers')
    .option('--quick', `one turn of ${QUICK_SECONDS} s`)
    .option('--json', jsonHelp)
    .action(async ({ only, seconds, turns, control, profile, quick, json }: Flags) => {
      const ok = await runHostile({
        narrator: narratorFor(json),
        chatFile,
        only: only ?? [],
        forMs: 1_000 * (quick === true ? QUICK_SECONDS : seconds),
        turns: quick === true ? 1 : turns,
        isControlled: control === true,
        profileFolder: profile,
      });
      if (!ok) process.exitCode = 1;
    });
}
