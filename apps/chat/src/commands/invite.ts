import { makeInvite } from '../chat/make-invite.js';
import { EXIT, type ExitCode, Failure } from '../command-line/failure.js';
import { eventLine } from '../json/encode.js';
import { inviteFields } from '../json/objects.js';
import { type ErrandOptions, meetPeers, runErrand } from './errand.js';

export interface InviteOptions extends ErrandOptions {
  readonly json?: boolean;
}

const DEFAULT_TIMEOUT_MS = 5_000;

/** `hearsay invite`: one line that lets somebody into the mesh that runs now. */
export function invite(options: InviteOptions): Promise<ExitCode> {
  const timeoutMs = options.timeout ?? DEFAULT_TIMEOUT_MS;
  return runErrand('invite', { nick: 'invite', timeoutMs, options }, async (errand) => {
    await meetPeers(errand);
    const { peer, network } = errand;
    const made = makeInvite(network, peer.members());
    if (made === undefined) throw new Failure('no peer found to invite to', EXIT.noPeer);
    const line =
      options.json === true
        ? eventLine('invite', { network: network.network, ...inviteFields(made) }, Date.now())
        : made.line;
    process.stdout.write(`${line}\n`);
    if (made.warning !== undefined) process.stderr.write(`hearsay: ${made.warning}\n`);
    return EXIT.ok;
  });
}
