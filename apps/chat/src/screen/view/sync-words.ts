import { type Role, type Span, span } from '@hearsay/terminal';
import { isVisitor } from '../../chat/names.js';
import { clockTime } from '../../text/clock-time.js';
import { counted } from '../../text/counted.js';
import type { Glyphs } from '../../text/look.js';
import type { NamedMember, Surroundings } from '../model/surroundings.js';

const NAMES_MAX = 3;

/**
 * Whether we and all live others hold the same, or who does not: in words that are always there.
 * @param agreedSinceMs since when all hold what they hold now, to be told too
 */
export function syncSpans(
  { status, members, waiting, lackedAtDeath }: Surroundings,
  glyphs: Glyphs,
  agreedSinceMs?: number,
): Span[] {
  const { live, inSync, isolated } = status;
  const others = members.filter((member) => !member.self && !isVisitor(member));
  const diverged = others.filter((member) => member.state === 'alive' && member.diverged);
  const parts: Span[] = [];
  const since = agreedSinceMs === undefined ? '' : ` since ${clockTime(agreedSinceMs)}`;
  const dot = span(` ${glyphs.dot} `, 'dim');
  if (diverged.length > 0) parts.push(span(`DIVERGED from ${listed(diverged)}`, 'alarm'), dot);
  if (isolated) parts.push(span('isolated: calling nobody dead', 'warn'), dot);
  if (live === 0) {
    const words = `alone: 0 live peers, ${counted(waiting, 'message')} waiting`;
    parts.push(span(`${glyphs.onlyHere} ${words}`, waiting > 0 ? 'warn' : 'dim'));
  } else if (inSync === live) {
    parts.push(span(`${glyphs.alive} in sync with ${inSync} of ${live}${since}`, 'good'));
  } else {
    parts.push(span(`${glyphs.suspect} ${inSync}/${live} in sync`, 'warn'));
  }
  for (const [words, role] of apart(others, lackedAtDeath)) parts.push(dot, span(words, role));
  return parts;
}

/** Who is behind, ahead, suspect or dead, a few names each. */
function apart(
  others: readonly NamedMember[],
  lackedAtDeath: Surroundings['lackedAtDeath'],
): (readonly [string, Role])[] {
  const live = others.filter(({ state }) => state === 'alive');
  const groups: (readonly [string, Role])[] = [];
  const behind = live.filter(({ lacks }) => lacks > 0);
  const ahead = live.filter((member) => member.ahead > 0 && member.lacks === 0);
  if (behind.length > 0) {
    groups.push([`${listed(behind, ({ name, lacks }) => `${name} ${lacks}`)} behind`, 'warn']);
  }
  if (ahead.length > 0) {
    groups.push([
      `we lack ${listed(ahead, ({ name, ahead: has }) => `${has} of ${name}`)}`,
      'warn',
    ]);
  }
  const suspect = others.filter(({ state }) => state === 'suspect');
  if (suspect.length > 0) groups.push([`${listed(suspect)} suspect`, 'warn']);
  const dead = others.filter(({ state }) => state === 'dead');
  if (dead.length > 0) {
    const lacked = ({ id }: NamedMember): number => lackedAtDeath.get(id) ?? 0;
    const words = listed(dead, (member) =>
      lacked(member) > 0 ? `${member.name} (lacked ${lacked(member)})` : member.name,
    );
    groups.push([`${words} dead`, 'alarm']);
  }
  return groups;
}

/** As many of them as there is room for. */
function listed(
  members: readonly NamedMember[],
  words: (member: NamedMember) => string = ({ name }) => name,
): string {
  const more = members.length - NAMES_MAX;
  const named = members.slice(0, NAMES_MAX).map(words).join(', ');
  return more > 0 ? `${named} and ${more} more` : named;
}
