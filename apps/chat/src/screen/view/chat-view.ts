import { type Frame, fitLine, type Line, type Span, span } from '@hearsay/terminal';
import { draftRowsMax } from '../../limits.js';
import { currentOf, type ScreenState } from '../model/state.js';
import { rowStyle } from './entry-rows.js';
import { helpView } from './help-view.js';
import { inputPane } from './input-pane.js';
import { type Layout, layoutOf } from './layout.js';
import { memberPane } from './member-pane.js';
import { messagePane } from './message-pane.js';
import { roomList } from './room-list.js';
import { statusRow } from './status-row.js';
import { titleRow } from './title-row.js';

/** A state as a frame. */
export type View = (state: ScreenState) => Frame;

/** The screen of a state: the same state gives the same rows. @param meshView loaded when it is wanted */
export function screenView(state: ScreenState, meshView: View): Frame {
  if (state.mesh.shown) return meshView(state);
  return state.overlay === undefined ? chatView(state) : helpView(state, state.overlay.top);
}

/** Rows of messages that a window has room for. */
export function messageRowCount(state: ScreenState): number {
  return paneRows(state, layoutOf(state.size, draftRowsMax)).count;
}

function paneRows(state: ScreenState, layout: Layout): { count: number; draft: readonly Line[] } {
  const { lines } = inputPane(currentOf(state), layout, state.glyphs.more);
  const fixed = 2 + (layout.hasRule ? 1 : 0); // Title and status.
  return { count: Math.max(1, layout.rows - fixed - lines.length), draft: lines };
}

function chatView(state: ScreenState): Frame {
  const layout = layoutOf(state.size, draftRowsMax);
  const { glyphs } = state;
  const conversation = currentOf(state);
  const { count } = paneRows(state, layout);
  const middle = messagePane(conversation, state.surroundings, count, rowStyle(layout, glyphs));
  const left = layout.left === 0 ? undefined : roomList(state, layout.left, count);
  const right = layout.right === 0 ? undefined : memberPane(state, layout.right, count);
  const bar: Span = span(glyphs.bar, 'dim');
  const panes = middle.map((line, row) => [
    ...(left === undefined ? [] : [...(left[row] ?? []), bar]),
    ...line,
    ...(right === undefined ? [] : [bar, ...(right[row] ?? [])]),
  ]);
  const rule: Line[] = layout.hasRule ? [[span(glyphs.rule.repeat(layout.columns), 'dim')]] : [];
  const above = [titleRow(state, layout), ...panes, ...rule, statusRow(state, layout)];
  const input = inputPane(conversation, layout, glyphs.more);
  return {
    lines: [...above, ...input.lines].map((line) => fitLine(line, layout.columns)),
    cursor: { row: above.length + input.cursor.row, column: input.cursor.column },
  };
}
