import { fitLine, type Line, type Role, type Span, span, truncate, width } from '@hearsay/terminal';
import type { Glyphs } from '../../text/look.js';
import type { NamedMember, Surroundings } from '../model/surroundings.js';

const NAME_COLUMNS = 8;
const COLUMN_MIN = 6;
/** The graph stands beside, when the window is wide. */
const BESIDE_COLUMNS = 46;

export interface ClockMatrixRequest {
  readonly members: readonly NamedMember[];
  readonly shown: Surroundings;
  readonly glyphs: Glyphs;
  readonly columns: number;
  /** Rows there is room for. */
  readonly rows: number;
}

/** Who holds how many messages of whom, as each last told; empty when there is no room. */
export function clockMatrix({ members, shown, glyphs, columns, rows }: ClockMatrixRequest): Line[] {
  const room = columns >= 90 ? BESIDE_COLUMNS - 1 : columns - 1;
  const authors = members.slice(0, Math.floor((room - NAME_COLUMNS - 2) / COLUMN_MIN));
  const holders = members.slice(0, Math.max(0, rows - 3));
  if (holders.length < 2) return [];
  const ours = shown.clocks.get(holders.find(({ self }) => self)?.id ?? holders[0]?.id ?? '');
  const head: Span[] = [span(' '.repeat(NAME_COLUMNS + 2))];
  for (const { name } of authors) head.push(span(cell(name, COLUMN_MIN, glyphs), 'dim'));
  const matrix = holders.map((holder): Line => {
    const name = span(`  ${holder.name}`, holder.self ? 'strong' : undefined);
    const clock = shown.clocks.get(holder.id);
    const cells = authors.map(({ id }) =>
      heldCell(holder, clock?.get(id) ?? 0, ours?.get(id) ?? 0, glyphs),
    );
    const unknown = authors.map(() => span('? '.padStart(COLUMN_MIN), 'dim'));
    return [
      ...fitLine([name], NAME_COLUMNS + 2, glyphs.more),
      ...(clock === undefined ? unknown : cells),
    ];
  });
  const hidden = members.length - Math.min(authors.length, holders.length);
  const note = hidden > 0 ? `, ${hidden} more not shown` : '';
  return [
    [span(' CLOCKS', 'title'), span(' rows hold, columns wrote', 'dim')],
    head,
    ...matrix,
    [span(`  ${glyphs.dot} = behind us${note}`, 'dim')],
  ];
}

/** What the dead held is what they last told, and looks like it. */
function heldCell({ state }: NamedMember, held: number, ours: number, glyphs: Glyphs): Span {
  const isBehind = held < ours;
  const role: Role | undefined = state !== 'alive' ? 'dim' : isBehind ? 'warn' : undefined;
  return span((held + (isBehind ? glyphs.dot : ' ')).padStart(COLUMN_MIN), role);
}

function cell(text: string, columns: number, glyphs: Glyphs): string {
  const cut = truncate(text, columns - 2, glyphs.more);
  return `${' '.repeat(Math.max(0, columns - 1 - width(cut)))}${cut} `;
}
