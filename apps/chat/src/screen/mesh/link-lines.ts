import { type Line, span, truncate, width } from '@hearsay/terminal';
import type { Glyphs } from '../../text/look.js';
import type { LinkRates, NamedMember, Surroundings } from '../model/surroundings.js';

const NAME_COLUMNS = 9;

/** Some links say something only when there are several of them. */
const SOME_LINKS_MIN = 4;

/** Open links with what they carry; at most `rows` lines, none when there is no room. */
export function linkLines(
  { links }: Surroundings,
  members: readonly NamedMember[],
  glyphs: Glyphs,
  rows: number,
): Line[] {
  if (links.length === 0 || rows < Math.min(SOME_LINKS_MIN, links.length) + 1) return [];
  const head: Line = [
    span(' LINKS', 'title'),
    span('     mode  msg/s    kB/s  queue  drop', 'dim'),
  ];
  const isFull = unlinked(members) === 0;
  const room = rows - 1;
  const shown = links.length > room ? links.slice(0, Math.max(0, room - 1)) : links;
  const lines = shown.map((link): Line => {
    const name = members.find(({ id }) => id === link.peer)?.name ?? link.peer.slice(0, 8);
    const cut = truncate(name, NAME_COLUMNS - 1, glyphs.more);
    const cells = [
      `  ${cut}${' '.repeat(NAME_COLUMNS - width(cut))}`,
      modeOf(link, isFull).padEnd(6),
      rate(link.messagesPerSecond).padStart(5),
      rate(link.bytesPerSecond / 1_000).padStart(7),
      bytes(link.waitingBytes).padStart(6),
      String(link.droppedFrames).padStart(5),
    ];
    return [span(cells.join(' '), link.cut ? 'alarm' : undefined)];
  });
  if (shown.length < links.length)
    lines.push([span(`  ${glyphs.more} ${links.length - shown.length} more`, 'dim')]);
  return [head, ...lines];
}

/** Where not everybody is a neighbour each origin has a tree of its own: eager in some, lazy in others. */
function modeOf({ cut, eager, lazy }: LinkRates, isFull: boolean): string {
  if (cut) return 'cut';
  if (isFull) return 'direct';
  return eager + lazy === 0 ? 'tree' : `${eager}e ${lazy}l`;
}

function rate(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toFixed(1);
}

function bytes(count: number): string {
  return count < 1_000 ? String(count) : `${Math.round(count / 1_000)}k`;
}

/** Live members that are no neighbours of ours. */
function unlinked(members: readonly NamedMember[]): number {
  return members.filter(({ self, state, link }) => !self && state === 'alive' && link === 'none')
    .length;
}

/** Who passes on what we say: in a full mesh nobody has to. */
export function relayLines(
  members: readonly NamedMember[],
  { links }: Surroundings,
  glyphs: Glyphs,
  rows: number,
): Line[] {
  const others = unlinked(members);
  const title: Line = [
    span('WHO RELAYS TO WHOM', 'title'),
    span(others === 0 ? '  nobody: all links are direct' : `  these, to ${others} more`, 'dim'),
  ];
  const self = members.find((member) => member.self)?.name ?? 'you';
  const linked = links
    .map(({ peer }) => members.find(({ id }) => id === peer))
    .filter((member) => member !== undefined);
  const room = Math.max(0, rows - 1);
  const shown = linked.length > room ? linked.slice(0, Math.max(0, room - 1)) : linked;
  const { tree } = glyphs;
  const lines = shown.map(({ name, state }, index): Line => {
    const isLast = index === linked.length - 1;
    const start = index === 0 ? `  ${self} ` : ' '.repeat(4 + width(self));
    const branch =
      index === 0 ? (isLast ? tree.only : tree.first) : isLast ? tree.last : tree.middle;
    const aside = state === 'alive' ? '' : ` (${state})`;
    return [span(`${start}${branch} ${name}${aside}`)];
  });
  if (shown.length < linked.length) {
    lines.push([
      span(`${' '.repeat(4 + width(self))}${tree.last} ${linked.length - shown.length} more`),
    ]);
  }
  return [title, ...lines];
}
