import type { Context } from '../context.js';
import type { Member, Members } from '../membership/members.js';
import type { Links } from '../overlay/links.js';
import { type Presence, stateOf } from './presence.js';
import type { Roster } from './roster.js';

/** A row that the roster knows nothing of is kept so long for its member to announce itself. */
const HANDOVER_MS = 60_000;
/** A row of somebody dead or gone is kept so long: a goodbye and a death are told first hand. */
const GONE_MS = 60_000;

/** What is looked at. */
interface Table {
  readonly context: Context;
  readonly links: Links;
  readonly members: Members;
  readonly topology: { watches(member: Member): boolean };
}

/**
 * Rows that the table of a large mesh can do without: of those not linked it keeps who is suspect for
 * losing its link, who died or left a moment ago, and up to `contactsMax` that were met. Whom we hold
 * dead while the roster has an older word of it is reported missing.
 * @param beganMs since when the roster takes the place of rows
 */
export function spareRows(roster: Roster, beganMs: number, table: Table): readonly Member[] {
  const { context, links, members, topology } = table;
  const spare: Member[] = [];
  const contacts: Member[] = [];
  for (const member of members.all()) {
    if (links.of(member.peer) !== undefined) continue;
    const presence = roster.presence(member.peer);
    if (member.state === 'dead' || member.state === 'left') {
      if (isOutlived(member, presence, context)) spare.push(member);
      else if (member.state === 'dead') roster.miss(member.peer);
    } else if (!topology.watches(member)) {
      const list = isAwaited(member, presence, { context, beganMs }) ? contacts : spare;
      list.push(member);
    }
  }
  const met = contacts
    .filter(({ peer }) => roster.presence(peer) !== undefined)
    .sort((left, right) => (left.heardMs ?? 0) - (right.heardMs ?? 0));
  return [...spare, ...met.slice(0, Math.max(0, met.length - context.limits.contactsMax))];
}

/** A verdict that its member has denied since, or that is old. */
function isOutlived(
  { generation, sinceMs, state }: Member,
  presence: Presence | undefined,
  { now }: Context,
): boolean {
  const ageMs = now.monotonicMs - sinceMs;
  if (ageMs > GONE_MS) return true;
  if (presence === undefined || stateOf(presence) !== 'present') return false;
  return (
    presence.generation > generation || (state === 'dead' && presence.saidMs > now.wallMs - ageMs)
  );
}

/** Somebody met lately, or in a table from before whom the roster does not know yet. A suspicion is for those who watch. */
function isAwaited(
  { heardMs, sinceMs, state }: Member,
  presence: Presence | undefined,
  { context, beganMs }: { readonly context: Context; readonly beganMs: number },
): boolean {
  if (presence !== undefined) {
    return state === 'alive' && heardMs !== undefined && stateOf(presence) === 'present';
  }
  return context.now.monotonicMs - Math.max(sinceMs, heardMs ?? 0, beganMs) < HANDOVER_MS;
}
