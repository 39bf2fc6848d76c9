import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { type PeerId, PortNotary, peerId } from '@hearsay/core';
import { SERVICES_PORT } from '../../src/limits.js';

/** What stands before an Ed25519 key in PKCS #8 and in SPKI (RFC 8410). */
const [PRIVATE, PUBLIC] = ['302e020100300506032b657004220420', '302a300506032b6570032100'];

/** Signatures for the port of services, by a peer whose Ed25519 key has this seed. */
export function testNotary(seed: Uint8Array, network: string) {
  const der = (prefix: string, key: Uint8Array): Buffer =>
    Buffer.concat([Buffer.from(prefix, 'hex'), key]);
  const key = createPrivateKey({ key: der(PRIVATE, seed), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const signer = {
    sign: (bytes: Uint8Array) => sign(null, bytes, key),
    verify: (peer: PeerId, bytes: Uint8Array, signature: Uint8Array) => {
      const key = der(PUBLIC, Buffer.from(peer, 'hex'));
      return verify(null, bytes, { key, format: 'der', type: 'spki' }, signature);
    },
  };
  const peer = peerId(spki.subarray(PUBLIC.length / 2).toString('hex'));
  return { peer, notary: new PortNotary(signer, network, SERVICES_PORT) };
}
