import type { PeerId, Topic } from '@hearsay/core';
import { KEY_BOXES_MAX } from '../limits.js';
import { isKeyId, type KeyId } from './network-key.js';

/** Where members tell each other about keys of the network. */
export const KEYS_TOPIC: Topic = '@keys';

/** One step of a rotation, as it travels: `install` hands the key to each in a box of its own. */
export type KeyNews =
  | {
      readonly kind: 'install';
      readonly id: KeyId;
      readonly boxes: ReadonlyMap<string, Uint8Array>;
    }
  | { readonly kind: 'use' | 'remove'; readonly id: KeyId };

const VERSION = 1;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** `{"v":1,"op":"install","key":"<id>","for":{"<peer>":"<base64url>"}}`; the others have no `for`. */
export function encodeKeyNews(news: KeyNews): Uint8Array {
  const { kind: op, id: key } = news;
  if (news.kind !== 'install') return encoder.encode(JSON.stringify({ v: VERSION, op, key }));
  const boxes = [...news.boxes].map(([peer, box]) => [
    peer,
    Buffer.from(box).toString('base64url'),
  ]);
  return encoder.encode(JSON.stringify({ v: VERSION, op, key, for: Object.fromEntries(boxes) }));
}

/** The messages that hand a key to all of `recipients`: a message has room for `KEY_BOXES_MAX`. */
export function installNews(
  id: KeyId,
  recipients: readonly PeerId[],
  close: (to: PeerId) => Uint8Array,
): readonly KeyNews[] {
  const news: KeyNews[] = [];
  for (let from = 0; from < recipients.length; from += KEY_BOXES_MAX) {
    const some = recipients.slice(from, from + KEY_BOXES_MAX);
    news.push({ kind: 'install', id, boxes: new Map(some.map((to) => [to, close(to)])) });
  }
  return news;
}

/** Reads what any member may have sent; undefined when anything about it is wrong. */
export function decodeKeyNews(bytes: Uint8Array): KeyNews | undefined {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined; // Not UTF-8, or not JSON.
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { v, op, key, for: boxes } = value as Readonly<Record<string, unknown>>; // Each is checked.
  if (v !== VERSION || !isKeyId(key)) return undefined;
  if (op === 'use' || op === 'remove') return { kind: op, id: key };
  return op === 'install' ? readInstall(key, boxes) : undefined;
}

function readInstall(id: KeyId, value: unknown): KeyNews | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const entries: readonly [string, unknown][] = Object.entries(value);
  if (entries.length > KEY_BOXES_MAX) return undefined;
  const boxes = new Map<string, Uint8Array>();
  for (const [peer, text] of entries) {
    if (typeof text !== 'string') return undefined;
    boxes.set(peer, Buffer.from(text, 'base64url'));
  }
  return { kind: 'install', id, boxes };
}
