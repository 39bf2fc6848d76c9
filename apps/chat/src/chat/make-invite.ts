import { formatInvite, type PeerMember, parseAddress, type StoredNetwork } from '@hearsay/node';
import { isVisitor } from './names.js';

/** An invite, and what its giver should know. */
export interface MadeInvite {
  readonly line: string;
  readonly addresses: readonly string[];
  readonly warning: string | undefined;
}

/** It is to be pasted into one line of a letter or a chat. */
const CHARS_MAX = 119;
const LOOPBACK = /^(?:localhost|::1|127\.\d+\.\d+\.\d+)$/;
const ONLY_HERE =
  'only this machine can use this invite: no member listens beyond it; start one with --lan';

/**
 * Invites into a network by the addresses of members that live now: several, since the one who
 * invites may be gone when the invite is used.
 * @returns undefined when nobody lives who could be dialled
 */
export function makeInvite(
  { network, id, keys }: Pick<StoredNetwork, 'network' | 'id' | 'keys'>,
  members: readonly PeerMember[],
): MadeInvite | undefined {
  const all = liveAddresses(members);
  const elsewhere = all.filter((address) => !isLoopback(address));
  // To whoever reads them elsewhere loopback addresses mean another machine.
  const addresses = elsewhere.length > 0 ? elsewhere : all;
  if (addresses.length === 0) return undefined;
  const line = formatInvite({ network, id, key: keys.primary, addresses }, CHARS_MAX);
  const named = addresses.filter((address) => line.includes(address));
  return { line, addresses: named, warning: elsewhere.length > 0 ? undefined : ONLY_HERE };
}

/** The first address of each, those that have lived the longest first; then the second ones. */
function liveAddresses(members: readonly PeerMember[]): readonly string[] {
  const hosts = members
    .filter((member) => member.state === 'alive' && !isVisitor(member))
    .toSorted((left, right) => right.stateForMs - left.stateForMs);
  const rounds = Math.max(0, ...hosts.map(({ addresses }) => addresses.length));
  const inTurn = Array.from({ length: rounds }, (_none, round) =>
    hosts.flatMap(({ addresses }) => addresses.slice(round, round + 1)),
  );
  return [...new Set(inTurn.flat())];
}

function isLoopback(address: string): boolean {
  return LOOPBACK.test(parseAddress(address)?.host ?? '');
}
