import { type KeyId, memberKeys, type PeerMember } from '@hearsay/node';
import { isVisitor } from './names.js';

/** Which live members have a key of the network, as they say themselves. */
export interface KeyHolders {
  readonly key: KeyId;
  /** Live members, ourselves not counted when we only visit. */
  readonly of: number;
  readonly have: number;
  /** Those that dial with it. */
  readonly use: number;
  readonly having: readonly PeerMember[];
  readonly lacking: readonly PeerMember[];
  readonly using: readonly PeerMember[];
}

export function keyHolders(key: KeyId, members: readonly PeerMember[]): KeyHolders {
  const live = members.filter((member) => isLive(member) && !isVisitor(member));
  const having = live.filter((member) => memberKeys(member).includes(key));
  const using = live.filter((member) => memberKeys(member)[0] === key);
  return {
    key,
    of: live.length,
    have: having.length,
    use: using.length,
    having,
    lacking: live.filter((member) => !having.includes(member)),
    using,
  };
}

/** Every key that we or a live member have, ours first. */
export function knownKeys(
  ours: readonly KeyId[],
  members: readonly PeerMember[],
): readonly KeyId[] {
  return [...new Set([...ours, ...members.filter(isLive).flatMap(memberKeys)])];
}

/** Whom a new key is handed to: members that went away too, since they may return. */
export function keyRecipients(members: readonly PeerMember[]): readonly PeerMember[] {
  return members.filter((member) => !member.self && !isVisitor(member));
}

function isLive({ state }: PeerMember): boolean {
  return state === 'alive' || state === 'suspect' || state === 'joining';
}
