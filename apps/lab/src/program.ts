import { Command } from 'commander';
import { benchBroadcastCommand } from './commands/bench-broadcast.js';
import { benchCacheCommand } from './commands/bench-cache.js';
import { benchDiskCommand } from './commands/bench-disk.js';
import { benchHundredCommand } from './commands/bench-hundred.js';
import { benchMembershipCommand } from './commands/bench-membership.js';
import { benchSecurityCommand } from './commands/bench-security.js';
import { benchYjsCommand } from './commands/bench-yjs.js';
import { crashTestCommand } from './commands/crash-test.js';
import { demoCommand } from './commands/demo.js';
import { hostileCommand } from './commands/hostile.js';
import { labCommand } from './commands/lab.js';
import { runCommand } from './commands/run.js';

/** The command line of `hearsay-lab`. */
export function createProgram(): Command {
  return labCommand()
    .addCommand(runCommand())
    .addCommand(demoCommand())
    .addCommand(crashTestCommand())
    .addCommand(hostileCommand())
    .addCommand(
      new Command('bench')
        .description('measures real processes and prints a table')
        .addCommand(benchMembershipCommand())
        .addCommand(benchHundredCommand())
        .addCommand(benchBroadcastCommand())
        .addCommand(benchSecurityCommand())
        .addCommand(benchYjsCommand())
        .addCommand(benchDiskCommand())
        .addCommand(benchCacheCommand()),
    );
}
