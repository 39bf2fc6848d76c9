import { compareIds, type PeerId, peerId, type Topic } from '@hearsay/core';
import { roomCharsMax } from '../limits.js';

/** Where a message is said: to a room, or to one peer. */
export type Place =
  | { readonly kind: 'room'; readonly room: string }
  | { readonly kind: 'direct'; readonly peer: PeerId };

const ROOM_PREFIX = 'room/';
const DIRECT_PREFIX = 'dm/';
const ROOM_PATTERN = new RegExp(
  `^[\\p{L}\\p{N}][\\p{L}\\p{N}\\p{M}._-]{0,${roomCharsMax - 1}}$`,
  'u',
);

/** Reads `#Lobby` or `lobby` as `lobby`; undefined when it is no room's name. */
export function parseRoom(text: string): string | undefined {
  const name = text.replace(/^#/, '').normalize('NFC').toLowerCase();
  const tooLong = Buffer.byteLength(name) > 2 * roomCharsMax; // Topics are bounded in bytes.
  return ROOM_PATTERN.test(name) && !tooLong ? name : undefined;
}

/** Both ends of a direct conversation compute the same topic. */
export function topicOf(place: Place, self: PeerId): Topic {
  if (place.kind === 'room') return ROOM_PREFIX + place.room;
  const [first, second] = [self, place.peer].sort(compareIds);
  return `${DIRECT_PREFIX}${first}/${second}`;
}

/** The place of a message by `author`, or undefined when it is none of our business. */
export function placeOf(topic: Topic, author: PeerId, self: PeerId): Place | undefined {
  if (topic.startsWith(ROOM_PREFIX)) {
    const room = topic.slice(ROOM_PREFIX.length);
    return parseRoom(room) === room ? { kind: 'room', room } : undefined;
  }
  if (!topic.startsWith(DIRECT_PREFIX)) return undefined;
  const [first = '', second = '', ...rest] = topic.slice(DIRECT_PREFIX.length).split('/');
  if (rest.length > 0 || first >= second) return undefined;
  // Nobody speaks in a conversation of two others, even where they are free to publish.
  if (![first, second].includes(author) || ![first, second].includes(self)) return undefined;
  return { kind: 'direct', peer: peerId(first === self ? second : first) };
}

/** `#lobby`, or `direct`. */
export function placeTitle(place: Place): string {
  return place.kind === 'room' ? `#${place.room}` : 'direct';
}
