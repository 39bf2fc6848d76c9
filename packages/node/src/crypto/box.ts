import type { ExchangeKeys } from './keys.js';
import { randomBytes } from './random.js';
import { sodium } from './sodium.js';

const NONCE_BYTES = 24;
const TAG_BYTES = 16;

/** What a box adds: the nonce in front and the tag. */
export const BOX_OVERHEAD_BYTES: number = NONCE_BYTES + TAG_BYTES;

/** Hides bytes from everybody but two: whoever opens it knows that the other one closed it. */
export function closeBox(
  plaintext: Uint8Array,
  theirs: Uint8Array,
  ours: ExchangeKeys,
): Uint8Array {
  const box = Buffer.alloc(plaintext.length + BOX_OVERHEAD_BYTES);
  const nonce = box.subarray(0, NONCE_BYTES);
  nonce.set(randomBytes(NONCE_BYTES));
  const rest = box.subarray(NONCE_BYTES);
  sodium().crypto_box_easy(rest, plaintext, nonce, theirs, ours.secretKey);
  return box;
}

/** @returns undefined when the box is not from `theirs` for us, or was changed */
export function openBox(
  box: Uint8Array,
  theirs: Uint8Array,
  ours: ExchangeKeys,
): Uint8Array | undefined {
  if (box.length < BOX_OVERHEAD_BYTES) return undefined;
  const plaintext = Buffer.alloc(box.length - BOX_OVERHEAD_BYTES);
  const nonce = box.subarray(0, NONCE_BYTES);
  const rest = box.subarray(NONCE_BYTES);
  const opened = sodium().crypto_box_open_easy(plaintext, rest, nonce, theirs, ours.secretKey);
  return opened ? plaintext : undefined;
}
