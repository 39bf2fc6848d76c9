import { Command, InvalidArgumentError } from 'commander';
import { runPad } from './commands/run-pad.js';

const PORT_MAX = 65_535;

/** The command line of `hearsay-pad`. */
export function createProgram(): Command {
  return new Command('hearsay-pad')
    .description('Starts a peer that serves a text to edit together, in a browser')
    .argument('<nick>', 'a name for this peer')
    .option('--port <number>', 'listen on exactly this port', portOf)
    .option('--join <host:port...>', 'dial these peers')
    .option('--lan', 'reachable from other machines, by an address with a token')
    .option(
      '--token <text>',
      'the token for them; the same at all peers, so that pages can move on',
    )
    .option('--no-discover', 'look for no peers by multicast and in the run folder')
    .option('--network <name>', 'the network of this user to be in')
    .option('--memory', 'keep nothing on disk')
    .option('--state-dir <folder>', 'keep profiles and documents here')
    .option('--json', 'print events as JSON lines')
    .addHelpText(
      'after',
      `
Examples:
  npm run pad -- ana              start a peer, and print where its page is
  npm run pad -- bob              in a second terminal: finds ana, and serves the same text
  npm run pad -- eve --memory     leave no trace on disk
  npm run pad -- ana --lan        also for a phone: prints an address for it`,
    )
    .exitOverride()
    .action(runPad);
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= PORT_MAX) return port;
  throw new InvalidArgumentError(`a port is a number from 0 to ${PORT_MAX}`);
}
