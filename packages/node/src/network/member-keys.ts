import type { PeerMember } from '../api.js';
import { NETWORK_KEYS_MAX } from '../limits.js';
import { isKeyId, type KeyId } from './network-key.js';

/** The tag by which members tell which keys they have, the one in use first. */
export const KEYS_TAG = 'keys';

export function keysTag(ids: readonly KeyId[]): string {
  return ids.join(' ');
}

/** The ids of the keys that a member says it has, the one it dials with first. */
export function memberKeys({ tags }: Pick<PeerMember, 'tags'>): readonly KeyId[] {
  return (tags[KEYS_TAG] ?? '').split(' ').filter(isKeyId).slice(0, NETWORK_KEYS_MAX);
}
