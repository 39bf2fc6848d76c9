import { PeerError } from './errors.js';
import {
  NICK_CHARS_MAX,
  TAG_NAME_CHARS_MAX,
  TAG_VALUE_CHARS_MAX,
  TAGS_MAX,
  TAGS_READ_MAX,
} from './limits.js';
import { characterCount, cleanLine, firstCharacters } from './text.js';

/** What a peer tells about itself; opaque bytes to core. */
export interface MemberMeta {
  /** Undefined when a remote gave none that can be shown. */
  readonly nick: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

const NO_META: MemberMeta = { nick: undefined, tags: {} };
const TAG_NAME = new RegExp(`^[a-z0-9-]{1,${TAG_NAME_CHARS_MAX}}$`);

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Cleans a nick of our own.
 * @throws PeerError `bad-nick`
 */
export function ownNick(text: string): string {
  const nick = cleanLine(text);
  if (nick === '') throw new PeerError('bad-nick', 'a nick needs at least one visible character');
  if (characterCount(nick) > NICK_CHARS_MAX) {
    throw new PeerError('bad-nick', `a nick has at most ${NICK_CHARS_MAX} characters`);
  }
  return nick;
}

/**
 * Checks tags of our own.
 * @throws PeerError `bad-tags`
 */
export function ownTags(tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(tags);
  if (entries.length > TAGS_MAX) {
    throw new PeerError('bad-tags', `at most ${TAGS_MAX} tags, not ${entries.length}`);
  }
  for (const [name, value] of entries) {
    if (!TAG_NAME.test(name)) {
      throw new PeerError('bad-tags', 'a tag name is 1 to 32 characters of a-z, 0-9 and -');
    }
    if (value !== cleanLine(value) || characterCount(value) > TAG_VALUE_CHARS_MAX) {
      const limit = `one visible line of at most ${TAG_VALUE_CHARS_MAX} characters`;
      throw new PeerError('bad-tags', `the tag ${name} is not ${limit}`);
    }
  }
  return Object.fromEntries(entries);
}

/**
 * Writes meta for core.
 * @throws PeerError `meta-too-large`
 */
export function encodeMeta(meta: MemberMeta, bytesMax: number): Uint8Array {
  const bytes = encoder.encode(JSON.stringify(meta));
  if (bytes.length > bytesMax) {
    const size = `${bytes.length} bytes, at most ${bytesMax}`;
    throw new PeerError('meta-too-large', `nick and tags take ${size}`);
  }
  return bytes;
}

/** Reads a remote's meta; whatever is not fit to be shown is left out, and nothing throws. */
export function decodeMeta(bytes: Uint8Array): MemberMeta {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch {
    return NO_META; // The text is a label only: a peer that garbles its own harms nobody else.
  }
  if (typeof value !== 'object' || value === null) return NO_META;
  return {
    nick: 'nick' in value ? remoteNick(value.nick) : undefined,
    tags: 'tags' in value ? remoteTags(value.tags) : {},
  };
}

function remoteNick(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const nick = firstCharacters(cleanLine(value), NICK_CHARS_MAX).trim();
  return nick === '' ? undefined : nick;
}

function remoteTags(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  const tags: [string, string][] = [];
  for (const [name, text] of Object.entries(value)) {
    if (tags.length === TAGS_READ_MAX) break;
    if (!TAG_NAME.test(name) || typeof text !== 'string') continue;
    tags.push([name, firstCharacters(cleanLine(text), TAG_VALUE_CHARS_MAX)]);
  }
  return Object.fromEntries(tags);
}
