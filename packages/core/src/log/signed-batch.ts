import { HearsayError } from '../errors.js';
import { type StreamId, shortId } from '../ids.js';
import { type BatchHeader, signatureOf } from '../wire/batch.js';
import type { Contradiction } from './log-progress.js';
import { hashBytes, type StateHash } from './state-hash.js';

/**
 * The hash of a batch, over its signature: shorter than all of it, and as good, since its origin
 * can choose the bytes of two batches but not what its signatures of them look like.
 */
export function hashOfBatch(bytes: Uint8Array): StateHash {
  return hashBytes(signatureOf(bytes));
}

/** Nobody can sign two batches alike, so then the batches are the same. */
export function sameSignature(left: Uint8Array, right: Uint8Array): boolean {
  const signature = signatureOf(right);
  return signatureOf(left).every((byte, index) => byte === signature[index]);
}

/** The refusal of a batch that its origin did not sign. */
export function forged({ origin, firstSequence }: BatchHeader): HearsayError {
  const what = `batch ${firstSequence} of ${shortId(origin)} is not signed by it`;
  return new HearsayError('forged', what);
}

/** An origin signed two things for one message. The copies outlive what they are views of. */
export function contradiction(
  stream: StreamId,
  sequence: number,
  [kept, other]: readonly [Uint8Array, Uint8Array],
): Contradiction {
  return { kind: 'contradiction', stream, sequence, batches: [kept.slice(), other.slice()] };
}
