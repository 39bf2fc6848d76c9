import { justify, type Line, type Span, span } from '@hearsay/terminal';
import { currentOf, type ScreenState } from '../model/state.js';
import type { Layout } from './layout.js';
import { unreadMark } from './room-list.js';

/** The first row: where we are; in a narrow window also what is unread elsewhere. */
export function titleRow(state: ScreenState, layout: Layout): Line {
  const { conversations, glyphs, self, network } = state;
  const current = currentOf(state);
  const left: Span[] = [span(` ${current.title}`, 'title')];
  if (current.place.kind === 'direct') left.push(span(' direct, read by you two only', 'dim'));
  if (layout.left === 0) {
    for (const conversation of conversations) {
      if (conversation === current || conversation.unread === 0) continue;
      left.push(span(` ${glyphs.dot} `, 'dim'), span(conversation.title), span(' '));
      left.push(span(unreadMark(conversation), conversation.mentioned ? 'mention' : 'warn'));
    }
  }
  const who = layout.narrow ? `${self.nick} ` : `mesh ${network}  you ${self.nick}@${self.port} `;
  return justify(left, [span(who, 'dim')], layout.columns, glyphs.more);
}
