import { randomBytes as drawBytes } from 'node:crypto';

/** Bytes that nobody can guess. */
export function randomBytes(length: number): Uint8Array {
  return drawBytes(length);
}
