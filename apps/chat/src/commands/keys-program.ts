import type { Command } from 'commander';
import type { ExitCode } from '../command-line/failure.js';
import { durationValue, wordValues } from '../command-line/values.js';
import { errandCommand } from './errand-command.js';
import type { ChangeOptions, InstallOptions, KeysOptions } from './keys.js';

const KEYS_EXAMPLES = `
To change the key of a network: install, use, remove.
  hearsay keys install               a new key to every member, by its own box
  hearsay keys use 41c89f02          all dial with it
  hearsay keys remove 7f3a0b11       all refuse the old one
  hearsay keys list

Exit codes: 0 done, 2 wrong use, 3 no peer found, 4 not by every live member in time.`;

/** `hearsay keys ...`: the keys of a network, changed while it runs. */
export function addKeys(program: Command, done: (exitCode: ExitCode) => void): void {
  const keys = program
    .command('keys')
    .description('show and change the keys of the network, live')
    .addHelpText('after', KEYS_EXAMPLES);
  const step = (name: string, description: string): Command =>
    errandCommand(keys, name, description)
      .option('--json', 'JSON objects')
      .option('--timeout <time>', 'give up after this long (default: 10s)', durationValue);
  step('list', 'which keys there are, and who has them').action(async (options: KeysOptions) => {
    const { listKeys } = await import('./keys.js');
    done(await listKeys(options));
  });
  step('install', 'hand a new key to every member')
    .argument('[key]', 'one that is here, for those who lack it')
    .option('--except <nick>', 'leave this member out, gone or not (repeatable)', wordValues)
    .action(async (key: string | undefined, options: InstallOptions) => {
      const { installKey } = await import('./keys.js');
      done(await installKey(key, options));
    });
  step('use', 'have every member dial with a key')
    .argument('<key>', 'the first digits of its id')
    .option('--force', 'though some live members lack it')
    .action(async (key: string, options: ChangeOptions) => {
      const { useKey } = await import('./keys.js');
      done(await useKey(key, options));
    });
  step('remove', 'have every member refuse a key')
    .argument('<key>', 'the first digits of its id')
    .option('--force', 'though some live members use it')
    .action(async (key: string, options: ChangeOptions) => {
      const { removeKey } = await import('./keys.js');
      done(await removeKey(key, options));
    });
}
