import type { Cursor } from '@hearsay/terminal';
import { fitLine, graphemes, graphemeWidth, type Line, span, width } from '@hearsay/terminal';
import type { Conversation } from '../model/conversation.js';
import type { Editor } from '../model/editor.js';
import type { Layout } from './layout.js';

/** The draft as rows, and where the cursor stands in them. */
export interface InputPane {
  readonly lines: readonly Line[];
  readonly cursor: Cursor;
}

const PROMPT_COLUMNS_MAX = 24;

/** What is being written, wrapped; of a long draft the part around the cursor. */
export function inputPane({ title, draft }: Conversation, layout: Layout, more: string): InputPane {
  const { columns, draftRows } = layout;
  const isTight = columns < 30;
  const prompt = isTight ? '> ' : `${title.slice(0, PROMPT_COLUMNS_MAX)}> `;
  const promptColumns = width(prompt);
  const { rows, cursor } = wrapDraft(draft, Math.max(4, columns - promptColumns - 1));
  const first = Math.max(0, Math.min(cursor.row - draftRows + 1, rows.length - draftRows));
  const shown = rows.slice(first, first + draftRows);
  const continued = `${' '.repeat(promptColumns - 2)}> `;
  const lines = shown.map((text, index) => {
    const isFirst = first + index === 0;
    const hidden =
      index === 0 && first > 0 ? fitted(`${more}${first}`, promptColumns - 1) : undefined;
    const start = isFirst ? prompt : (hidden ?? continued);
    return fitLine([span(start, isFirst ? 'strong' : 'dim'), span(text)], columns);
  });
  return {
    lines,
    cursor: { row: cursor.row - first, column: promptColumns + cursor.column },
  };
}

function fitted(text: string, columns: number): string {
  return `${text.slice(0, columns).padStart(columns)} `;
}

/** Rows of a draft, cut wherever they are full, so that a row and the cursor never move by a space. */
function wrapDraft({ text, cursor }: Editor, columns: number): { rows: string[]; cursor: Cursor } {
  const rows: string[] = [''];
  let used = 0;
  let at = 0;
  let found: Cursor | undefined;
  const newRow = (): void => {
    rows.push('');
    used = 0;
  };
  for (const line of text.split('\n')) {
    if (at > 0) newRow();
    for (const grapheme of graphemes(line)) {
      const wide = graphemeWidth(grapheme);
      if (used + wide > columns) newRow();
      if (at >= cursor) found ??= { row: rows.length - 1, column: used };
      rows[rows.length - 1] += grapheme;
      used += wide;
      at += grapheme.length;
    }
    if (at >= cursor) found ??= { row: rows.length - 1, column: used };
    at += 1; // The newline.
  }
  return { rows, cursor: found ?? { row: rows.length - 1, column: used } };
}
