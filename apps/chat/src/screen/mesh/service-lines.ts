import { type Line, span, truncate, width } from '@hearsay/terminal';
import type { Glyphs } from '../../text/look.js';
import { sanitiseLine } from '../../text/sanitise.js';
import type { NamedMember, ServiceRow, Surroundings } from '../model/surroundings.js';

const NAME_COLUMNS = 16;
const SHORT_ID_CHARS = 8;

/** Who provides what, and which breakers stop whose calls; none without services or without room. */
export function serviceLines(
  { services }: Surroundings,
  members: readonly NamedMember[],
  glyphs: Glyphs,
  rows: number,
): Line[] {
  if (services.length === 0 || rows < 2) return [];
  const head: Line = [span(' SERVICES', 'title'), span('           ready  breakers', 'dim')];
  const room = rows - 1;
  const shown = services.length > room ? services.slice(0, room - 1) : services;
  const lines = shown.map((row) => rowLine(row, members, glyphs));
  const hidden = services.length - shown.length;
  return hidden === 0 ? [head, ...lines] : [head, ...lines, moreLine(hidden, glyphs)];
}

function rowLine(row: ServiceRow, members: readonly NamedMember[], glyphs: Glyphs): Line {
  const { service, providers, ready, breakers } = row;
  const name = truncate(sanitiseLine(service), NAME_COLUMNS - 1, glyphs.more);
  const isOpen = breakers.some(({ state }) => state === 'open');
  const role = isOpen ? 'alarm' : breakers.length > 0 || ready === 0 ? 'warn' : undefined;
  const cells = [
    `  ${name}${' '.repeat(NAME_COLUMNS - width(name))}`,
    (ready === providers ? String(ready) : `${ready}/${providers}`).padStart(6),
    ` ${breakerWords(breakers, members)}`,
  ];
  return [span(cells.join(' '), role)];
}

/** `open at ana for bob`: calls of ana do not go to bob. */
function breakerWords(breakers: ServiceRow['breakers'], members: readonly NamedMember[]): string {
  if (breakers.length === 0) return 'closed';
  const nameOf = (id: string): string =>
    members.find((member) => member.id === id)?.name ?? id.slice(0, SHORT_ID_CHARS);
  return breakers
    .map(({ state, caller, provider }) => {
      const to = provider === undefined ? '' : ` for ${nameOf(provider)}`;
      return `${state} at ${nameOf(caller)}${to}`;
    })
    .join(', ');
}

function moreLine(count: number, glyphs: Glyphs): Line {
  return [span(`  ${glyphs.more} ${count} more`, 'dim')];
}
