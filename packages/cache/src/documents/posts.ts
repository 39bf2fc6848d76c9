import { createDecoder, type Decoder, readUint8, readVarUint } from 'lib0/decoding';
import {
  createEncoder,
  type Encoder,
  toUint8Array,
  writeUint8,
  writeUint8Array,
  writeVarUint,
  writeVarUint8Array,
} from 'lib0/encoding';
import {
  malformed,
  ownMemory,
  readBytes,
  readRest,
  readText,
  remaining,
  writeText,
} from './bytes.js';
import { DOCUMENT_KEY_BYTES_MAX, PIECE_BYTES_MAX } from './limits.js';

/** An edit made at the sender's, in the order it made them. */
export interface UpdatePost {
  readonly kind: 'update';
  readonly key: string;
  /** One opening of the sender's documents; numbers begin anew with each. */
  readonly session: number;
  /** Dense, from 1, for each document. */
  readonly sequence: number;
  /** Empty when it is too large for a post: whoever wants it pulls it. */
  readonly update: Uint8Array;
}

/** Asks a neighbour for all that we lack of a document. */
export interface AskPost {
  readonly kind: 'ask';
  readonly key: string;
  /** What we hold. */
  readonly stateVector: Uint8Array;
  /** An answer begun before, and how much of it is here; 0 and 0 for a new one. */
  readonly answer: number;
  readonly offset: number;
}

/** A part of an answer. */
export interface PiecePost {
  readonly kind: 'piece';
  readonly key: string;
  readonly session: number;
  /** The answer holds all that the sender posted of the document up to this number. */
  readonly upTo: number;
  readonly answer: number;
  readonly offset: number;
  /** Bytes of the whole answer. */
  readonly total: number;
  readonly bytes: Uint8Array;
}

/** Cursors and names, as y-protocols encodes them. */
interface AwarenessPost {
  readonly kind: 'awareness';
  readonly key: string;
  readonly states: Uint8Array;
}

/** Asks for the cursors and names at the receiver's. */
interface QueryPost {
  readonly kind: 'query';
  readonly key: string;
}

export type DocumentPost = UpdatePost | AskPost | PiecePost | AwarenessPost | QueryPost;

const TAGS = { update: 1, ask: 2, piece: 3, awareness: 4, query: 5 } as const;
/** 65,536 clients, each of two numbers; a document with more is sent whole. */
export const STATE_VECTOR_BYTES_MAX: number = 60 * 1_024;

/** @throws Error never: whoever makes a post keeps its parts within `PIECE_BYTES_MAX` */
export function encodePost(post: DocumentPost): Uint8Array {
  const to = createEncoder();
  writeUint8(to, TAGS[post.kind]);
  writeText(to, post.key);
  writeBody(to, post);
  return toUint8Array(to);
}

/** @throws HearsayError `malformed` */
export function decodePost(bytes: Uint8Array): DocumentPost {
  const from = createDecoder(ownMemory(bytes));
  try {
    const tag = readUint8(from);
    const key = readText(from, DOCUMENT_KEY_BYTES_MAX);
    if (key.length === 0) malformed('a document without a key');
    return readBody(from, tag, key);
  } catch (cause) {
    malformed('a post about a document that does not decode', cause);
  }
}

function writeBody(to: Encoder, post: DocumentPost): void {
  switch (post.kind) {
    case 'update':
      writeVarUint(to, post.session);
      writeVarUint(to, post.sequence);
      return writeUint8Array(to, post.update);
    case 'ask':
      writeVarUint8Array(to, post.stateVector);
      writeVarUint(to, post.answer);
      return writeVarUint(to, post.offset);
    case 'piece':
      writeVarUint(to, post.session);
      writeVarUint(to, post.upTo);
      writeVarUint(to, post.answer);
      writeVarUint(to, post.offset);
      writeVarUint(to, post.total);
      return writeUint8Array(to, post.bytes);
    case 'awareness':
      return writeUint8Array(to, post.states);
    case 'query':
      return;
  }
}

function readBody(from: Decoder, tag: number, key: string): DocumentPost {
  switch (tag) {
    case TAGS.update: {
      const [session, sequence] = [readVarUint(from), readVarUint(from)];
      return { kind: 'update', key, session, sequence, update: readRest(from) };
    }
    case TAGS.ask: {
      const stateVector = readBytes(from, STATE_VECTOR_BYTES_MAX);
      const [answer, offset] = [readVarUint(from), readVarUint(from)];
      return { kind: 'ask', key, stateVector, answer, offset };
    }
    case TAGS.piece: {
      const [session, upTo] = [readVarUint(from), readVarUint(from)];
      const [answer, offset, total] = [readVarUint(from), readVarUint(from), readVarUint(from)];
      if (remaining(from) > PIECE_BYTES_MAX || offset + remaining(from) > total) {
        malformed('a piece beyond its answer');
      }
      return { kind: 'piece', key, session, upTo, answer, offset, total, bytes: readRest(from) };
    }
    case TAGS.awareness:
      return { kind: 'awareness', key, states: readRest(from) };
    case TAGS.query:
      return { kind: 'query', key };
    default:
      return malformed(`no post about a document has the tag ${tag}`);
  }
}
