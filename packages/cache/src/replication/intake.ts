import { HearsayError, type HlcTime, type StreamId } from '@hearsay/core';
import { Reader, readClock, readStream } from '@hearsay/core/wire';
import type { Survivor } from '../store/survivor.js';
import { readSurvivor } from '../store/survivor-codec.js';
import { StreamMemory } from '../values/stream-memory.js';
import { joinBytes } from '../wire/bytes.js';
import { type FrameHead, keepHead, readHead } from '../wire/frame.js';
import { dateOf } from '../wire/survivor-dates.js';
import { FRAME_BYTES_MAX } from '../wire/wire-limits.js';
import { type Floor, PIECE_LENGTH_BYTES, PIECES } from './answer.js';
import type { Fragment } from './fragments.js';
import { HASH_BYTES } from './summary.js';
import { Vector } from './vector.js';

/** A survivor, and where the bytes stand that it was read from: a view of each would cost as much as the rest. */
export interface Arrived {
  readonly survivor: Survivor;
  readonly whole: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** What an answer brought so far. */
export interface IntakeHandlers {
  /**
   * What the source has forgotten, and the date of the oldest write that it may hold.
   * @returns false when the rest of its answer is of no use
   */
  floor(floor: Floor, oldest: HlcTime | undefined): boolean;
  /** Writes of one batch of an application, or one write: to be seen together. */
  apply(arrived: readonly Arrived[]): void;
  /** A part of a large survivor. @returns the whole, with its last part */
  fragment(part: Fragment): Uint8Array | undefined;
  /** Everything of a stream up to here was received. */
  reached(stream: StreamId, sequence: number): void;
  /** All of it was received, as these heads prove. */
  commit(heads: readonly FrameHead[], retired: readonly StreamId[]): void;
}

/** The delta of an answer, opened. */
interface Opened {
  readonly number: number;
  readonly index: number;
  readonly basis: Uint8Array;
  readonly instance: number;
  readonly rest: Uint8Array;
}

/**
 * Takes in one answer of one neighbour, delta after delta. A delta that does not follow the one
 * before means that some were dropped on the way: what comes is merged no further, and asked for again.
 */
export class Intake {
  readonly number: number;
  readonly basis: Uint8Array;
  readonly instance: number;
  readonly #handlers: IntakeHandlers;
  readonly #sizeMax: number;
  readonly #heads: FrameHead[] = [];
  readonly #retired: StreamId[] = [];
  #next = 0;
  #over = false;
  /** A piece of which the end has not come. */
  #tail: Uint8Array = new Uint8Array(0);
  #stream: StreamId | undefined;
  #counted = 0;
  #sequence = 0;
  /** Survivors that wait to be applied; those from `#group` on may be a batch of which more follows. */
  #waiting: Arrived[] = [];
  readonly #memory = new StreamMemory();
  #group = 0;
  /** So many of those that wait have bytes of their own. */
  #copied = 0;
  #groupDate: HlcTime | undefined;
  /** The last one before the group. */
  #reached = 0;

  /** @param sizeMax bytes of a survivor that comes in fragments */
  constructor({ number, basis, instance }: Opened, handlers: IntakeHandlers, sizeMax: number) {
    this.number = number;
    this.basis = basis.slice();
    this.instance = instance;
    this.#handlers = handlers;
    this.#sizeMax = sizeMax;
  }

  /** @throws HearsayError `malformed` */
  take({ index, rest }: Opened): void {
    if (this.#over || index !== this.#next) {
      this.#over = true;
      return;
    }
    this.#next += 1;
    const offset = this.#pieces(rest, this.#finishPiece(rest));
    this.#apply(this.#group, this.#reached);
    this.#keep(rest.subarray(offset));
  }

  /** The piece of which a delta before brought the beginning. @returns where it ends in this one */
  #finishPiece(rest: Uint8Array): number {
    if (this.#tail.length === 0) return 0;
    const lacksOfLength = Math.max(0, PIECE_LENGTH_BYTES - this.#tail.length);
    const end = endOfPiece(joinBytes([this.#tail, rest.subarray(0, lacksOfLength)]), 0);
    const lacks = end === undefined ? rest.length + 1 : end - this.#tail.length;
    const taken = Math.min(lacks, rest.length);
    this.#tail = joinBytes([this.#tail, rest.subarray(0, taken)]);
    if (taken < lacks) return taken;
    const piece = this.#tail;
    this.#tail = new Uint8Array(0);
    this.#pieces(piece, 0);
    return taken;
  }

  /** All whole pieces from here on. @returns where they end */
  #pieces(bytes: Uint8Array, start: number): number {
    let offset = start;
    while (!this.#over) {
      const end = endOfPiece(bytes, offset);
      if (end === undefined || end > bytes.length) break;
      const reader = new Reader(bytes, offset + PIECE_LENGTH_BYTES, end);
      this.#piece(reader, bytes);
      reader.end();
      offset = end;
    }
    return offset;
  }

  /** What follows the last whole piece, and what waits for the rest of its batch, outlive the delta. */
  #keep(rest: Uint8Array): void {
    if (rest.length > 0) this.#tail = new Uint8Array(rest);
    for (; this.#copied < this.#waiting.length; this.#copied++) {
      const each = this.#waiting[this.#copied];
      if (each === undefined) continue;
      const { survivor, whole, start, end } = each;
      this.#waiting[this.#copied] = placed(survivor, whole.slice(start, end));
    }
  }

  #piece(reader: Reader, bytes: Uint8Array): void {
    const kind = PIECES[reader.u8()];
    if (kind === undefined) throw new HearsayError('malformed', 'unknown piece of an answer');
    const isEntry = kind === 'survivor' || kind === 'fragment';
    if (!isEntry) this.#apply(this.#waiting.length, this.#sequence);
    switch (kind) {
      case 'floor': {
        const time = { ms: reader.varuint(), counter: reader.varuint() };
        const vector = Vector.from(readClock(reader));
        const oldest = { ms: reader.varuint(), counter: reader.varuint() };
        const isOf = this.#handlers.floor({ vector, time }, oldest.ms === 0 ? undefined : oldest);
        if (!isOf) this.#over = true;
        return;
      }
      case 'stream':
        this.#stream = readStream(reader);
        this.#counted = reader.varuint();
        this.#sequence = 0;
        return;
      case 'survivor':
        return this.#survivor(reader, bytes);
      case 'fragment':
        return this.#fragment(reader);
      case 'reached':
        if (this.#stream !== undefined) this.#handlers.reached(this.#stream, this.#counted);
        return;
      case 'head':
        this.#heads.push(keepHead(readHead(reader, bytes)));
        return;
      case 'retired':
        this.#retired.push(readStream(reader));
        return;
      case 'commit':
        this.#over = true;
        this.#handlers.commit(this.#heads, this.#retired);
    }
  }

  #survivor(reader: Reader, whole: Uint8Array): void {
    const sequence = this.#place(reader);
    const start = reader.offset;
    const survivor = readSurvivor(reader, this.#memory);
    this.#arrived(sequence, { survivor, whole, start, end: reader.offset });
  }

  #fragment(reader: Reader): void {
    const sequence = this.#place(reader);
    const hash = reader.raw(HASH_BYTES);
    const size = reader.varuint(this.#sizeMax);
    const offset = reader.varuint(size);
    const bytes = reader.raw(reader.remaining);
    const whole = this.#handlers.fragment({ hash, size, offset, bytes });
    if (whole === undefined) return;
    const of = new Reader(whole);
    const survivor = readSurvivor(of, this.#memory);
    of.end();
    this.#arrived(sequence, placed(survivor, whole));
  }

  #place(reader: Reader): number {
    const sequence = reader.varuint();
    if (this.#stream !== undefined && sequence > this.#sequence) return sequence;
    throw new HearsayError('malformed', 'what survives of a stream is not in order');
  }

  #arrived(sequence: number, arrived: Arrived): void {
    if (this.#stream === undefined) return;
    const date = dateOf(arrived.survivor, this.#stream, sequence);
    if (date === undefined || !isSameDate(date, this.#groupDate)) {
      this.#group = this.#waiting.length;
      this.#reached = this.#sequence;
    }
    this.#sequence = sequence;
    this.#groupDate = date;
    this.#waiting.push(arrived);
  }

  /** Applies the first of those that wait. @param sequence of the last of them */
  #apply(count: number, sequence: number): void {
    if (count === 0 || this.#stream === undefined) return;
    const ready = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    this.#copied = Math.max(0, this.#copied - count);
    this.#group = 0;
    if (this.#waiting.length === 0) this.#groupDate = undefined;
    this.#handlers.apply(ready);
    this.#handlers.reached(this.#stream, Math.min(sequence, this.#counted));
  }
}

/** A survivor with bytes of its own. */
function placed(survivor: Survivor, whole: Uint8Array): Arrived {
  return { survivor, whole, start: 0, end: whole.length };
}

function isSameDate(left: HlcTime, right: HlcTime | undefined): boolean {
  return left.ms === right?.ms && left.counter === right.counter;
}

/** @throws HearsayError `malformed` */
export function openDelta(bytes: Uint8Array): Opened {
  const reader = new Reader(bytes);
  const [number, index] = [reader.varuint(), reader.varuint()];
  const basis = reader.raw(HASH_BYTES);
  const instance = reader.varuint();
  return { number, index, basis, instance, rest: bytes.subarray(reader.offset) };
}

/** Where the piece that begins here ends, maybe beyond these bytes; undefined when they do not say. @throws HearsayError `malformed` */
function endOfPiece(bytes: Uint8Array, offset: number): number | undefined {
  if (bytes.length - offset < PIECE_LENGTH_BYTES) return undefined;
  let length = 0;
  for (let byte = PIECE_LENGTH_BYTES - 1; byte >= 0; byte--) {
    length = length * 256 + (bytes[offset + byte] ?? 0);
  }
  if (length === 0 || length > FRAME_BYTES_MAX) {
    throw new HearsayError('malformed', `a piece of an answer of ${length} bytes`);
  }
  return offset + PIECE_LENGTH_BYTES + length;
}
