import { createPeer, defaultStateFolder, openNetwork, type Peer } from '@hearsay/node';

/** What every command that starts a peer understands. */
export interface PeerFlags {
  readonly join?: readonly string[];
  readonly network?: string;
  readonly stateDir?: string;
  readonly discover: boolean;
  readonly port?: number;
}

/** Starts a peer of the calculator; it keeps nothing on disk but the key of its network. */
export async function startPeer(nick: string, flags: PeerFlags): Promise<Peer> {
  const network = await openNetwork(flags.stateDir ?? defaultStateFolder(), flags.network);
  return await createPeer({
    nick,
    network: network.network,
    keys: network.keys,
    discover: flags.discover,
    port: flags.port ?? 0,
    join: [...(flags.join ?? []), ...network.seeds],
  });
}

/** Resolves when the process is asked to end, or whoever started it is gone. */
export function untilAsked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    process.once('disconnect', () => resolve());
  });
}
