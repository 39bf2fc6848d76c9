import { type MessageId, peerId } from '@hearsay/core';

const KEY_PATTERN =
  /^(?<peer>(?:[0-9a-f]{2}){16,32})\.(?<generation>\d{1,10}):(?<sequence>\d{1,15})$/;

/** Reads `<peer>.<generation>:<sequence>`; undefined when it is none. */
export function parseMessageKey(text: string): MessageId | undefined {
  const parts = KEY_PATTERN.exec(text)?.groups;
  if (parts === undefined) return undefined;
  return {
    peer: peerId(parts['peer'] ?? ''),
    generation: Number(parts['generation']),
    sequence: Number(parts['sequence']),
  };
}
