import { type PeerId, peerId } from '../../src/ids.js';
import { SIGNATURE_BYTES } from '../../src/limits.js';
import { hashBytes, hashText } from '../../src/log/state-hash.js';
import { Notary } from '../../src/trust/notary.js';
import type { Signer } from '../../src/trust/signer.js';
import { Writer } from '../../src/wire/writer.js';

/** The network of every engine in these tests. */
export const NETWORK = 'test';

/** Anybody can sign as anybody here: tests write what a peer says. */
export function testSigner(peer: PeerId): Signer {
  return {
    sign: (bytes) => signAs(peer, bytes),
    verify: (by, bytes, signature) => {
      const right = signAs(by, bytes);
      return right.every((byte, index) => byte === signature[index]);
    },
  };
}

export function notaryOf(peer: PeerId, network = NETWORK): Notary {
  return new Notary(testSigner(peer), network);
}

/** For logs under test: the check of everybody's signatures. */
export const { isBatchBy } = notaryOf(peerId('00'.repeat(16)));

function signAs(peer: PeerId, bytes: Uint8Array): Uint8Array {
  const writer = new Writer(SIGNATURE_BYTES);
  let hash = hashBytes(bytes, hashText(peer));
  while (writer.length < SIGNATURE_BYTES) {
    writer.u32(hash.high).u32(hash.low);
    hash = { high: hash.low, low: hash.high + 1 };
  }
  return writer.finish();
}
