import { CLOSE_CODES, type LinkClosure, type PeerId } from '@hearsay/core';
import { peerIdOf } from '../../crypto/ed25519-signer.js';
import {
  type ExchangeKeys,
  exchangeKeyOf,
  exchangeKeysOf,
  type SigningKeys,
} from '../../crypto/keys.js';
import { NoiseHandshake, type NoiseKeys } from '../../crypto/noise.js';
import type { Keyring } from '../../network/keyring.js';

/** The first byte of a link: what follows, and how it is sealed. */
const LINK_VERSION = 1;
/** No message of a handshake is longer. */
const HANDSHAKE_BYTES_MAX = 256;
const NOTHING = new Uint8Array();

/** Who we are to whoever shakes hands with us. */
export interface LinkIdentity {
  readonly signing: SigningKeys;
  readonly exchange: ExchangeKeys;
  readonly prologue: Uint8Array;
  readonly keyring: Keyring;
}

/** Who the other side is, and the keys of this link. */
export interface Session {
  readonly peer: PeerId;
  /** The network key by which it was let in. */
  readonly networkKey: Uint8Array;
  readonly keys: NoiseKeys;
}

/** What a message of the other side leads to. */
export type HandshakeStep =
  | { readonly kind: 'answer'; readonly bytes: Uint8Array }
  /** `bytes` is our last message, to be sent before anything else. */
  | { readonly kind: 'done'; readonly bytes?: Uint8Array; readonly session: Session }
  | { readonly kind: 'refused'; readonly closure: LinkClosure };

/** @param network its name */
export function linkIdentity(
  signing: SigningKeys,
  network: string,
  keyring: Keyring,
): LinkIdentity {
  let exchange: ExchangeKeys | undefined;
  return {
    signing,
    /** Converted with the first handshake. */
    get exchange() {
      exchange ??= exchangeKeysOf(signing);
      return exchange;
    },
    prologue: prologueOf(network),
    keyring,
  };
}

/** Both sides must mean the same: what this is, its version, and the name of the network. */
function prologueOf(network: string): Uint8Array {
  return Buffer.from(`hearsay link ${LINK_VERSION}\n${network}`, 'utf8');
}

/** The side that dialled. */
export class DiallerHandshake {
  readonly #identity: LinkIdentity;
  readonly #networkKey: Uint8Array;
  readonly #noise: NoiseHandshake;

  constructor(identity: LinkIdentity, ephemeral?: ExchangeKeys) {
    this.#identity = identity;
    this.#networkKey = identity.keyring.primary;
    this.#noise = noiseOf(identity, true, this.#networkKey, ephemeral);
  }

  /** The first message; to be called once. */
  begin(): Uint8Array {
    return Buffer.concat([Uint8Array.of(LINK_VERSION), this.#noise.write(NOTHING)]);
  }

  /** Takes the one answer. */
  receive(message: Uint8Array): HandshakeStep {
    const payload = isShort(message) ? this.#noise.read(message) : undefined;
    if (payload === undefined) return refusedBy(KEY);
    const peer = provenPeer(payload, this.#noise.remoteKey);
    if (peer === undefined) return refusedBy(IMPOSTOR);
    const bytes = this.#noise.write(this.#identity.signing.publicKey);
    return doneWith(this.#noise, peer, this.#networkKey, bytes);
  }
}

/** The side that was dialled. */
export class ListenerHandshake {
  readonly #identity: LinkIdentity;
  readonly #ephemeral: ExchangeKeys | undefined;
  #accepted: { readonly noise: NoiseHandshake; readonly networkKey: Uint8Array } | undefined;

  constructor(identity: LinkIdentity, ephemeral?: ExchangeKeys) {
    this.#identity = identity;
    this.#ephemeral = ephemeral;
  }

  /** Takes the first message, then the last. */
  receive(message: Uint8Array): HandshakeStep {
    if (!isShort(message)) return refusedBy(KEY);
    return this.#accepted === undefined ? this.#first(message) : this.#last(message);
  }

  #first(message: Uint8Array): HandshakeStep {
    if (message[0] !== LINK_VERSION) return refusedBy(versionRefusal(message[0]));
    // A few keys at most, and only while they are being changed.
    for (const networkKey of this.#identity.keyring.all) {
      const noise = noiseOf(this.#identity, false, networkKey, this.#ephemeral);
      if (noise.read(message.subarray(1))?.length !== 0) continue;
      this.#accepted = { noise, networkKey };
      return { kind: 'answer', bytes: noise.write(this.#identity.signing.publicKey) };
    }
    return refusedBy(KEY);
  }

  #last(message: Uint8Array): HandshakeStep {
    const { noise, networkKey } = this.#accepted ?? {};
    const payload = noise?.read(message);
    if (payload === undefined || noise === undefined || networkKey === undefined) {
      return refusedBy(UNSEALED);
    }
    const peer = provenPeer(payload, noise.remoteKey);
    return peer === undefined ? refusedBy(IMPOSTOR) : doneWith(noise, peer, networkKey);
  }
}

const KEY: LinkClosure = { code: CLOSE_CODES.key, reason: 'another network key' };
const UNSEALED: LinkClosure = {
  code: CLOSE_CODES.sealed,
  reason: 'a message of the handshake does not open',
};
const IMPOSTOR: LinkClosure = { code: CLOSE_CODES.impostor, reason: 'is not who it says it is' };

function versionRefusal(theirs: number | undefined): LinkClosure {
  const there = theirs === undefined ? 'nothing' : `${theirs}`;
  const reason = `link version ${LINK_VERSION} here, ${there} there: update the older`;
  return { code: CLOSE_CODES.version, reason };
}

function refusedBy(closure: LinkClosure): HandshakeStep {
  return { kind: 'refused', closure };
}

function isShort(message: Uint8Array): boolean {
  return message.length <= HANDSHAKE_BYTES_MAX;
}

function noiseOf(
  { exchange, prologue }: LinkIdentity,
  initiator: boolean,
  psk: Uint8Array,
  ephemeral: ExchangeKeys | undefined,
): NoiseHandshake {
  const base = { initiator, keys: exchange, psk, prologue };
  return new NoiseHandshake(ephemeral === undefined ? base : { ...base, ephemeral });
}

/** The id in a payload, if it is the owner of the key with which the handshake was made. */
function provenPeer(payload: Uint8Array, remoteKey: Uint8Array | undefined): PeerId | undefined {
  const exchangeKey = exchangeKeyOf(payload);
  if (exchangeKey === undefined || remoteKey === undefined) return undefined;
  return Buffer.compare(exchangeKey, remoteKey) === 0 ? peerIdOf(payload) : undefined;
}

function doneWith(
  noise: NoiseHandshake,
  peer: PeerId,
  networkKey: Uint8Array,
  bytes?: Uint8Array,
): HandshakeStep {
  const keys = noise.result;
  if (keys === undefined) throw new Error('three messages make a handshake');
  const session = { peer, networkKey, keys };
  return bytes === undefined ? { kind: 'done', session } : { kind: 'done', session, bytes };
}
