import { Command, type CommanderError } from 'commander';
import { EXIT, type ExitCode } from './command-line/failure.js';
import {
  addressValues,
  countValue,
  durabilityValue,
  durationValue,
  memoryValue,
  networkValue,
  portValue,
  positiveValue,
  roomValue,
  themeValue,
} from './command-line/values.js';
import { addCache } from './commands/cache-program.js';
import type { ChatOptions } from './commands/chat.js';
import { addErrands } from './commands/errands-program.js';
import { addKeys } from './commands/keys-program.js';
import { addServices } from './commands/services-program.js';

const version = '0.1.0';

const EXAMPLES = `
Examples:
  hearsay ana                        chat as ana; finds the others on this machine
  hearsay ana --lan                  the same, and others elsewhere can join: /invite prints how
  hearsay bob hearsay://...          join a mesh elsewhere by an invite
  hearsay ana --room ops --history 20
  tail -f build.log | hearsay ci --plain
  hearsay bot --json --follow        one JSON object a line, both ways

In a browser, while ana runs: http://127.0.0.1:7340/pad/ is a text to edit together, the same at
every peer. /pad in the chat prints the address; docs/documents.md tells more.

Exit codes: 0 ok, 1 fault, 2 wrong use, 3 no peer found, 4 not held by others in time.`;

/** The command line of `hearsay`. @param done is told the exit code of what ran */
export function createProgram(done: (exitCode: ExitCode) => void): Command {
  const program = new Command('hearsay')
    .description('Chat in a terminal with no server')
    .version(version)
    .enablePositionalOptions()
    .helpCommand('help [command]', 'tell how a command is used')
    .argument('[nick]', 'your name and profile; without it the last one, else your user name')
    .argument('[invite...]', 'what hearsay invite printed; or peers to dial, HOST:PORT ...')
    .option('--join <host:port>', 'dial this peer, now and for ever (repeatable)', addressValues)
    .option(
      '--port <n>',
      'listen on exactly this port; 0: any (default: first free from 7340)',
      portValue,
    )
    .option('--host <address>', 'listen on this address (default: this machine only)')
    .option('--lan', 'listen and be found beyond this machine')
    .option('--drills', 'allow drills (/cut, /crash, kill from the mesh) with --lan too')
    .option('--network <name>', 'a mesh of its own, made on first use', networkValue)
    .option('--room <name>', 'the first room (default: lobby)', roomValue)
    .option('--plain', 'text lines for other programs (default without a terminal)')
    .option('--json', 'one JSON object a line, both ways; see docs/json.md')
    .option('--simple', 'text lines for people: no colours, no cursor movement')
    .option('--inline', 'a line to type on and the chat above it, in place of the whole screen')
    .option('--full-screen', 'the whole screen, where the configuration says otherwise')
    .option('--theme <name>', 'dark or mono (no colour)', themeValue)
    .option('--web', 'serve a page about the mesh to browsers of this machine')
    .option('--no-discover', 'do not look for peers, only dial')
    .option('--follow', 'stay when stdin ends')
    .option(
      '--flush <time>',
      'at the end wait this long for a peer to hold what was said (default: 2s)',
      durationValue,
    )
    .option('--history <n>', 'show at most this many earlier messages (default: 100)', countValue)
    .option('--state-dir <folder>', 'keep profiles, networks and messages here')
    .option(
      '--durability <level>',
      'what a message outlives once it is acknowledged: process, everysec or always',
      durabilityValue,
    )
    .option('--keep <n>', 'keep this many messages (default: 2000000)', positiveValue)
    .option('--keep-bytes <size>', 'keep at most so much of them (default: 1gb)', memoryValue)
    .option('--keep-days <n>', 'keep none for longer (default: 365)', positiveValue)
    .option('--cache-memory <size>', 'what the cache may take (default: 256mb)', memoryValue)
    .option('--no-typing', 'tell nobody that you type, and show nobody who does')
    .option('--no-cache', 'no cache, no documents, and no page to edit them')
    .option(
      '--http-token <token>',
      'who shows it may ask over HTTP from elsewhere (or HEARSAY_HTTP_TOKEN, which ps does not show)',
    )
    .option('--no-color', 'no colours')
    .option('--ascii', 'no symbols beyond ASCII')
    .addHelpText('after', EXAMPLES)
    .action(
      async (nick: string | undefined, addresses: readonly string[], options: ChatOptions) => {
        const { runChat } = await import('./commands/chat.js');
        done(await runChat(nick === undefined ? [] : [nick, ...addresses], options));
      },
    );
  addErrands(program, done);
  addServices(program, done);
  addKeys(program, done);
  addCache(program, done);
  strict(program);
  return program;
}

/** Mistakes are one line on stderr and exit code 2. */
function strict(command: Command): void {
  for (const each of command.commands) strict(each);
  command.exitOverride().configureOutput({
    outputError: (text, write) =>
      write(
        `${text
          .trim()
          .replace(/^error: (command-argument value )?/, 'hearsay: ')
          .replace(/\s*\n\s*/g, ' ')}\n`,
      ),
  });
}

/** What commander ends with: help and version are no mistakes. */
export function exitCodeOf(error: CommanderError): ExitCode {
  return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}
