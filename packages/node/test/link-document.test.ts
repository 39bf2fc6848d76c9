import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { peerIdOf } from '../src/crypto/ed25519-signer.js';
import { type ExchangeKeys, exchangeKeysOf, signingKeysOf } from '../src/crypto/keys.js';
import {
  DiallerHandshake,
  type HandshakeStep,
  ListenerHandshake,
  linkIdentity,
} from '../src/links/secure/handshake.js';
import { Sealer } from '../src/links/secure/seals.js';
import { NetworkKeys } from '../src/network/network-keys.js';

interface Side {
  readonly seed: string;
  readonly peer: string;
  readonly static: string;
  /** Seed of an Ed25519 key whose X25519 form is the ephemeral one. */
  readonly ephemeral: string;
}

interface LinkVector {
  readonly network: string;
  readonly networkKey: string;
  readonly dialler: Side;
  readonly listener: Side;
  readonly handshake: readonly string[];
  readonly plaintext: string;
  readonly fromDialler: readonly string[];
  readonly fromListener: readonly string[];
}

// The golden vector stands in the document and nowhere else, so that it cannot lie.
const text = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
const vector = JSON.parse(/```json link\n([^`]+)```/.exec(text)?.[1] ?? '{}') as LinkVector;

const bytesOf = (hex: string): Buffer => Buffer.from(hex, 'hex');
const hexOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

function answerOf(step: HandshakeStep): Uint8Array {
  if (step.kind === 'refused' || step.bytes === undefined) throw new Error(step.kind);
  return step.bytes;
}

function sessionOf(step: HandshakeStep) {
  if (step.kind !== 'done') throw new Error(step.kind);
  return step.session;
}

describe('the link in docs/protocol.md', () => {
  const keys = NetworkKeys.of(bytesOf(vector.networkKey));
  const identityOf = ({ seed }: Side) =>
    linkIdentity(signingKeysOf(bytesOf(seed)), vector.network, keys);
  const ephemeralOf = ({ ephemeral }: Side): ExchangeKeys =>
    exchangeKeysOf(signingKeysOf(bytesOf(ephemeral)));
  const { dialler: ana, listener: bob } = vector;

  it('has keys that follow from their seeds', () => {
    for (const side of [ana, bob]) {
      const { signing, exchange } = identityOf(side);
      expect(peerIdOf(signing.publicKey)).toBe(side.peer);
      expect(hexOf(exchange.publicKey)).toBe(side.static);
    }
  });

  it('begins and goes on to the byte as it is written there', () => {
    const dialler = new DiallerHandshake(identityOf(ana), ephemeralOf(ana));
    const listener = new ListenerHandshake(identityOf(bob), ephemeralOf(bob));
    const first = dialler.begin();
    const second = answerOf(listener.receive(first));
    const atAna = dialler.receive(second);
    const third = answerOf(atAna);
    const atBob = listener.receive(third);
    expect([first, second, third].map(hexOf)).toEqual(vector.handshake);
    expect([sessionOf(atAna).peer, sessionOf(atBob).peer]).toEqual([bob.peer, ana.peer]);
    for (const [step, sealed] of [
      [atAna, vector.fromDialler],
      [atBob, vector.fromListener],
    ] as const) {
      const sealer = new Sealer(sessionOf(step).keys.sending);
      const messages = sealed.map(() => hexOf(sealer.seal(bytesOf(vector.plaintext))));
      expect(messages).toEqual(sealed);
    }
  });
});
