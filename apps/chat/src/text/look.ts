import { type Role, renderLine, type Theme, themeFor, tintOf } from '@hearsay/terminal';

/** What a screen can show: colours, glyphs beyond ASCII, and how many columns. */
export interface Look {
  readonly paint: Paint;
  readonly glyphs: Glyphs;
  /** Columns to wrap at; undefined: the terminal, or whoever reads, does that. */
  readonly columns: number | undefined;
  /** Width of the column that nicks are aligned in; 0: no alignment. */
  readonly nickColumns: number;
}

export interface Glyphs {
  readonly alive: string;
  readonly suspect: string;
  readonly dead: string;
  readonly left: string;
  readonly heldByAll: string;
  /** Peers are there, and none has said yet that it holds it. */
  readonly onItsWay: string;
  readonly onlyHere: string;
  readonly more: string;
  /** Stands for a newline in the line being typed. */
  readonly newline: string;
  /** Rules between parts of the screen. */
  readonly rule: string;
  readonly bar: string;
  /** The conversation on the screen. */
  readonly current: string;
  readonly down: string;
  readonly dot: string;
  /** Heights of a bar, from none to full. */
  readonly bars: readonly string[];
  /** Branches: to the only, the first, a further and the last one. */
  readonly tree: {
    readonly only: string;
    readonly first: string;
    readonly middle: string;
    readonly last: string;
  };
}

export const UNICODE_GLYPHS: Glyphs = {
  alive: '●',
  suspect: '◐',
  dead: '✗',
  left: '-',
  heldByAll: '✓',
  onItsWay: '…',
  onlyHere: '○',
  more: '…',
  newline: '⏎',
  rule: '─',
  bar: '│',
  current: '▸',
  down: '▼',
  dot: '·',
  bars: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  tree: { only: '───', first: '─┬─', middle: '├─', last: '└─' },
};

export const ASCII_GLYPHS: Glyphs = {
  alive: '+',
  suspect: '?',
  dead: 'x',
  left: '-',
  heldByAll: 'v',
  onItsWay: '..',
  onlyHere: '.',
  more: '...',
  newline: '^J',
  rule: '-',
  bar: '|',
  current: '>',
  down: 'v',
  dot: '|',
  bars: [' ', '.', ':', '#'],
  tree: { only: '---', first: '-+-', middle: '|-', last: '`-' },
};

/** Styles by meaning. Glyph and word always say the same, so that nothing is lost without colour. */
export interface Paint {
  dim(text: string): string;
  strong(text: string): string;
  good(text: string): string;
  warn(text: string): string;
  alarm(text: string): string;
  /** The same colour for the same id, on every screen. */
  nick(id: string, text: string): string;
}

const plain = (text: string): string => text;

export const NO_PAINT: Paint = {
  dim: plain,
  strong: plain,
  good: plain,
  warn: plain,
  alarm: plain,
  nick: (_id, text) => text,
};

/** The colours of the terminal's own theme. */
export const COLOURS: Paint = paintOf(themeFor({ name: 'dark', colour: true }));

function paintOf(theme: Theme): Paint {
  const styled =
    (role: Role) =>
    (text: string): string =>
      renderLine([{ text, role }], theme);
  return {
    dim: styled('dim'),
    strong: styled('strong'),
    good: styled('good'),
    warn: styled('warn'),
    alarm: styled('alarm'),
    nick: (id, text) => styled(tintOf(id))(text),
  };
}
