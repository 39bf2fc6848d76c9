import { createHmac, timingSafeEqual } from 'node:crypto';
import { type PeerId, SIGNATURE_BYTES, type Signer } from '@hearsay/core';

/** Whoever is in a test of Maelstrom is trusted: there is no hostile node, and nobody else to listen. */
const CLUSTER_SECRET = 'maelstrom';

/** Keyed hashes under one secret of the whole cluster, which name the signer. */
export function clusterSigner(self: PeerId): Signer {
  return {
    sign: (bytes) => signatureOf(self, bytes),
    verify: (peer, bytes, signature) =>
      signature.length === SIGNATURE_BYTES && timingSafeEqual(signatureOf(peer, bytes), signature),
  };
}

function signatureOf(peer: PeerId, bytes: Uint8Array): Uint8Array {
  return createHmac('sha512', CLUSTER_SECRET).update(peer).update(bytes).digest();
}
