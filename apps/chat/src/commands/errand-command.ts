import type { Command } from 'commander';
import { Failure } from '../command-line/failure.js';
import { addressValues, networkValue } from '../command-line/values.js';

/** A command that joins for a moment; it needs to know how to find the mesh. */
export function errandCommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--join <host:port>', 'dial this peer (repeatable)', addressValues)
    .option('--network <name>', 'the mesh to join', networkValue)
    .option('--host <address>', 'listen on this address (default: this machine only)')
    .option('--lan', 'look for peers beyond this machine')
    .option('--no-discover', 'do not look for peers, only dial')
    .option('--state-dir <folder>', 'where networks are kept')
    .hook('preAction', () => refuseLeadingOptions(program, name));
}

/** `hearsay --network x send …`: the option would be lost. */
function refuseLeadingOptions(program: Command, name: string): void {
  const leading = Object.keys(program.opts()).find(
    (option) => program.getOptionValueSource(option) === 'cli',
  );
  if (leading !== undefined) throw new Failure(`put options after ${name}`);
  if (program.parent !== null) refuseLeadingOptions(program.parent, `${program.name()} ${name}`);
}
