import { CERTAIN, width } from '../text/width.js';
import type { Line } from './span.js';
import type { Theme } from './theme.js';

const CSI = '\u001b[';
const RESET = `${CSI}0m`;

/** Anything that a terminal would act on. Views are to keep it out; this is the last door. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: keeping control characters out is the task.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/**
 * A line as bytes for a terminal. After text that terminals measure differently (emoji, wide
 * letters) what follows is placed by column, so that a wrong guess stays in its own cell.
 */
export function renderLine(line: Line, theme: Theme): string {
  let out = '';
  let style = '';
  let column = 1;
  let drifted = false;
  for (const { text, role } of line) {
    if (text === '') continue;
    const safe = text.replace(CONTROLS, '\ufffd');
    const wanted = role === undefined ? '' : theme[role];
    // What is erased takes the style of the moment, so that one ends first.
    if (drifted) {
      out += `${styleChange(style, '')}${CSI}K${CSI}${column}G`;
      style = '';
    }
    out += styleChange(style, wanted) + safe;
    style = wanted;
    column += width(safe);
    drifted = !CERTAIN.test(safe);
  }
  return out + styleChange(style, '');
}

function styleChange(from: string, to: string): string {
  if (from === to) return '';
  return (from === '' ? '' : RESET) + (to === '' ? '' : `${CSI}${to}m`);
}
