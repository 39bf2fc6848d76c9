import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { Peer } from '../../src/api.js';
import { newSeed, type SigningKeys, signingKeysOf } from '../../src/crypto/keys.js';
import { DiallerHandshake, linkIdentity, type Session } from '../../src/links/secure/handshake.js';
import { Opener, Sealer } from '../../src/links/secure/seals.js';
import { NetworkKeys } from '../../src/network/network-keys.js';
import { TEST_KEY } from './peers.js';

/** How a socket ended. */
interface Ending {
  readonly code: number;
  readonly reason: string;
}

/** A socket as a peer would open it. */
export interface RawSocket {
  readonly socket: WebSocket;
  readonly ended: Promise<Ending>;
  /** The next message of the other side. */
  next(): Promise<Buffer>;
}

/** Opens a socket and says nothing. */
export async function rawSocket(peer: Peer): Promise<RawSocket> {
  const socket = new WebSocket(`${peer.url}/hearsay`, 'hearsay', { perMessageDeflate: false });
  onTestFinished(() => socket.terminate());
  socket.on('error', () => undefined);
  const ended = once(socket, 'close').then(([code, reason]) => ({
    code: Number(code),
    reason: String(reason),
  }));
  const inbox: Buffer[] = [];
  const readers: ((message: Buffer) => void)[] = [];
  socket.on('message', (data: Buffer) => {
    const reader = readers.shift();
    if (reader === undefined) inbox.push(data);
    else reader(data);
  });
  await once(socket, 'open');
  const next = (): Promise<Buffer> => {
    const waiting = inbox.shift();
    if (waiting !== undefined) return Promise.resolve(waiting);
    return new Promise((resolve) => {
      readers.push(resolve);
    });
  };
  return { socket, ended, next };
}

/** A member that says what it likes. */
export interface SecureSocket extends RawSocket {
  readonly session: Session;
  readonly keys: SigningKeys;
  /** Seals bytes as the next message of this link. */
  seal(bytes: Uint8Array): Uint8Array;
  /** Seals and sends. */
  say(bytes: Uint8Array): void;
  /** Opens the next message of the other side. */
  hear(): Promise<Uint8Array | undefined>;
}

/** Opens a socket and shakes hands like any member. */
export async function secureSocket(
  peer: Peer,
  { keys = signingKeysOf(newSeed()) }: { readonly keys?: SigningKeys } = {},
): Promise<SecureSocket> {
  const raw = await rawSocket(peer);
  const identity = linkIdentity(keys, 'local', NetworkKeys.of(TEST_KEY));
  const handshake = new DiallerHandshake(identity);
  raw.socket.send(handshake.begin());
  const step = handshake.receive(await raw.next());
  if (step.kind !== 'done' || step.bytes === undefined) throw new Error(`not done: ${step.kind}`);
  raw.socket.send(step.bytes);
  const sealer = new Sealer(step.session.keys.sending);
  const opener = new Opener(step.session.keys.receiving);
  return {
    ...raw,
    keys,
    session: step.session,
    seal: (bytes) => sealer.seal(bytes),
    say: (bytes) => raw.socket.send(sealer.seal(bytes)),
    hear: async () => opener.open(await raw.next()),
  };
}
