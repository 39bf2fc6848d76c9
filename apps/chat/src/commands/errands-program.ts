import type { Command } from 'commander';
import type { ExitCode } from '../command-line/failure.js';
import { durationValue, nickValue, positiveValue, themeValue } from '../command-line/values.js';
import { errandCommand } from './errand-command.js';
import type { InviteOptions } from './invite.js';
import type { MeshOptions } from './mesh.js';
import type { NetworksOptions } from './networks.js';
import type { PeersOptions } from './peers.js';
import type { SendOptions } from './send.js';
import type { WaitSyncOptions } from './wait-sync.js';

type Done = (exitCode: ExitCode) => void;

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

const INVITE_EXAMPLES = `
Examples:
  hearsay invite                     hand the line over in private: it holds the key
  hearsay bob "$(hearsay invite)"    join with it

Exit codes: 0 ok, 2 wrong use, 3 no peer found.`;

/** What one asks of a mesh, or does in it, without staying. */
export function addErrands(program: Command, done: Done): void {
  addSend(program, done);
  addPeers(program, done);
  addMesh(program, done);
  addInvite(program, done);
  addNetworks(program, done);
  addWaitSync(program, done);
}

function addSend(program: Command, done: Done): void {
  errandCommand(program, 'send', 'send one message, wait until others hold it, and end')
    .argument('<room>', "'#lobby' or lobby")
    .argument('<text>', 'what to say')
    .option('--as <nick>', 'the name it is said under (default: send)', nickValue)
    .option('--until <n>', 'others that must hold it (default: 1)', positiveValue)
    .option('--timeout <time>', 'give up after this long (default: 5s)', durationValue)
    .addHelpText('after', SEND_EXAMPLES)
    .action(async (room: string, text: string, options: SendOptions) => {
      const { send } = await import('./send.js');
      done(await send(room, text, options));
    });
}

function addPeers(program: Command, done: Done): void {
  errandCommand(program, 'peers', 'list the peers of the mesh')
    .option('--json', 'one JSON object a peer')
    .option('--ascii', 'no symbols beyond ASCII')
    .option('--timeout <time>', 'give up after this long (default: 5s)', durationValue)
    .addHelpText('after', PEERS_EXAMPLES)
    .action(async (options: PeersOptions) => {
      const { peers } = await import('./peers.js');
      done(await peers(options));
    });
}

function addMesh(program: Command, done: Done): void {
  errandCommand(program, 'mesh', 'watch the mesh: who is how, who holds what, what happened when')
    .option('--json', 'one snapshot as a JSON object')
    .option('--web', 'as a page: print its address, and serve it to browsers of this machine')
    .option('--ascii', 'no symbols beyond ASCII')
    .option('--no-color', 'no colours')
    .option('--theme <name>', 'dark or mono (no colour)', themeValue)
    .option('--drills', 'allow cuts and kills with --lan too')
    .option('--timeout <time>', 'with --json: give up after this long (default: 5s)', durationValue)
    .addHelpText('after', MESH_EXAMPLES)
    .action(async (options: MeshOptions) => {
      const { mesh } = await import('./mesh.js');
      done(await mesh(options));
    });
}

function addInvite(program: Command, done: Done): void {
  errandCommand(program, 'invite', 'print one line that lets somebody into the mesh')
    .option('--json', 'one JSON object')
    .option('--timeout <time>', 'give up after this long (default: 5s)', durationValue)
    .addHelpText('after', INVITE_EXAMPLES)
    .action(async (options: InviteOptions) => {
      const { invite } = await import('./invite.js');
      done(await invite(options));
    });
}

function addNetworks(program: Command, done: Done): void {
  program
    .command('networks')
    .description('list the networks that are kept here')
    .option('--json', 'one JSON object a network')
    .option('--state-dir <folder>', 'where networks are kept')
    .action(async (options: NetworksOptions) => {
      const { networks } = await import('./networks.js');
      done(await networks(options));
    });
}

function addWaitSync(program: Command, done: Done): void {
  errandCommand(program, 'wait-sync', 'wait until all live peers hold the same')
    .option('--live <n>', 'so many live peers at least (default: 1)', positiveValue)
    .option('--timeout <time>', 'give up after this long (default: 10s)', durationValue)
    .addHelpText('after', WAIT_EXAMPLES)
    .action(async (options: WaitSyncOptions) => {
      const { waitSync } = await import('./wait-sync.js');
      done(await waitSync(options));
    });
}
