import { Command, type CommanderError } from 'commander';
import { EXIT, type ExitCode, Failure } from './command-line/failure.js';
import {
  addressValues,
  countValue,
  durabilityValue,
  durationValue,
  memoryValue,
  networkValue,
  nickValue,
  portValue,
  positiveValue,
  roomValue,
  themeValue,
  wordValues,
} from './command-line/values.js';
import { addCache } from './commands/cache-program.js';
import type { ChatOptions } from './commands/chat.js';
import type { GatewayOptions } from './commands/gateway.js';
import type { InviteOptions } from './commands/invite.js';
import type { ChangeOptions, InstallOptions, KeysOptions } from './commands/keys.js';
import type { MeshOptions } from './commands/mesh.js';
import type { NetworksOptions } from './commands/networks.js';
import type { PeersOptions } from './commands/peers.js';
import type { SendOptions } from './commands/send.js';
import type { ServicesOptions } from './commands/services.js';
import type { WaitSyncOptions } from './commands/wait-sync.js';

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

const SEND_EXAMPLES = `
Examples:
  hearsay send '#lobby' 'deployed'
  hearsay send ops 'backup done' --as cron --until 2 --timeout 10s

Exit codes: 0 held by --until others, 2 wrong use, 3 no peer found, 4 not held in time.`;

const PEERS_EXAMPLES = `
Examples:
  hearsay peers
  hearsay peers --json | jq -r 'select(.state == "alive") | .nick'

Exit codes: 0 ok, 2 wrong use, 3 no peer found.`;

const MESH_EXAMPLES = `
Examples:
  hearsay mesh                       ? inside lists its keys
  hearsay mesh --json | jq .sync
  hearsay mesh --web                 the same on a page, for browsers of this machine

Exit codes: 0 ok, 2 wrong use, 3 no peer found (--json).`;

const WAIT_EXAMPLES = `
Examples:
  hearsay wait-sync --timeout 10s
  hearsay wait-sync --live 3 && echo 'all three agree'

Exit codes: 0 in sync, 2 wrong use, 3 no peer found, 4 not in sync in time.`;

const KEYS_EXAMPLES = `
To change the key of a network: install, use, remove.
  hearsay keys install               a new key to every member, by its own box
  hearsay keys use 41c89f02          all dial with it
  hearsay keys remove 7f3a0b11       all refuse the old one
  hearsay keys list

Exit codes: 0 done, 2 wrong use, 3 no peer found, 4 not by every live member in time.`;

const SERVICES_EXAMPLES = `
Examples:
  hearsay services
  hearsay services --json | jq -r 'select(.type == "service") | .service'

Exit codes: 0 ok, 2 wrong use, 3 no peer found.`;

const GATEWAY_EXAMPLES = `
Examples:
  hearsay gateway --route /add=addition
  curl -d '{"a":5,"b":3}' http://127.0.0.1:7400/add
  hearsay gateway --upstream http://127.0.0.1:8001,http://127.0.0.1:8002

Exit codes: 0 ended by a signal, 2 wrong use.`;

const INVITE_EXAMPLES = `
Examples:
  hearsay invite                     hand the line over in private: it holds the key
  hearsay bob "$(hearsay invite)"    join with it

Exit codes: 0 ok, 2 wrong use, 3 no peer found.`;

/** The command line of `hearsay`. @param done is told the exit code of what ran */
export function createProgram(done: (exitCode: ExitCode) => void): Command {
  const program = new Command('hearsay')
    .description('Chat in a terminal with no server')
    .version(version)
    .enablePositionalOptions()
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
  addCache(program, done);
  strict(program);
  return program;
}

function addErrands(program: Command, done: (exitCode: ExitCode) => void): void {
  errand(program, 'send', 'send one message, wait until others hold it, and end')
    .argument('<room>', "'#lobby' or lobby")
    .argument('<text>', 'what to say')
    .option('--as <nick>', 'the name it is said under (default: send)', nickValue)
    .option('--until <n>', 'others that must hold it (default: 1)', positiveValue)
    .option('--timeout <time>', 'give up after this long (default: 5s)', durationValue)
    .addHelpText('after', SEND_EXAMPLES)
    .action(async (room: string, text: string, options: SendOptions) => {
      const { send } = await import('./commands/send.js');
      done(await send(room, text, options));
    });
  errand(program, 'peers', 'list the peers of the mesh')
    .option('--json', 'one JSON object a peer')
    .option('--ascii', 'no symbols beyond ASCII')
    .option('--timeout <time>', 'give up after this long (default: 5s)', durationValue)
    .addHelpText('after', PEERS_EXAMPLES)
    .action(async (options: PeersOptions) => {
      const { peers } = await import('./commands/peers.js');
      done(await peers(options));
    });
  errand(program, 'mesh', 'watch the mesh: who is how, who holds what, what happened when')
    .option('--json', 'one snapshot as a JSON object')
    .option('--web', 'as a page: print its address, and serve it to browsers of this machine')
    .option('--ascii', 'no symbols beyond ASCII')
    .option('--no-color', 'no colours')
    .option('--theme <name>', 'dark or mono (no colour)', themeValue)
    .option('--drills', 'allow cuts and kills with --lan too')
    .option('--timeout <time>', 'with --json: give up after this long (default: 5s)', durationValue)
    .addHelpText('after', MESH_EXAMPLES)
    .action(async (options: MeshOptions) => {
      const { mesh } = await import('./commands/mesh.js');
      done(await mesh(options));
    });
  errand(program, 'invite', 'print one line that lets somebody into the mesh')
    .option('--json', 'one JSON object')
    .option('--timeout <time>', 'give up after this long (default: 5s)', durationValue)
    .addHelpText('after', INVITE_EXAMPLES)
    .action(async (options: InviteOptions) => {
      const { invite } = await import('./commands/invite.js');
      done(await invite(options));
    });
  program
    .command('networks')
    .description('list the networks that are kept here')
    .option('--json', 'one JSON object a network')
    .option('--state-dir <folder>', 'where networks are kept')
    .action(async (options: NetworksOptions) => {
      const { networks } = await import('./commands/networks.js');
      done(await networks(options));
    });
  addServices(program, done);
  addKeys(program, done);
  errand(program, 'wait-sync', 'wait until all live peers hold the same')
    .option('--live <n>', 'so many live peers at least (default: 1)', positiveValue)
    .option('--timeout <time>', 'give up after this long (default: 10s)', durationValue)
    .addHelpText('after', WAIT_EXAMPLES)
    .action(async (options: WaitSyncOptions) => {
      const { waitSync } = await import('./commands/wait-sync.js');
      done(await waitSync(options));
    });
}

function addServices(program: Command, done: (exitCode: ExitCode) => void): void {
  errand(program, 'services', 'list who provides what, and which breakers are open')
    .option('--json', 'one JSON object a provider, then one a breaker that is not closed')
    .option('--timeout <time>', 'give up after this long (default: 5s)', durationValue)
    .addHelpText('after', SERVICES_EXAMPLES)
    .action(async (options: ServicesOptions) => {
      const { services } = await import('./commands/services.js');
      done(await services(options));
    });
  errand(program, 'gateway', 'serve HTTP in front of services and of other HTTP servers')
    .option('--route </path=service>', 'answer a path by a service (repeatable)', wordValues)
    .option('--upstream <urls>', 'pass every other path on to these, with commas', wordValues)
    .option('--listen <port>', 'port for HTTP; 0: any (default: 7400)', portValue)
    .option('--health-path <path>', 'what upstreams are asked to see whether they are well')
    .option('--json', 'JSON objects: where it listens, then breakers and upstreams that change')
    .addHelpText('after', GATEWAY_EXAMPLES)
    .action(async (options: GatewayOptions) => {
      const { gateway } = await import('./commands/gateway.js');
      done(await gateway(options));
    });
}

function addKeys(program: Command, done: (exitCode: ExitCode) => void): void {
  const keys = program
    .command('keys')
    .description('show and change the keys of the network, live')
    .addHelpText('after', KEYS_EXAMPLES);
  const step = (name: string, description: string): Command =>
    errand(keys, name, description)
      .option('--json', 'JSON objects')
      .option('--timeout <time>', 'give up after this long (default: 10s)', durationValue);
  step('list', 'which keys there are, and who has them').action(async (options: KeysOptions) => {
    const { listKeys } = await import('./commands/keys.js');
    done(await listKeys(options));
  });
  step('install', 'hand a new key to every member')
    .argument('[key]', 'one that is here, for those who lack it')
    .option('--except <nick>', 'leave this member out, gone or not (repeatable)', wordValues)
    .action(async (key: string | undefined, options: InstallOptions) => {
      const { installKey } = await import('./commands/keys.js');
      done(await installKey(key, options));
    });
  step('use', 'have every member dial with a key')
    .argument('<key>', 'the first digits of its id')
    .option('--force', 'though some live members lack it')
    .action(async (key: string, options: ChangeOptions) => {
      const { useKey } = await import('./commands/keys.js');
      done(await useKey(key, options));
    });
  step('remove', 'have every member refuse a key')
    .argument('<key>', 'the first digits of its id')
    .option('--force', 'though some live members use it')
    .action(async (key: string, options: ChangeOptions) => {
      const { removeKey } = await import('./commands/keys.js');
      done(await removeKey(key, options));
    });
}

/** A command that joins for a moment; it needs to know how to find the mesh. */
function errand(program: Command, name: string, description: string): Command {
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

/** Mistakes are one line on stderr and exit code 2. */
function strict(command: Command): void {
  for (const each of command.commands) strict(each);
  command.exitOverride().configureOutput({
    outputError: (text, write) =>
      write(
        `${text
          .trim()
          .replace(/^error: /, 'hearsay: ')
          .replace(/\s*\n\s*/g, ' ')}\n`,
      ),
  });
}

/** What commander ends with: help and version are no mistakes. */
export function exitCodeOf(error: CommanderError): ExitCode {
  return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}
