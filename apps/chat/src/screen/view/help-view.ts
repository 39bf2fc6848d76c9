import { type Frame, fitLine, justify, type Line, span, wrap } from '@hearsay/terminal';
import { helpRows } from '../../view/help.js';
import type { ScreenState } from '../model/state.js';

const KEYS: readonly (readonly [string, string])[] = [
  ['Enter', 'send; Alt-Enter (or Ctrl-J) adds a line'],
  ['Tab, Shift-Tab', 'complete a command, a name or a room'],
  ['Up, Down', 'what you sent before; in a draft of several lines, the line above or below'],
  ['PgUp, PgDn', 'read further up and down; Esc goes back to the newest'],
  ['Alt-1 .. Alt-9', 'go to that room or conversation'],
  ['Ctrl-N, Ctrl-P', 'the next, the one before; Alt-Right, Alt-Left too'],
  ['Alt-A', 'where somebody called you, else where something is unread'],
  ['F1, F2 or Alt-M', 'this help, the mesh'],
  ['Ctrl-F', 'search this conversation; /search TEXT too'],
  [
    'Alt-Up, Alt-Down',
    'pick a message; Alt-E edits it, Alt-X deletes it, Alt-R reacts; Esc lets go',
  ],
  ['Ctrl-L', 'paint the screen anew'],
  ['Ctrl-C', 'clear the draft; twice on an empty one: leave. Ctrl-D: leave'],
  ['Ctrl-Z', 'suspend; the others will think you dead until you resume'],
];

/** The keys, then the commands. */
export function helpView({ size, glyphs }: ScreenState, top: number): Frame {
  const { columns, rows } = size;
  const all = helpLines(columns);
  const room = rows - 2;
  const from = Math.max(0, Math.min(top, all.length - room));
  const shown = all.slice(from, from + room);
  while (shown.length < room) shown.push([]);
  const title = justify([span(' HELP', 'title')], [span('Esc back ', 'dim')], columns, glyphs.more);
  const isAll = all.length <= room;
  const foot = isAll
    ? ''
    : ` ${from + 1}-${from + shown.length} of ${all.length}  Up, Down, PgUp, PgDn`;
  return {
    lines: [title, ...shown, [span(foot, 'dim')]].map((line) =>
      fitLine(line, columns, glyphs.more),
    ),
  };
}

/** How many lines further down the help can be moved. */
export function helpLineCount(columns: number): number {
  return helpLines(columns).length;
}

function helpLines(columns: number): Line[] {
  const nameColumns = columns < 60 ? 0 : 17;
  const keys = KEYS.flatMap(([key, words]) => {
    if (nameColumns === 0) {
      return wrap(`${key}: ${words}`, columns - 2).map((row) => [span(` ${row}`)]);
    }
    const [first = '', ...rest] = wrap(words, columns - nameColumns - 2);
    return [
      [span(` ${key.padEnd(nameColumns)}`, 'strong'), span(first)],
      ...rest.map((row) => [span(' '.repeat(nameColumns + 1) + row)]),
    ];
  });
  const commands = helpRows(undefined)
    .slice(0, -1)
    .flatMap((row) =>
      wrap(row, columns - 2).map((part, index) => [span((index === 0 ? ' ' : '     ') + part)]),
    );
  return [...keys, [], ...commands];
}
