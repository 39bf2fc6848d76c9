import type { PeerId } from '@hearsay/core';
import { peerId } from '@hearsay/core';
import { createDecoder, type Decoder, readUint8, readVarUint } from 'lib0/decoding';
import { createEncoder, type Encoder, toUint8Array, writeUint8, writeVarUint } from 'lib0/encoding';
import { malformed, ownMemory, readText, remaining, writeText } from './bytes.js';
import { DOCUMENT_KEY_BYTES_MAX, MEMBERS_MAX, TRACED_CLIENTS_MAX } from './limits.js';

/** A member of the mesh that has documents, and what is known of it. */
interface KnownMember {
  readonly peer: PeerId;
  /** Milliseconds since it was last there. */
  readonly agoMs: number;
}

/** How a peer stands, told when two meet and whenever it rises. */
export interface HelloPost {
  readonly kind: 'hello';
  /** Rises whenever deletions are forgotten; 0: it never met anybody. */
  readonly era: number;
  /** The era that the receiver is known to have reached; 0: it is not counted as a member. */
  readonly yours: number;
  /** The sender has not accepted the receiver yet. */
  readonly asks: boolean;
  readonly members: readonly KnownMember[];
}

/** Asks who holds content of documents that are to be forgotten. */
export interface BlankQueryPost {
  readonly kind: 'blank-query';
  readonly era: number;
  readonly keys: readonly string[];
}

/** Those of which the sender holds no content. From now on it has reached the era of the question. */
export interface BlankPost {
  readonly kind: 'blank';
  readonly era: number;
  readonly keys: readonly string[];
}

/** Asks whether a document is still the one that some of these have written to. */
interface TracePost {
  readonly kind: 'trace';
  readonly key: string;
  readonly clients: readonly number[];
}

export interface TracedPost {
  readonly kind: 'traced';
  readonly key: string;
  readonly isKnown: boolean;
}

export type StandingPost = HelloPost | BlankQueryPost | BlankPost | TracePost | TracedPost;

/** Behind those of posts about edits. */
const TAGS = { hello: 6, 'blank-query': 7, blank: 8, trace: 9, traced: 10 } as const;
const PEER_ID_BYTES_MAX = 128;
const ASKS = 1;

export function isStandingPost(bytes: Uint8Array): boolean {
  return (bytes[0] ?? 0) >= TAGS.hello;
}

export function encodeStandingPost(post: StandingPost): Uint8Array {
  const to = createEncoder();
  writeUint8(to, TAGS[post.kind]);
  writeBody(to, post);
  return toUint8Array(to);
}

/** @throws HearsayError `malformed` */
export function decodeStandingPost(bytes: Uint8Array): StandingPost {
  const from = createDecoder(ownMemory(bytes));
  try {
    const post = readBody(from, readUint8(from));
    if (remaining(from) > 0) malformed('bytes behind the end');
    return post;
  } catch (cause) {
    malformed('a post about the standing of documents that does not decode', cause);
  }
}

function writeBody(to: Encoder, post: StandingPost): void {
  switch (post.kind) {
    case 'hello':
      writeVarUint(to, post.era);
      writeVarUint(to, post.yours);
      writeUint8(to, post.asks ? ASKS : 0);
      for (const { peer, agoMs } of post.members) {
        writeText(to, peer);
        writeVarUint(to, agoMs);
      }
      return;
    case 'blank-query':
    case 'blank':
      writeVarUint(to, post.era);
      for (const key of post.keys) writeText(to, key);
      return;
    case 'trace':
      writeText(to, post.key);
      for (const client of post.clients) writeVarUint(to, client);
      return;
    case 'traced':
      writeText(to, post.key);
      return writeUint8(to, Number(post.isKnown));
  }
}

function readBody(from: Decoder, tag: number): StandingPost {
  switch (tag) {
    case TAGS.hello: {
      const [era, yours] = [readVarUint(from), readVarUint(from)];
      const asks = readUint8(from) === ASKS;
      const members: KnownMember[] = [];
      while (remaining(from) > 0) {
        if (members.length >= MEMBERS_MAX) malformed('too many members');
        const peer = peerId(readText(from, PEER_ID_BYTES_MAX));
        members.push({ peer, agoMs: readVarUint(from) });
      }
      return { kind: 'hello', era, yours, asks, members };
    }
    case TAGS['blank-query']:
      return { kind: 'blank-query', era: readVarUint(from), keys: readKeys(from) };
    case TAGS.blank:
      return { kind: 'blank', era: readVarUint(from), keys: readKeys(from) };
    case TAGS.trace: {
      const key = readKey(from);
      const clients: number[] = [];
      while (remaining(from) > 0) {
        if (clients.length >= TRACED_CLIENTS_MAX) malformed('too many clients');
        clients.push(readVarUint(from));
      }
      return { kind: 'trace', key, clients };
    }
    case TAGS.traced:
      return { kind: 'traced', key: readKey(from), isKnown: readUint8(from) === 1 };
    default:
      return malformed(`no post about documents has the tag ${tag}`);
  }
}

function readKeys(from: Decoder): readonly string[] {
  const keys: string[] = [];
  while (remaining(from) > 0) keys.push(readKey(from));
  return keys;
}

function readKey(from: Decoder): string {
  const key = readText(from, DOCUMENT_KEY_BYTES_MAX);
  return key.length === 0 ? malformed('a document without a key') : key;
}
