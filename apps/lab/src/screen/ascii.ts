import type { Line } from '@hearsay/terminal';

const REPLACED: Readonly<Record<string, string>> = {
  '●': '+',
  '◐': '?',
  '✗': 'x',
  '·': '.',
  '▸': '>',
  '│': '|',
  '─': '-',
  '…': '~',
  '↑': '^',
  '↓': 'v',
  '▁': '.',
  '▂': '.',
  '▃': ':',
  '▄': ':',
  '▅': '|',
  '▆': '|',
  '▇': '#',
  '█': '#',
};

/** For terminals whose characters end with ASCII. Unknown opinions are `?` as well: read the word. */
export function asciiLine(line: Line): Line {
  return line.map(({ text, role }) => ({
    text: text.replaceAll(/[^ -~]/g, (character) => REPLACED[character] ?? '?'),
    role,
  }));
}
