/** 2^12 numbers a chunk: neither a copy of millions when it grows, nor much room for a few. */
const CHUNK_BITS = 12;
const CHUNK = 2 ** CHUNK_BITS;
const FIRST_CHUNK = 16;

type Chunk = Float64Array | Uint32Array;

/** Whole numbers to 2^53, or to 2^32 - 1. */
export type ColumnKind = 'f64' | 'u32';

/**
 * A list of numbers that grows at the end and is dropped from the front. An index names the same
 * number for ever, however much was dropped before it. A number costs four or eight bytes.
 */
export class Column {
  readonly #kind: ColumnKind;
  #chunks: Chunk[] = [];
  /** Index of the first number of the first chunk. */
  #base = 0;
  #start = 0;
  #end = 0;

  constructor(kind: ColumnKind) {
    this.#kind = kind;
  }

  /** Index of the oldest number kept. */
  get start(): number {
    return this.#start;
  }

  /** Index that the next number will have. */
  get end(): number {
    return this.#end;
  }

  /** 0 outside of what is kept. */
  at(index: number): number {
    const offset = index - this.#base;
    return this.#chunks[Math.floor(offset / CHUNK)]?.[offset % CHUNK] ?? 0;
  }

  push(value: number): void {
    const offset = this.#end - this.#base;
    const index = offset % CHUNK;
    let chunk = this.#chunks[Math.floor(offset / CHUNK)];
    if (chunk === undefined) {
      chunk = this.#make(offset === 0 ? FIRST_CHUNK : CHUNK);
      this.#chunks.push(chunk);
    } else if (index === chunk.length) {
      const grown = this.#make(2 * chunk.length);
      grown.set(chunk);
      this.#chunks[this.#chunks.length - 1] = grown;
      chunk = grown;
    }
    chunk[index] = value;
    this.#end += 1;
  }

  set(index: number, value: number): void {
    const offset = index - this.#base;
    const chunk = this.#chunks[Math.floor(offset / CHUNK)];
    if (chunk !== undefined) chunk[offset % CHUNK] = value;
  }

  /** Forgets everything before an index. */
  dropBefore(index: number): void {
    this.#start = Math.min(Math.max(index, this.#start), this.#end);
    while (this.#chunks.length > 0 && this.#start - this.#base >= CHUNK) {
      this.#chunks.shift();
      this.#base += CHUNK;
    }
  }

  #make(length: number): Chunk {
    return this.#kind === 'f64' ? new Float64Array(length) : new Uint32Array(length);
  }
}
