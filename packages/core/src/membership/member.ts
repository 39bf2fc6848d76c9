import type { PeerId } from '../ids.js';
import type { Address } from '../input.js';

/** `left` is a clean goodbye and is not `dead`. */
export type MemberState = 'joining' | 'alive' | 'suspect' | 'dead' | 'left';

/** What travels about a member; the newest one wins by `supersedes`. */
export interface MemberUpdate {
  readonly peer: PeerId;
  readonly generation: number;
  readonly incarnation: number;
  readonly state: 'alive' | 'suspect' | 'dead' | 'left';
  /** Who says so: an accuser, or the peer itself. */
  readonly from: PeerId;
  readonly addresses: readonly Address[];
  readonly metaVersion: number;
  readonly meta: Uint8Array;
}

type UpdateState = MemberUpdate['state'];

/** The part of a member or an update that decides which is newer. */
export interface Standing {
  readonly generation: number;
  readonly incarnation: number;
  readonly state: MemberState;
}

/** Strength at one incarnation: only the member itself gets out of a suspicion, by a higher one. */
const STRENGTH: Record<MemberState, number> = {
  joining: 0,
  alive: 1,
  suspect: 2,
  dead: 3,
  left: 4,
};

/**
 * SWIM's order of updates (DSN 2002, section 4.2), with generations above it and `left` final.
 *
 * A higher generation is a restart and wins at once. Within one generation `left` is the last
 * word; else a higher incarnation wins, except that `dead` of a lower incarnation cannot be
 * undone by a mere suspicion.
 */
export function supersedes(update: Standing & { state: UpdateState }, current: Standing): boolean {
  if (update.generation !== current.generation) return update.generation > current.generation;
  if (current.state === 'left') return false;
  if (update.state === 'left') return true;
  if (update.incarnation !== current.incarnation) {
    if (update.incarnation < current.incarnation) return false;
    return update.state !== 'suspect' || current.state !== 'dead';
  }
  return STRENGTH[update.state] > STRENGTH[current.state];
}
