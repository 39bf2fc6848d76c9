import { type StreamId, streamId } from '@hearsay/core';
import { markStreamsMax } from '../limits.js';
import type { ChatMessage } from './message.js';

/** How far somebody has read a conversation; made by `readUpTo` only. */
export interface ReadMark {
  /** Of each stream the last message that was read, the one read last at the end. */
  readonly streams: ReadonlyMap<StreamId, number>;
  /** When the newest of them was sent: what is older, of other streams, was read too. */
  readonly sentMs: number;
}

export const NOTHING_READ: ReadMark = { streams: new Map(), sentMs: 0 };

/** What is read once these messages are. */
export function readUpTo(mark: ReadMark, messages: Iterable<ChatMessage>): ReadMark {
  const streams = new Map(mark.streams);
  let { sentMs } = mark;
  for (const { id, sentMs: atMs } of messages) {
    const stream = streamId(id.peer, id.generation);
    const read = Math.max(id.sequence, streams.get(stream) ?? 0);
    streams.delete(stream);
    streams.set(stream, read);
    sentMs = Math.max(sentMs, atMs);
  }
  return { streams: new Map([...streams].slice(-markStreamsMax)), sentMs };
}

/** Whether a message was read. What came later than a mark was not, however old it is. */
export function isRead({ streams, sentMs }: ReadMark, message: ChatMessage): boolean {
  if (message.own) return true;
  const { peer, generation, sequence } = message.id;
  const read = streams.get(streamId(peer, generation));
  return read === undefined ? message.sentMs <= sentMs : sequence <= read;
}
