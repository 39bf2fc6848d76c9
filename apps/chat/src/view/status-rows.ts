import type { MemberState, PeerId } from '@hearsay/core';
import type { PeerMember } from '@hearsay/node';
import { truncate } from '@hearsay/terminal';
import type { ChatMessage } from '../chat/message.js';
import { isVisitor, type Names } from '../chat/names.js';
import { clockTime } from '../text/clock-time.js';
import { counted } from '../text/counted.js';
import type { Look } from '../text/look.js';
import { sanitiseLine } from '../text/sanitise.js';
import { listedMembers, syncWords } from './mesh-table.js';
import { holdingMark } from './message-rows.js';
import type { Holding } from './notice.js';

const STATE_HASH_CHARS = 8;
const TEXT_COLUMNS = 50;

export interface SyncReport {
  readonly members: readonly PeerMember[];
  readonly live: number;
  readonly inSync: number;
  readonly stateHash: string;
  readonly messages: number;
  /** Own messages that nobody else is known to hold. */
  readonly waiting: number;
  readonly names: Names;
  readonly lackedAtDeath: ReadonlyMap<PeerId, number>;
}

/** `/sync`: one row for all, and one for each peer that is not in sync. */
export function syncRows(report: SyncReport): string[] {
  const { live, inSync, stateHash, messages, waiting } = report;
  const state = `state ${stateHash.slice(0, STATE_HASH_CHARS)}, ${counted(messages, 'message')}`;
  const apart = apartRows(report);
  if (live === 0)
    return [`alone: 0 live peers, ${counted(waiting, 'message')} waiting; ${state}`, ...apart];
  const head =
    inSync === live ? `in sync with ${inSync} of ${live}` : `${inSync} of ${live} in sync`;
  return [`${head}; ${state}`, ...apart];
}

function apartRows({ members, names, live, lackedAtDeath }: SyncReport): string[] {
  return listedMembers(members, names)
    .filter((member) => !member.self && !isVisitor(member) && member.state !== 'left')
    .filter((member) => member.state !== 'alive' || !member.inSync)
    .map((member) => {
      const state = member.state === 'alive' ? '' : `${member.state}, `;
      return `${names.of(member.id)}: ${state}${syncWords(member, { live, lackedAtDeath })}`;
    });
}

/** `/receipts`: own messages with the mark they have now. */
export function receiptRows(
  recent: readonly { readonly message: ChatMessage; readonly holding: Holding }[],
  look: Look,
): string[] {
  if (recent.length === 0) return ['you said nothing yet'];
  const rows = recent.map(({ message, holding }) => {
    const text = truncate(sanitiseLine(message.text), TEXT_COLUMNS, look.glyphs.more);
    return `${clockTime(message.sentMs)} ${holdingMark(holding, look).padStart(5)}  ${text}`;
  });
  const { heldByAll, onlyHere } = look.glyphs;
  return [...rows, `${heldByAll} all live peers hold it, 1/2 some, ${onlyHere} only here`];
}

/** `/who`: names by state, the living first. */
export function whoRows(members: readonly PeerMember[], names: Names): string[] {
  const groups = new Map<MemberState, string[]>();
  for (const member of listedMembers(members, names)) {
    const name = names.of(member.id) + (member.self ? ' (you)' : '');
    groups.set(member.state, [...(groups.get(member.state) ?? []), name]);
  }
  return [...groups].map(([state, group]) => `${state}: ${group.join(', ')}`);
}
