import type { CacheRequest } from '../cache/cache-commands.js';
import { isReaction } from '../chat/payload.js';
import { parseRoom } from '../chat/place.js';
import { refCharsMax } from '../limits.js';

/** Handed back with the answer, so that a program can tell its answers apart. */
export type Ref = string | number;

/** What a program may ask on stdin, one JSON object a line. */
export type Request =
  | {
      readonly type: 'say';
      readonly room: string | undefined;
      readonly to: string | undefined;
      readonly text: string;
      readonly action: boolean;
    }
  | { readonly type: 'join' | 'part'; readonly room: string }
  | { readonly type: 'nick'; readonly nick: string }
  | { readonly type: 'members' }
  | { readonly type: 'status' }
  | { readonly type: 'invite' }
  | { readonly type: 'cache'; readonly request: CacheRequest }
  | { readonly type: 'receipt' | 'delete'; readonly id: string }
  | { readonly type: 'edit'; readonly id: string; readonly text: string }
  | {
      readonly type: 'react';
      readonly id: string;
      readonly emoji: string;
      readonly on: boolean;
    }
  | { readonly type: 'leave' };

export type ParsedRequest =
  | { readonly kind: 'request'; readonly ref: Ref | undefined; readonly request: Request }
  | {
      readonly kind: 'wrong';
      readonly ref: Ref | undefined;
      readonly code: RequestErrorCode;
      readonly message: string;
    };

type RequestErrorCode = 'bad-json' | 'bad-request' | 'unknown-type';

type Fields = Readonly<Record<string, unknown>>;

/** Reads one line; unknown fields are ignored, wrong ones are told. */
export function parseRequest(line: string): ParsedRequest {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch {
    return { kind: 'wrong', ref: undefined, code: 'bad-json', message: 'not JSON' };
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    return { kind: 'wrong', ref: undefined, code: 'bad-json', message: 'not a JSON object' };
  }
  return readFields(fields as Fields); // An object, by the check above.
}

function readFields(fields: Fields): ParsedRequest {
  const ref = readRef(fields['ref']);
  const wrong = (message: string, code: RequestErrorCode = 'bad-request'): ParsedRequest => {
    return { kind: 'wrong', ref, code, message };
  };
  if (fields['ref'] !== undefined && ref === undefined) {
    return wrong(`ref is a number or a text of at most ${refCharsMax} characters`);
  }
  const { type } = fields;
  switch (type) {
    case 'say':
      return readSay(fields, ref, wrong);
    case 'join':
    case 'part': {
      const room = readRoom(fields['room']);
      if (room === undefined) return wrong('room is the name of a room');
      return { kind: 'request', ref, request: { type, room } };
    }
    case 'nick': {
      const { nick } = fields;
      if (typeof nick !== 'string') return wrong('nick is a text');
      return { kind: 'request', ref, request: { type, nick } };
    }
    case 'edit': {
      const { id, text } = fields;
      if (typeof id !== 'string') return wrong('id is the id of a message');
      if (typeof text !== 'string') return wrong('text is a text');
      return { kind: 'request', ref, request: { type, id, text } };
    }
    case 'react': {
      const { id, emoji, on = true } = fields;
      if (typeof id !== 'string') return wrong('id is the id of a message');
      if (typeof emoji !== 'string' || !isReaction(emoji)) return wrong('emoji is one emoji');
      if (typeof on !== 'boolean') return wrong('on is true or false');
      return { kind: 'request', ref, request: { type, id, emoji, on } };
    }
    case 'delete':
    case 'receipt': {
      const { id } = fields;
      if (typeof id !== 'string') return wrong('id is the id of a message');
      return { kind: 'request', ref, request: { type, id } };
    }
    case 'cache':
      return readCache(fields, ref, wrong);
    case 'members':
    case 'status':
    case 'invite':
    case 'leave':
      return { kind: 'request', ref, request: { type } };
    default:
      return wrong(
        'type is say, edit, delete, react, join, part, nick, members, status, receipt, invite, cache or leave',
        'unknown-type',
      );
  }
}

function readSay(
  { room: roomField, to, text, action }: Fields,
  ref: Ref | undefined,
  wrong: (message: string) => ParsedRequest,
): ParsedRequest {
  if (typeof text !== 'string') return wrong('text is a text');
  if (to !== undefined && typeof to !== 'string') return wrong('to is a nick or the id of a peer');
  if (action !== undefined && typeof action !== 'boolean') return wrong('action is true or false');
  const room = roomField === undefined ? undefined : readRoom(roomField);
  if (roomField !== undefined && room === undefined) return wrong('room is the name of a room');
  if (room !== undefined && to !== undefined) return wrong('either room or to, not both');
  return {
    kind: 'request',
    ref,
    request: { type: 'say', room, to, text, action: action ?? false },
  };
}

function readCache(
  { op, key, value, by = 1, ttl }: Fields,
  ref: Ref | undefined,
  wrong: (message: string) => ParsedRequest,
): ParsedRequest {
  if (typeof key !== 'string') return wrong('key is a text');
  const asked = (request: CacheRequest): ParsedRequest => {
    return { kind: 'request', ref, request: { type: 'cache', request } };
  };
  switch (op) {
    case 'get':
    case 'del':
      return asked({ op, key });
    case 'incr':
      if (typeof by !== 'number') return wrong('by is a whole number');
      return asked({ op, key, by });
    case 'set':
      if (typeof value !== 'string') return wrong('value is a text');
      if (ttl === undefined) return asked({ op, key, value });
      if (typeof ttl !== 'number' || !(ttl > 0)) return wrong('ttl is a number of seconds above 0');
      return asked({ op, key, value, ttlMs: ttl * 1_000 });
    default:
      return wrong('op is get, set, del or incr');
  }
}

function readRoom(value: unknown): string | undefined {
  return typeof value === 'string' ? parseRoom(value) : undefined;
}

function readRef(value: unknown): Ref | undefined {
  if (typeof value === 'string' && value.length <= refCharsMax) return value;
  return typeof value === 'number' ? value : undefined;
}
