import type { ChatMessage } from './message.js';

/** What a message says now; `deleted` when its author took it back, `edited` when it was written anew. */
export function textNow({ text, amendment }: Pick<ChatMessage, 'text' | 'amendment'>): {
  readonly text: string;
  readonly state: 'original' | 'edited' | 'deleted';
} {
  if (amendment?.text === undefined) return { text, state: 'original' };
  const { text: now } = amendment.text;
  return now === undefined ? { text: '', state: 'deleted' } : { text: now, state: 'edited' };
}
