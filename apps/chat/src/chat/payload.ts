import { reactionCharsMax } from '../limits.js';
import type { ChangeOf } from './change.js';

/**
 * What a chat message carries: compact JSON, `{"v":1,"k":"say","text":"hi","nick":"ana"}`.
 * A change of an earlier message is another kind: `{"v":1,"k":"edit","of":"<key>","text":"hi!","nick":"ana"}`.
 * Kinds and fields that a later version adds are ignored, wrong ones are dropped and counted.
 */
const VERSION = 1;

export interface ChatPayload {
  readonly kind: 'say' | 'me';
  readonly text: string;
  /** What the author called itself then: a claim, for the time when its member entry is gone. */
  readonly nick: string;
}

/** A change of an earlier message, named by its key. */
export interface ChangePayload {
  readonly of: string;
  readonly change: ChangeOf;
  readonly nick: string;
}

export type DecodedPayload =
  | { readonly kind: 'chat'; readonly payload: ChatPayload }
  | { readonly kind: 'change'; readonly payload: ChangePayload }
  /** Well formed, from a later version. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'malformed' };

export function encodePayload({ kind, text, nick }: ChatPayload): string {
  return JSON.stringify({ v: VERSION, k: kind, text, nick });
}

export function encodeChange({ of, change, nick }: ChangePayload): string {
  const { kind, ...fields } = change;
  return JSON.stringify({ v: VERSION, k: kind, of, ...fields, nick });
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Never throws: the bytes come from others. */
export function decodePayload(bytes: Uint8Array): DecodedPayload {
  let fields: unknown;
  try {
    fields = JSON.parse(utf8.decode(bytes));
  } catch {
    return { kind: 'malformed' }; // Not UTF-8, or not JSON.
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    return { kind: 'malformed' };
  }
  const known = fields as Record<string, unknown>; // An object, by the check above.
  const { v, k, text, nick } = known;
  if (typeof v !== 'number' || typeof k !== 'string') return { kind: 'malformed' };
  if (v !== VERSION) return { kind: 'unknown' };
  if (k === 'edit' || k === 'delete' || k === 'react') return decodeChange(k, known);
  if (k !== 'say' && k !== 'me') return { kind: 'unknown' };
  if (typeof text !== 'string' || typeof nick !== 'string') return { kind: 'malformed' };
  return { kind: 'chat', payload: { kind: k, text, nick } };
}

function decodeChange(
  kind: ChangeOf['kind'],
  { of, text, emoji, on, nick }: Record<string, unknown>,
): DecodedPayload {
  const malformed: DecodedPayload = { kind: 'malformed' };
  if (typeof of !== 'string' || !MESSAGE_KEY.test(of) || typeof nick !== 'string') return malformed;
  const changed = (change: ChangeOf): DecodedPayload => ({
    kind: 'change',
    payload: { of, change, nick },
  });
  switch (kind) {
    case 'edit':
      return typeof text === 'string' ? changed({ kind, text }) : malformed;
    case 'delete':
      return changed({ kind });
    case 'react': {
      const isEmoji = typeof emoji === 'string' && isReaction(emoji);
      return isEmoji && typeof on === 'boolean' ? changed({ kind, emoji, on }) : malformed;
    }
  }
}

const MESSAGE_KEY = /^[0-9a-f]{32,64}\.\d{1,10}:\d{1,15}$/;

/** One word without controls, as short as a long emoji. */
export function isReaction(text: string): boolean {
  return text.length <= reactionCharsMax && /^[^\s\p{C}][^\s\p{Cc}\p{Cs}]*$/u.test(text);
}
