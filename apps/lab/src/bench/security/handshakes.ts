import { NetworkKeys } from '@hearsay/node';
import {
  DiallerHandshake,
  type HandshakeStep,
  type LinkIdentity,
  ListenerHandshake,
  linkIdentity,
  newSeed,
  type Session,
  signingKeysOf,
} from '@hearsay/node/wire';
import { rateOf } from './rate.js';

/** Handshakes a second on one core, sockets left out. */
export interface HandshakeRates {
  /** Both sides of one that succeeds. */
  readonly handshakes: number;
  /** Strangers with another key turned away, at whom they dial. */
  readonly refusals: number;
}

/** Both ends of a link of one network. */
export interface Sessions {
  readonly dialler: Session;
  readonly listener: Session;
}

const NETWORK = 'bench';

export async function measureHandshakes(durationMs: number): Promise<HandshakeRates> {
  const keys = NetworkKeys.of();
  const [ana, bob] = [member(keys), member(keys)];
  const stranger = new DiallerHandshake(member(NetworkKeys.of())).begin();
  return {
    handshakes: await rateOf(durationMs, () => {
      shakeHands(ana, bob);
      return 1;
    }),
    refusals: await rateOf(durationMs, () => {
      new ListenerHandshake(bob).receive(stranger);
      return 1;
    }),
  };
}

/** A link between two newcomers. */
export function openSessions(): Sessions {
  const keys = NetworkKeys.of();
  return shakeHands(member(keys), member(keys));
}

function member(keys: NetworkKeys): LinkIdentity {
  return linkIdentity(signingKeysOf(newSeed()), NETWORK, keys);
}

function shakeHands(ana: LinkIdentity, bob: LinkIdentity): Sessions {
  const dialler = new DiallerHandshake(ana);
  const listener = new ListenerHandshake(bob);
  const answer = listener.receive(dialler.begin());
  const atAna = dialler.receive(bytesOf(answer));
  return { dialler: sessionOf(atAna), listener: sessionOf(listener.receive(bytesOf(atAna))) };
}

function bytesOf(step: HandshakeStep): Uint8Array {
  if (step.kind === 'refused' || step.bytes === undefined) throw new Error(`it ${step.kind}`);
  return step.bytes;
}

function sessionOf(step: HandshakeStep): Session {
  if (step.kind !== 'done') throw new Error(`it ${step.kind}`);
  return step.session;
}
