import type { PeerId } from '../ids.js';
import type { Hello } from '../wire/hello.js';
import type { MemberRecord } from '../wire/member-record.js';

/** `left` is a clean goodbye and is not `dead`. */
export type MemberState = 'joining' | 'alive' | 'suspect' | 'dead' | 'left';

/**
 * What travels about a member: its own signed record, and what somebody says of the one that it
 * describes. The newest wins by `supersedes`. `alive` and `left` are the member's own word, signed
 * as such; `suspect` and `dead` are claims about a member that signed itself alive.
 */
export interface MemberUpdate extends MemberRecord {
  readonly peer: PeerId;
  readonly state: 'alive' | 'suspect' | 'dead' | 'left';
  /** Who says so: an accuser, or the peer itself. */
  readonly from: PeerId;
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

/** Whether an update brings a record of its member that is newer than the one known. */
export function bringsNews(
  update: MemberUpdate,
  known: Standing & { metaVersion: number },
): boolean {
  if (update.generation !== known.generation) return update.generation > known.generation;
  if (known.state === 'left') return false;
  if (update.state === 'left') return true;
  if (update.incarnation !== known.incarnation) return update.incarnation > known.incarnation;
  return update.metaVersion > known.metaVersion;
}

/** A hello as news: its sender lives. */
export function saidBy(hello: Hello): MemberUpdate {
  return { ...hello, state: 'alive', from: hello.peer };
}
