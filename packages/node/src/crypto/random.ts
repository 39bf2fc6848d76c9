import { sodium } from './sodium.js';

/** Bytes that nobody can guess. */
export function randomBytes(length: number): Uint8Array {
  const bytes = Buffer.alloc(length);
  sodium.randombytes_buf(bytes);
  return bytes;
}
