import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { peerId, type StreamId, streamId } from '@hearsay/core';
import { parseChecked, renderChecked } from '@hearsay/node/store';
import type { ReadMark } from '../chat/read-mark.js';
import { markedPlacesMax, markFileBytesMax, markStreamsMax } from '../limits.js';

/** Read marks by the key of the conversation. */
export type ReadMarks = ReadonlyMap<string, ReadMark>;

const FILE = 'read.json';
/** From 2 on with a check over it. */
const VERSION = 2;

/** What was read, in a file beside the profile. */
export class ReadMarkFile {
  readonly #file: string;
  #writing: Promise<void> = Promise.resolve();

  /** @param folder of the profile */
  constructor(folder: string) {
    this.#file = path.join(folder, FILE);
  }

  /** Undefined at the first start, and for a file that is damaged: then nothing counts as new. */
  async load(): Promise<ReadMarks | undefined> {
    try {
      return decodeMarks(await readFile(this.#file, 'utf8'));
    } catch {
      return undefined; // Not there, or not ours to read: what is new is a help, not a promise.
    }
  }

  /** Best effort, one after the other: a full disk is told by the log, which needs more of it. */
  save(marks: ReadMarks): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write(encodeMarks(marks)));
    return this.#writing;
  }

  async #write(text: string): Promise<void> {
    const temporary = `${this.#file}.new`;
    try {
      await writeFile(temporary, text, { mode: 0o600 });
      await rename(temporary, this.#file);
    } catch {
      // The next one tries again.
    }
  }
}

/** At most `markedPlacesMax`: the one that was not touched the longest goes. */
export function encodeMarks(marks: ReadMarks): string {
  const places = [...marks].slice(-markedPlacesMax).map(([place, { streams, sentMs }]) => ({
    place,
    sentMs,
    streams: Object.fromEntries(streams),
  }));
  return renderChecked({ v: VERSION, places });
}

/** @returns undefined for what `encodeMarks` did not write */
export function decodeMarks(text: string): ReadMarks | undefined {
  if (text.length > markFileBytesMax) return undefined;
  const { v, places } = readFields(text);
  if (v !== VERSION || !Array.isArray(places) || places.length > markedPlacesMax) return undefined;
  const marks = new Map<string, ReadMark>();
  for (const each of places) {
    const { place, sentMs, streams } = asFields(each);
    const read = readStreams(asFields(streams));
    if (typeof place !== 'string' || typeof sentMs !== 'number' || read === undefined) {
      return undefined;
    }
    marks.set(place, { streams: read, sentMs });
  }
  return marks;
}

function readStreams(fields: Fields): ReadonlyMap<StreamId, number> | undefined {
  const streams = new Map<StreamId, number>();
  for (const [text, sequence] of Object.entries(fields)) {
    if (typeof sequence !== 'number' || !Number.isSafeInteger(sequence)) return undefined;
    const stream = readStream(text);
    if (stream === undefined) return undefined;
    streams.set(stream, sequence);
  }
  return streams.size > markStreamsMax ? undefined : streams;
}

const STREAM = /^[0-9a-f]{64}\.\d{1,15}$/;

function readStream(text: string): StreamId | undefined {
  if (!STREAM.test(text)) return undefined;
  const dot = text.indexOf('.');
  return streamId(peerId(text.slice(0, dot)), Number(text.slice(dot + 1)));
}

type Fields = Readonly<Record<string, unknown>>;

function readFields(text: string): Fields {
  try {
    return parseChecked(text);
  } catch {
    return {};
  }
}

function asFields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) return {};
  return value as Fields; // Every object is one; each field is checked when it is read.
}
