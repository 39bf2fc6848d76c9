import { compareIds, type PeerId, type Topic } from '@hearsay/core';
import { peerIdOf, publicKeyOf } from '../crypto/ed25519-signer.js';

const PREFIX = '@dm/';
/** 32 bytes in base64url: two ids in hex would not fit into a topic. */
const ID_CHARS = 43;

/**
 * The topic of the direct messages between two peers, the same for both: for `history` and
 * `subscribe` at either of them. Others hold the same messages and are shown nothing.
 */
export function directTopic(one: PeerId, other: PeerId): Topic {
  const [first, second] = [one, other].toSorted(compareIds);
  return `${PREFIX}${encodeId(first ?? one)}/${encodeId(second ?? other)}`;
}

export function isDirectTopic(topic: Topic): boolean {
  return topic.startsWith(PREFIX);
}

/** The other end of a conversation of `self`, or undefined when it is none of ours. */
export function otherEnd(topic: Topic, self: PeerId): PeerId | undefined {
  const ids = topic.slice(PREFIX.length);
  if (!isDirectTopic(topic) || ids.length !== 2 * ID_CHARS + 1) return undefined;
  const first = decodeId(ids.slice(0, ID_CHARS));
  const second = decodeId(ids.slice(ID_CHARS + 1));
  const other = first === self ? second : first;
  // Written anew it must be the same: one conversation has one name.
  return directTopic(self, other) === topic && other !== self ? other : undefined;
}

function encodeId(id: PeerId): string {
  return Buffer.from(publicKeyOf(id) ?? []).toString('base64url');
}

function decodeId(text: string): PeerId {
  const bytes = Buffer.alloc(32);
  bytes.write(text, 'base64url');
  return peerIdOf(bytes);
}
