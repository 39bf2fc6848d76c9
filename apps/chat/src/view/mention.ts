import type { ChatMessage } from '../chat/message.js';

/** True for a message of somebody else that calls us by name, as a word, in any case, or directly. */
export function mentions({ own, place, text }: ChatMessage, nick: string): boolean {
  if (own) return false;
  if (place.kind === 'direct') return true;
  const words = text.toLowerCase().split(/[^\p{L}\p{N}\p{M}._-]+/u);
  const name = nick.toLowerCase();
  return words.some((word) => word === name || word.replace(/[._-]+$/, '') === name);
}
