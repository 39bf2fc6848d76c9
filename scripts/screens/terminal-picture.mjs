// A terminal as a picture: what `tmux capture-pane -e` prints becomes SVG.
import { width } from '../../packages/terminal/dist/index.js';

/** Pixels of a cell and of the margin. */
const CELL = { width: 8.4, height: 18 };
const MARGIN = 14;
const FONT_PIXELS = 14;
/** Where letters stand, in the height of a cell. */
const BASELINE = 0.74;

const FOREGROUND = '#d8dee9';
const BACKGROUND = '#14171f';
/** The sixteen colours that a theme of a terminal names; these are of no terminal in particular. */
const PALETTE = [
  '#3b4252',
  '#e06c75',
  '#98c379',
  '#e5c07b',
  '#61afef',
  '#c678dd',
  '#56b6c2',
  '#d8dee9',
  '#7f8796',
  '#ff7b86',
  '#b5e890',
  '#ffd68a',
  '#82c4ff',
  '#dd9bf0',
  '#7fd8e4',
  '#ffffff',
];
const CUBE_STEPS = [0, 95, 135, 175, 215, 255];
const GREY = { first: 232, dark: 8, step: 10 };
const BRIGHT = 8;

/**
 * @typedef {{ foreground: string, background: string | undefined, bold: boolean, dim: boolean,
 *   underline: boolean, reverse: boolean }} Look
 * @typedef {{ text: string, column: number, look: Look }} Run
 */

/** @returns {Look} */
function plain() {
  return {
    foreground: FOREGROUND,
    background: undefined,
    bold: false,
    dim: false,
    underline: false,
    reverse: false,
  };
}

/**
 * @param {string} captured lines with SGR sequences (ECMA-48, 8.3.117)
 * @param {{ columns: number, title: string }} options
 * @returns {string} an SVG document
 */
export function terminalPicture(captured, { columns, title }) {
  const lines = captured.replace(/\n+$/, '').split('\n');
  const look = plain();
  const rows = lines.map((line) => runsOf(line, look));
  const size = {
    width: Math.ceil(columns * CELL.width + 2 * MARGIN),
    height: Math.ceil(rows.length * CELL.height + 2 * MARGIN),
  };
  const body = rows.flatMap((runs, row) => runs.map((run) => drawRun(run, row))).join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img">
<title>${escapeXml(title)}</title>
<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>
<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_PIXELS}">
${body}
</g>
</svg>
`;
}

/**
 * @param {string} line
 * @param {Look} look goes on from line to line
 * @returns {Run[]}
 */
function runsOf(line, look) {
  /** @type {Run[]} */
  const runs = [];
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is read here
  for (const piece of line.split(/(\u001b\[[\d;]*m)/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    const sequence = /^\u001b\[([\d;]*)m$/.exec(piece);
    if (sequence !== null) {
      select(look, (sequence[1] ?? '').split(';').map(Number));
    } else if (piece !== '') {
      runs.push({ text: piece, column, look: { ...look } });
      column += width(piece);
    }
  }
  return runs;
}

/** What a code alone changes. @type {Record<number, Partial<Look>>} */
const CHANGES = {
  0: plain(),
  1: { bold: true },
  2: { dim: true },
  4: { underline: true },
  7: { reverse: true },
  22: { bold: false, dim: false },
  24: { underline: false },
  27: { reverse: false },
  39: { foreground: FOREGROUND },
  49: { background: undefined },
};
for (const [index, colour] of PALETTE.entries()) {
  const isBright = index >= BRIGHT;
  CHANGES[isBright ? 90 + index - BRIGHT : 30 + index] = { foreground: colour };
  if (!isBright) CHANGES[40 + index] = { background: colour };
}
/** These are followed by a colour: 5 and its number, or 2 and three levels. */
const COLOUR_OF = { foreground: 38, background: 48 };
const INDEXED = 5;

/**
 * @param {Look} look
 * @param {number[]} codes
 */
function select(look, codes) {
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    const change = CHANGES[code];
    if (change !== undefined) {
      Object.assign(look, change);
      continue;
    }
    if (code !== COLOUR_OF.foreground && code !== COLOUR_OF.background) continue;
    const isIndexed = codes[index + 1] === INDEXED;
    const levels = codes.slice(index + 2, index + 5).join(',');
    const colour = isIndexed ? indexed(codes[index + 2] ?? 0) : `rgb(${levels})`;
    Object.assign(
      look,
      code === COLOUR_OF.foreground ? { foreground: colour } : { background: colour },
    );
    index += isIndexed ? 2 : 4;
  }
}

/** @param {number} index one of the 256 colours of xterm */
function indexed(index) {
  const named = PALETTE[index];
  if (named !== undefined) return named;
  if (index >= GREY.first) {
    const level = GREY.dark + GREY.step * (index - GREY.first);
    return `rgb(${level},${level},${level})`;
  }
  const cube = index - PALETTE.length;
  const steps = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6];
  return `rgb(${steps.map((step) => CUBE_STEPS[step]).join(',')})`;
}

/**
 * @param {Run} run
 * @param {number} row
 */
function drawRun({ text, column, look }, row) {
  const x = (MARGIN + column * CELL.width).toFixed(1);
  const y = MARGIN + row * CELL.height;
  const pixels = (width(text) * CELL.width).toFixed(1);
  const background = look.reverse ? look.foreground : look.background;
  const foreground = look.reverse ? (look.background ?? BACKGROUND) : look.foreground;
  const parts = [];
  if (background !== undefined) {
    parts.push(
      `<rect x="${x}" y="${y}" width="${pixels}" height="${CELL.height}" fill="${background}"/>`,
    );
  }
  for (const { words, before } of groupsOf(text)) {
    const attributes = [
      `x="${(MARGIN + (column + before) * CELL.width).toFixed(1)}"`,
      `y="${(y + CELL.height * BASELINE).toFixed(1)}" fill="${foreground}"`,
      // The font of whoever looks may be wider or narrower: cells stay where they are.
      `textLength="${(width(words) * CELL.width).toFixed(1)}" lengthAdjust="spacingAndGlyphs"`,
      ...(look.bold ? ['font-weight="bold"'] : []),
      ...(look.dim ? ['opacity="0.6"'] : []),
      ...(look.underline ? ['text-decoration="underline"'] : []),
    ];
    parts.push(`<text ${attributes.join(' ')}>${escapeXml(words)}</text>`);
  }
  return parts.join('');
}

/**
 * SVG makes one of several spaces, so what they separate is placed one by one.
 * @param {string} text
 */
function groupsOf(text) {
  const groups = [];
  for (const match of text.matchAll(/\S+(?: \S+)*/g)) {
    groups.push({ words: match[0], before: width(text.slice(0, match.index)) });
  }
  return groups;
}

/** @param {string} text */
function escapeXml(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
