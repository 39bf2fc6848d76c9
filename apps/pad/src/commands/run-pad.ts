import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openDocuments } from '@hearsay/cache';
import { createPeer, defaultStateFolder, openNetwork, type Peer } from '@hearsay/node';
import { DOCUMENTS_TAG, PAD_PATH, padUrl, servePad } from '@hearsay/pad';

/** The options of `hearsay-pad NICK`, as the command line gives them. */
export interface RunOptions {
  readonly port?: number;
  readonly join?: readonly string[];
  readonly discover: boolean;
  readonly lan?: boolean;
  readonly token?: string;
  readonly network?: string;
  readonly memory?: boolean;
  readonly stateDir?: string;
  readonly json?: boolean;
}

const TOKEN_BYTES = 16;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs a peer with documents and the page until a signal ends it. @throws PeerError, DocumentError */
export async function runPad(nick: string, options: RunOptions): Promise<void> {
  const ending = ended(); // From the first line on: whoever reads it may end us.
  const token = options.token ?? (options.lan === true ? newToken() : undefined);
  const peer = await openPeer(nick, options, token);
  const folder = await folderOf(nick, options);
  const documents = openDocuments({
    peer,
    ...(folder === undefined ? {} : { dir: join(folder, 'documents') }),
  });
  servePad({ peer });
  const tell = teller(options.json === true);
  const url = padUrl(peer.port);
  tell({ event: 'ready', nick, url, pid: process.pid }, `open ${url} in a browser; Ctrl-C ends`);
  if (options.lan === true && token !== undefined) {
    for (const address of ownAddresses(peer)) {
      const link = `http://${address}${PAD_PATH}?token=${token}`;
      tell({ event: 'address', url: link }, `from other machines: ${link}`);
    }
  }
  peer.on('member', ({ member, was, reason }) => {
    if (member.self || member.state === was) return;
    const { label, state } = member;
    tell({ event: 'member', nick: label, state, reason }, `${label} is ${state}`);
  });
  const failed = new Promise<never>((_resolve, reject) => {
    peer.on('failed', ({ error }) => reject(error));
  });
  try {
    await Promise.race([ending, failed]);
  } finally {
    await documents.close();
    await peer.leave({ flushMs: 0 });
  }
}

async function openPeer(
  nick: string,
  options: RunOptions,
  token: string | undefined,
): Promise<Peer> {
  const { network, stateDir, port, discover, lan = false, join: seeds } = options;
  const stored = await openNetwork(stateDir ?? defaultStateFolder(), network);
  return createPeer({
    nick,
    discover,
    lan,
    network: stored.network,
    keys: stored.keys,
    tags: { [DOCUMENTS_TAG]: 'yes' },
    join: [...(seeds ?? []), ...stored.seeds],
    ...(port === undefined ? {} : { port }),
    ...(token === undefined ? {} : { httpToken: token }),
    ...(options.memory === true ? {} : { stateFolder: join(stored.folder, nick) }),
  });
}

function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('hex');
}

/** Where others reach it, as it tells them. */
function ownAddresses(peer: Peer): readonly string[] {
  return peer.members().find(({ self }) => self)?.addresses ?? [];
}

async function folderOf(nick: string, options: RunOptions): Promise<string | undefined> {
  if (options.memory === true) return undefined;
  const { folder } = await openNetwork(options.stateDir ?? defaultStateFolder(), options.network);
  return join(folder, nick);
}

function teller(json: boolean): (event: Record<string, unknown>, line: string) => void {
  return (event, line) => {
    process.stdout.write(`${json ? JSON.stringify(event) : line}\n`);
  };
}

/** Resolves at the first signal; the second one ends the process. */
function ended(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of SIGNALS) process.once(signal, () => resolve());
  });
}
