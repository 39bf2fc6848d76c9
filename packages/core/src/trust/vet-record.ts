import type { Context } from '../context.js';
import { HearsayError } from '../errors.js';
import { shortId } from '../ids.js';
import { bringsNews, type MemberUpdate } from '../membership/member.js';
import type { Members } from '../membership/members.js';

/**
 * Checks that a record newer than the one known is its member's own word. Older and equal ones are
 * not looked at: nobody uses what they say.
 * @throws HearsayError `forged`
 */
export function vetRecord(context: Context, members: Members, update: MemberUpdate): void {
  const { self, notary, counters } = context;
  const isOurs = update.peer === self.id;
  const known = isOurs ? { ...self, state: 'alive' as const } : members.get(update.peer);
  if (known === undefined ? !members.hasRoom() : !bringsNews(update, known)) return;
  if (notary.isRecordBy(update.peer, update.state === 'left', update)) return;
  counters.recordsForged += 1;
  throw new HearsayError('forged', `what is said of ${shortId(update.peer)} is not signed by it`);
}
