import { type ReadonlyVectorClock, VectorClock } from '../clock/vector-clock.js';
import { HearsayError } from '../errors.js';
import { readClock, writeClockEntries } from '../wire/clock-entries.js';
import { type Question, readQuestion, writeQuestion } from '../wire/digest.js';
import { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

/** What somebody tells of its log when it asks what it lacks. */
export type LogQuestion =
  /** All that it holds, stream by stream. */
  | { readonly kind: 'clock'; readonly clock: ReadonlyVectorClock }
  /** Hashes of parts, and the streams of some. */
  | { readonly kind: 'parts'; readonly question: Question };

const TAG_CLOCK = 0;
const TAG_PARTS = 1;

export function encodeLogQuestion(asked: LogQuestion): Uint8Array {
  const writer = new Writer();
  if (asked.kind === 'clock') writeClockEntries(writer.u8(TAG_CLOCK), asked.clock.sorted());
  else writeQuestion(writer.u8(TAG_PARTS), asked.question);
  return writer.finish();
}

/** @throws HearsayError `malformed` */
export function decodeLogQuestion(bytes: Uint8Array): LogQuestion {
  const reader = new Reader(bytes);
  const asked = readLogQuestion(reader);
  reader.end();
  return asked;
}

function readLogQuestion(reader: Reader): LogQuestion {
  const tag = reader.u8();
  if (tag === TAG_CLOCK) return { kind: 'clock', clock: VectorClock.from(readClock(reader)) };
  if (tag === TAG_PARTS) return { kind: 'parts', question: readQuestion(reader) };
  throw new HearsayError('malformed', `a question of unknown form ${tag}`);
}
