import { Command } from 'commander';
import { runDemo } from '../demo/demo.js';
import { chatFile, jsonHelp, narratorFor, parseCount } from './common.js';

interface Flags {
  readonly rounds: number;
  readonly logs?: string;
  readonly json?: boolean;
}

export function demoCommand(): Command {
  return new Command('demo')
    .description('five peers chat, two are killed, one comes back, and all agree')
    .option('--rounds <n>', 'questions and answers in each scene', parseCount, 4)
    .option('--logs <folder>', 'keep what each peer printed, a file each')
    .option('--json', jsonHelp)
    .action(async ({ rounds, logs, json }: Flags) => {
      const ok = await runDemo({
        narrator: narratorFor(json),
        chatFile,
        rounds,
        logFolder: logs,
      });
      if (!ok) process.exitCode = 1;
    });
}
