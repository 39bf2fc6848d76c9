/**
 * What a chat message carries: compact JSON, `{"v":1,"k":"say","text":"hi","nick":"ana"}`.
 * Kinds and fields that a later version adds are ignored, wrong ones are dropped and counted.
 */
const VERSION = 1;

export interface ChatPayload {
  readonly kind: 'say' | 'me';
  readonly text: string;
  /** What the author called itself then: a claim, for the time when its member entry is gone. */
  readonly nick: string;
}

export type DecodedPayload =
  | { readonly kind: 'chat'; readonly payload: ChatPayload }
  /** Well formed, from a later version. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'malformed' };

export function encodePayload({ kind, text, nick }: ChatPayload): string {
  return JSON.stringify({ v: VERSION, k: kind, text, nick });
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
  const { v, k, text, nick } = fields as Record<string, unknown>; // An object, by the check above.
  if (typeof v !== 'number' || typeof k !== 'string') return { kind: 'malformed' };
  if (v !== VERSION || (k !== 'say' && k !== 'me')) return { kind: 'unknown' };
  if (typeof text !== 'string' || typeof nick !== 'string') return { kind: 'malformed' };
  return { kind: 'chat', payload: { kind: k, text, nick } };
}
