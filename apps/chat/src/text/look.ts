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

const sgr =
  (on: number, off: number) =>
  (text: string): string =>
    `\u001b[${on}m${text}\u001b[${off}m`;

/** Readable on dark and light; red is kept for alarms. */
const NICK_COLOURS = [32, 33, 34, 35, 36, 92, 94, 95, 96].map((code) => sgr(code, 39));

const plain = (text: string): string => text;

export const NO_PAINT: Paint = {
  dim: plain,
  strong: plain,
  good: plain,
  warn: plain,
  alarm: plain,
  nick: (_id, text) => text,
};

export const COLOURS: Paint = {
  dim: sgr(2, 22),
  strong: sgr(1, 22),
  good: sgr(32, 39),
  warn: sgr(33, 39),
  alarm: sgr(31, 39),
  nick: (id, text) => (NICK_COLOURS[hash(id) % NICK_COLOURS.length] ?? plain)(text),
};

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return value;
}

export interface LookRequest {
  readonly environment: NodeJS.ProcessEnv;
  readonly isTerminal: boolean;
  /** False with `--no-color`. */
  readonly color: boolean;
  readonly ascii: boolean;
  /** `--simple`: nothing but lines of text. */
  readonly simple: boolean;
}

/** https://no-color.org and https://force-color.org; the latter wins, as in Node itself. */
export function wantsColour({ environment, isTerminal, color, simple }: LookRequest): boolean {
  if (!color || simple) return false;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  return isTerminal && environment['TERM'] !== 'dumb';
}

/** Only a locale that says UTF-8 gets more than ASCII; Windows and macOS terminals always do. */
export function wantsAscii(
  request: Pick<LookRequest, 'environment' | 'ascii'>,
  platform: string = process.platform,
): boolean {
  if (request.ascii) return true;
  if (platform === 'win32' || platform === 'darwin') return false;
  const { LC_ALL: all, LC_CTYPE: kind, LANG: language } = request.environment;
  return !/utf-?8/i.test(all || kind || language || '');
}
