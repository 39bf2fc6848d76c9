/**
 * Names of things that travel: peers, streams and messages.
 *
 * A peer is a stable id plus a generation (a restart is a new generation of the same id). Everything
 * a peer publishes in one generation is one stream with dense sequences 1, 2, 3, ..., so
 * `(peer, generation, sequence)` names a message for ever.
 */
import { HearsayError } from './errors.js';

declare const brand: unique symbol;

/** Lower-case hex of 16 to 32 bytes, stable over restarts. */
export type PeerId = string & { readonly [brand]: 'PeerId' };

/** `<peer id>.<generation>`: the writer of one dense sequence. */
export type StreamId = string & { readonly [brand]: 'StreamId' };

/** A channel of messages, 1 to `topicBytesMax` bytes of UTF-8. */
export type Topic = string;

/** `(peer, generation, sequence)`, sequence counted from 1. */
export interface MessageId {
  readonly peer: PeerId;
  readonly generation: number;
  readonly sequence: number;
}

const PEER_ID_PATTERN = /^(?:[0-9a-f]{2}){16,32}$/;
const SHORT_ID_CHARS = 4;

/**
 * Checks and brands a peer id.
 * @param text 32 to 64 lower-case hex digits
 * @throws HearsayError `bad-peer-id`
 */
export function peerId(text: string): PeerId {
  if (!PEER_ID_PATTERN.test(text)) {
    throw new HearsayError('bad-peer-id', 'a peer id is 32 to 64 lower-case hex digits');
  }
  return text as PeerId; // The only place that makes one from text.
}

/** The first four digits: enough for a person to tell peers apart on a screen, never for a program. */
export function shortId(id: PeerId): string {
  return id.slice(0, SHORT_ID_CHARS);
}

/** The stream of one generation of a peer. */
export function streamId(peer: PeerId, generation: number): StreamId {
  return `${peer}.${generation}` as StreamId; // Built from checked parts.
}

/** The parts of a stream id. */
export function parseStreamId(stream: StreamId): { peer: PeerId; generation: number } {
  const dot = stream.indexOf('.');
  const peer = stream.slice(0, dot) as PeerId; // A stream id begins with one that was checked.
  return { peer, generation: Number(stream.slice(dot + 1)) };
}

/** `<peer id>.<generation>:<sequence>`, the printed form used by JSON output. */
export function formatMessageId(id: MessageId): string {
  return `${id.peer}.${id.generation}:${id.sequence}`;
}

/** Byte order of ids, the same on every machine; never a locale's. */
export function compareIds(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
