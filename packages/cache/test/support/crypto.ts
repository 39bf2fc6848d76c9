import { createHash } from 'node:crypto';
import { type PeerId, peerId } from '@hearsay/core';
import type { FrameCrypto } from '../../src/wire/frame.js';

/** Ids that are valid and easy to tell apart. */
export function testPeer(number: number): PeerId {
  return peerId(number.toString(16).padStart(64, 'a'));
}

/** Signatures that only tell peers apart: enough where nobody attacks the cryptography. */
export function testCrypto(self: PeerId): FrameCrypto {
  const signatureOf = (peer: PeerId, bytes: Uint8Array): Buffer =>
    createHash('sha512').update(peer).update(bytes).digest();
  return {
    sign: (bytes) => signatureOf(self, bytes),
    verify: (peer, bytes, signature) => signatureOf(peer, bytes).equals(signature),
    hash: (bytes) => createHash('sha256').update(bytes).digest(),
  };
}
