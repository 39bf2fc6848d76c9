import { VectorClock } from '../../src/clock/vector-clock.js';
import { SIGNATURE_BYTES } from '../../src/limits.js';
import type { MemberState } from '../../src/membership/member.js';
import type { Member } from '../../src/membership/members.js';
import { peer } from './identities.js';

/** A member of which nothing is known but its state, since the time of its number. */
export function memberOf(
  byte: number,
  state: MemberState = 'alive',
  over: Partial<Member> = {},
): Member {
  return {
    peer: peer(byte),
    generation: 1,
    incarnation: 0,
    state,
    sinceMs: byte,
    knownMs: 0,
    metaVersion: 1,
    meta: new Uint8Array(0),
    addresses: [],
    signature: new Uint8Array(SIGNATURE_BYTES),
    heardMs: undefined,
    vouchedMs: undefined,
    rttMs: undefined,
    accusers: new Set(),
    witnessed: false,
    asked: 0,
    clock: new VectorClock(),
    toldMs: undefined,
    agreedAt: undefined,
    differedAt: undefined,
    differences: 0,
    ...over,
  };
}
