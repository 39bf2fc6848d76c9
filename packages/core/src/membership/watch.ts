import type { Member } from './members.js';

/** Whom this peer would notice dying: everybody in a small mesh, its neighbours in a large one. */
export interface Watch {
  watches(member: Member): boolean;
}
