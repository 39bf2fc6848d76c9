import { createHash, randomBytes } from 'node:crypto';
import { NETWORK_KEY_BYTES } from './keyring.js';

/** Names a key without telling it: 16 hex digits. People are shown the first 8. */
export type KeyId = string;

const KEY_ID_CHARS = 16;
const KEY_ID_PATTERN = /^[0-9a-f]{16}$/;
const SHOWN_CHARS = 8;

export function newNetworkKey(): Uint8Array {
  return randomBytes(NETWORK_KEY_BYTES);
}

/** The same key has the same id everywhere; nobody finds the key by it. */
export function keyIdOf(key: Uint8Array): KeyId {
  const digest = createHash('sha256').update('hearsay network key 1').update(key).digest('hex');
  return digest.slice(0, KEY_ID_CHARS);
}

export function isKeyId(text: unknown): text is KeyId {
  return typeof text === 'string' && KEY_ID_PATTERN.test(text);
}

/** A key id as people see and type it. */
export function shortKeyId(id: KeyId): string {
  return id.slice(0, SHOWN_CHARS);
}
