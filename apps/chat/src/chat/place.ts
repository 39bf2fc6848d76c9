import type { PeerId, Topic } from '@hearsay/core';
import { directTopic, type PeerMessage } from '@hearsay/node';
import { roomCharsMax } from '../limits.js';

/** Where a message is said: to a room, or to one peer. */
export type Place =
  | { readonly kind: 'room'; readonly room: string }
  | { readonly kind: 'direct'; readonly peer: PeerId };

const ROOM_PREFIX = 'room/';
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

/** The topic whose messages belong to a place. */
export function topicOf(place: Place, self: PeerId): Topic {
  return place.kind === 'room' ? ROOM_PREFIX + place.room : directTopic(self, place.peer);
}

type Placed = Pick<PeerMessage, 'topic' | 'from' | 'to' | 'own'>;

/** The place of a message, or undefined when it is none of our business. */
export function placeOf({ topic, from, to, own }: Placed): Place | undefined {
  if (to !== undefined) return { kind: 'direct', peer: own ? to : from.id };
  if (!topic.startsWith(ROOM_PREFIX)) return undefined;
  const room = topic.slice(ROOM_PREFIX.length);
  return parseRoom(room) === room ? { kind: 'room', room } : undefined;
}

/** The same for the same place, and unlike for others. */
export function keyOfPlace(place: Place): string {
  return place.kind === 'room' ? `#${place.room}` : `@${place.peer}`;
}

/** `#lobby`, or `direct`. */
export function placeTitle(place: Place): string {
  return place.kind === 'room' ? `#${place.room}` : 'direct';
}
