import {
  createPeer,
  defaultStateFolder,
  LOCAL_NETWORK,
  openNetwork,
  type Peer,
  type StoredNetwork,
} from '@hearsay/node';
import { ERRAND_TAG } from '../chat/names.js';
import { codeOf, EXIT, Failure } from '../command-line/failure.js';
import { EndSignals } from '../process/end-signals.js';

/** What commands that join for a moment have in common on the command line. */
export interface ErrandOptions {
  readonly join?: readonly string[];
  readonly network?: string;
  readonly stateDir?: string;
  readonly host?: string;
  readonly lan?: boolean;
  readonly discover: boolean;
  readonly timeout?: number;
}

export interface Errand {
  readonly peer: Peer;
  readonly network: StoredNetwork;
  /** What is left of `--timeout`. */
  remainingMs(): number;
  readonly signal: AbortSignal;
}

export interface ErrandRequest {
  readonly nick: string;
  readonly timeoutMs: number;
  readonly options: ErrandOptions;
  /** It stays for a while: others list it like any member. */
  readonly isSeen?: boolean;
}

/** So long without news of members, and the list is complete. */
const SETTLE_MS = 250;

/**
 * Joins the mesh for one errand under an id of its own, and leaves it cleanly, whatever happens:
 * the others must not keep a dead member for a command that ended well.
 */
export async function runErrand<Result>(
  name: string,
  { nick, timeoutMs, options, isSeen = false }: ErrandRequest,
  work: (errand: Errand) => Promise<Result>,
): Promise<Result> {
  const { join = [], host, lan, discover } = options;
  const deadlineMs = performance.now() + timeoutMs;
  const network = await storedNetwork(options);
  const peer = await createPeer({
    nick,
    discover,
    port: 0,
    ...(isSeen ? {} : { tags: { [ERRAND_TAG]: name } }),
    network: network.network,
    keys: network.keys,
    join: [...new Set([...join, ...network.seeds])],
    ...(host === undefined ? {} : { host }),
    ...(lan === undefined ? {} : { lan }),
  });
  const aborting = new AbortController();
  const signals = new EndSignals();
  void signals.first.then((ending) => {
    if (ending === 'signal') aborting.abort(new Failure('interrupted', EXIT.failed));
  });
  try {
    return await work({
      peer,
      network,
      signal: aborting.signal,
      remainingMs: () => Math.max(0, deadlineMs - performance.now()),
    });
  } finally {
    await peer.leave({ flushMs: 0 });
    signals.stop();
  }
}

/** The local network is there from the first start on; another must have been made or joined. */
export async function storedNetwork({ network, stateDir }: ErrandOptions): Promise<StoredNetwork> {
  const create = network === undefined || network === LOCAL_NETWORK;
  try {
    return await openNetwork(stateDir ?? defaultStateFolder(), network, { create });
  } catch (error) {
    if (codeOf(error) !== 'no-such-network' || !(error instanceof Error)) throw error;
    throw new Failure(`no peer found: ${error.message}`, EXIT.noPeer);
  }
}

/**
 * Waits for the first peer, then until nothing new was heard of members for a moment.
 * @throws Failure exit 3 when nobody was found in time, with the reason when there is one
 */
export async function meetPeers({ peer, remainingMs, signal }: Errand): Promise<void> {
  let reason: string | undefined;
  let changedMs = performance.now();
  const stops = [
    peer.on('member', () => {
      changedMs = performance.now();
    }),
    peer.on('refused', (refused) => {
      reason = `${refused.address ?? 'a peer'} refused: ${refused.reason}`;
    }),
    peer.on('dial-failed', ({ address, detail }) => {
      reason = `cannot reach ${address}: ${detail}`;
    }),
  ];
  try {
    while (remainingMs() > 0) {
      signal.throwIfAborted();
      const isSettled = performance.now() - changedMs >= SETTLE_MS;
      if (peer.status().live > 0 && isSettled) return;
      await pause(Math.min(SETTLE_MS / 10, remainingMs()));
    }
  } finally {
    for (const stop of stops) stop();
  }
  if (peer.status().live > 0) return;
  throw new Failure(`no peer found${reason === undefined ? '' : `; ${reason}`}`, EXIT.noPeer);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
