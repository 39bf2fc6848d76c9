import { compareIds, type Dot, HearsayError, type StreamId } from '@hearsay/core';
import type { Reader, Writer } from '@hearsay/core/wire';
import { type Binary, binaryOfBytes } from './binary.js';
import { TIME_COUNTER_MAX, TIME_MS_MAX } from './stamp.js';
import { StreamMemory } from './stream-memory.js';

const ASCII_END = 0x80;
const SEVEN_BITS = 7n;
const PAYLOAD = 0x7fn;
const CONTINUE = 0x80;
/** Totals of counters are below 2^64. */
export const TOTAL_MAX: bigint = 2n ** 64n - 1n;
/** As the store keeps sequences. */
const SEQUENCE_MAX: number = 2 ** 48 - 1;
const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function malformed(what: string): HearsayError {
  return new HearsayError('malformed', what);
}

/** Length, then one byte a character. */
export function writeBinary(writer: Writer, binary: Binary): void {
  writer.varuint(binary.length).codes(binary);
}

/** @throws HearsayError `malformed` */
export function readBinary(reader: Reader, bytesMax: number): Binary {
  return binaryOfBytes(reader.bytes(bytesMax));
}

/** A key: a text that is not empty. @throws HearsayError `malformed` */
export function readKey(reader: Reader, bytesMax: number): string {
  const bytes = reader.bytes(bytesMax);
  if (bytes.length === 0) throw malformed('a key is empty');
  // In one piece, where text put together from characters would keep its pieces.
  if (isAscii(bytes)) return binaryOfBytes(bytes);
  try {
    return textDecoder.decode(bytes);
  } catch (cause) {
    throw new HearsayError('malformed', 'a key is not UTF-8', { cause });
  }
}

function isAscii(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte >= ASCII_END) return false;
  return true;
}

export function writeTime(writer: Writer, ms: number, counter: number): void {
  writer.varuint(ms).varuint(counter);
}

/** @throws HearsayError `malformed` */
export function readTime(reader: Reader): { ms: number; counter: number } {
  return { ms: reader.varuint(TIME_MS_MAX), counter: reader.varuint(TIME_COUNTER_MAX) };
}

/** 0 is none. */
export function writeDeadline(writer: Writer, deadlineMs: number | undefined): void {
  writer.varuint(deadlineMs ?? 0);
}

/** @throws HearsayError `malformed` */
export function readDeadline(reader: Reader): number | undefined {
  const deadlineMs = reader.varuint();
  return deadlineMs === 0 ? undefined : deadlineMs;
}

/** Seven bits a byte, low bits first, shortest form. */
export function writeTotal(writer: Writer, total: bigint): void {
  let rest = total;
  while (rest > PAYLOAD) {
    writer.u8(Number(rest & PAYLOAD) | CONTINUE);
    rest >>= SEVEN_BITS;
  }
  writer.u8(Number(rest));
}

/** @throws HearsayError `malformed` */
export function readTotal(reader: Reader): bigint {
  let total = 0n;
  for (let shift = 0n; ; shift += SEVEN_BITS) {
    const byte = reader.u8();
    total |= (BigInt(byte) & PAYLOAD) << shift;
    if (total > TOTAL_MAX) throw malformed('a total of a counter is over 64 bits');
    if (byte >= CONTINUE) continue;
    if (byte === 0 && shift > 0n) throw malformed('a total is not in shortest form');
    return total;
  }
}

/** So many are looked through faster than a table of them is made. */
const STREAMS_FEW = 8;

/** Streams of one record: each in full where it first comes, by its number after that. */
export class StreamWriter {
  readonly #writer: Writer;
  readonly #memory: StreamMemory;
  readonly #streams: StreamId[] = [];
  /** Only where there are many. */
  #numbers: Map<StreamId, number> | undefined;

  constructor(writer: Writer, memory: StreamMemory = new StreamMemory()) {
    this.#writer = writer;
    this.#memory = memory;
  }

  write(stream: StreamId): void {
    const number = this.#numberOf(stream);
    this.#writer.varuint(number);
    if (number > 0) return;
    this.#streams.push(stream);
    this.#numbers?.set(stream, this.#streams.length);
    this.#memory.write(this.#writer, stream);
  }

  dot(dot: Dot): void {
    this.write(dot.stream);
    this.#writer.varuint(dot.sequence);
  }

  dots(dots: readonly Dot[]): void {
    this.#writer.list(dots, (dot) => this.dot(dot));
  }

  /** 0 for a stream that has none yet. */
  #numberOf(stream: StreamId): number {
    if (this.#numbers !== undefined) return this.#numbers.get(stream) ?? 0;
    if (this.#streams.length < STREAMS_FEW) return this.#streams.indexOf(stream) + 1;
    this.#numbers = new Map(this.#streams.map((each, index) => [each, index + 1]));
    return this.#numbers.get(stream) ?? 0;
  }
}

/** The mirror of `StreamWriter`. Every method throws HearsayError `malformed`. */
export class StreamReader {
  readonly #reader: Reader;
  readonly #memory: StreamMemory;
  /** The first stream: most records name no other, and they are read by the thousand. */
  #first: StreamId | undefined;
  /** All of them, where there are more. */
  #streams: StreamId[] | undefined;
  /** Only where there are many. */
  #seen: Set<StreamId> | undefined;

  constructor(reader: Reader, memory: StreamMemory = new StreamMemory()) {
    this.#reader = reader;
    this.#memory = memory;
  }

  read(): StreamId {
    const first = this.#first;
    if (first === undefined) return this.#readFirst();
    const number = this.#reader.varuint(this.#streams?.length ?? 1);
    if (number === 1) return first;
    const known = this.#streams?.[number - 1];
    if (known !== undefined) return known;
    const stream = this.#memory.read(this.#reader);
    this.#streams ??= [first];
    if (this.#isKnown(stream, this.#streams)) throw malformed('a stream is told twice');
    this.#streams.push(stream);
    this.#seen?.add(stream);
    return stream;
  }

  dot(): Dot {
    return { stream: this.read(), sequence: this.sequence() };
  }

  sequence(): number {
    const sequence = this.#reader.varuint(SEQUENCE_MAX);
    if (sequence === 0) throw malformed('sequences begin at 1');
    return sequence;
  }

  /** Places in different streams, in the order of the streams. */
  dots(): Dot[] {
    return this.sorted(() => this.dot());
  }

  /** Anything with a stream, in the order of the streams, each once. */
  sorted<T extends { readonly stream: StreamId }>(read: () => T): T[] {
    const items = this.#reader.list(Number.MAX_SAFE_INTEGER, read);
    ascending(items, (left, right) => compareIds(left.stream, right.stream));
    return items;
  }

  #readFirst(): StreamId {
    this.#reader.varuint(0);
    const stream = this.#memory.read(this.#reader);
    this.#first = stream;
    return stream;
  }

  #isKnown(stream: StreamId, streams: readonly StreamId[]): boolean {
    if (streams.length < STREAMS_FEW) return streams.includes(stream);
    this.#seen ??= new Set(streams);
    return this.#seen.has(stream);
  }
}

/** Refuses what is not in order, or twice: equal lists are equal bytes. @throws HearsayError `malformed` */
export function ascending<T>(items: readonly T[], compare: (left: T, right: T) => number): void {
  items.forEach((item, index) => {
    const before = items[index - 1];
    if (before !== undefined && compare(before, item) >= 0)
      throw malformed('a list is not in order');
  });
}
