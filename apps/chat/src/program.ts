import { Command } from 'commander';

const version = '0.1.0';

/** The command line of `hearsay`. */
export function createProgram(): Command {
  return new Command('hearsay').description('Chat in a terminal with no server').version(version);
}
