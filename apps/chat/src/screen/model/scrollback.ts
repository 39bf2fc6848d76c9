/** Entries copied by one append at most. */
const CHUNK = 256;

/**
 * Entries of a conversation, oldest first, that never change once they are in. Each has a number
 * that stays the same when older ones are put in front. Appending costs the same however many
 * there are.
 */
export class Scrollback<Entry> {
  readonly #chunks: readonly (readonly Entry[])[];
  readonly #tail: readonly Entry[];
  /** Number of the first entry. */
  readonly start: number;
  readonly length: number;

  private constructor(
    chunks: readonly (readonly Entry[])[],
    tail: readonly Entry[],
    start: number,
    length: number,
  ) {
    this.#chunks = chunks;
    this.#tail = tail;
    this.start = start;
    this.length = length;
  }

  static of<Entry>(entries: readonly Entry[], start = 0): Scrollback<Entry> {
    const chunks: (readonly Entry[])[] = [];
    const whole = entries.length - (entries.length % CHUNK);
    for (let index = 0; index < whole; index += CHUNK) {
      chunks.push(entries.slice(index, index + CHUNK));
    }
    return new Scrollback(chunks, entries.slice(whole), start, entries.length);
  }

  /** The number after the last entry. */
  get end(): number {
    return this.start + this.length;
  }

  /** The entry of a number; undefined outside. */
  at(number: number): Entry | undefined {
    const index = number - this.start;
    if (index < 0 || index >= this.length) return undefined;
    const inTail = index - this.#chunks.length * CHUNK;
    if (inTail >= 0) return this.#tail[inTail];
    return this.#chunks[Math.floor(index / CHUNK)]?.[index % CHUNK];
  }

  append(entry: Entry): Scrollback<Entry> {
    const tail = [...this.#tail, entry];
    return tail.length < CHUNK
      ? new Scrollback(this.#chunks, tail, this.start, this.length + 1)
      : new Scrollback([...this.#chunks, tail], [], this.start, this.length + 1);
  }

  /** Puts older entries in front; the others keep their numbers. */
  prepend(older: readonly Entry[]): Scrollback<Entry> {
    if (older.length === 0) return this;
    return Scrollback.of([...older, ...this.entries()], this.start - older.length);
  }

  /** Without the oldest ones, in whole chunks, so that at most `lengthMax` and a chunk stay. */
  trimmed(lengthMax: number): Scrollback<Entry> {
    const over = Math.floor((this.length - lengthMax) / CHUNK);
    if (over < 1) return this;
    const chunks = this.#chunks.slice(over);
    const gone = (this.#chunks.length - chunks.length) * CHUNK;
    return new Scrollback(chunks, this.#tail, this.start + gone, this.length - gone);
  }

  /** With the newest entry that fits changed; the same when none does. */
  replaced(fits: (entry: Entry) => boolean, change: (entry: Entry) => Entry): Scrollback<Entry> {
    const replace = (list: readonly Entry[]): readonly Entry[] | undefined => {
      const index = list.findLastIndex(fits);
      const found = list[index];
      return found === undefined ? undefined : list.toSpliced(index, 1, change(found));
    };
    const tail = replace(this.#tail);
    if (tail !== undefined) return new Scrollback(this.#chunks, tail, this.start, this.length);
    for (let index = this.#chunks.length - 1; index >= 0; index -= 1) {
      const chunk = replace(this.#chunks[index] ?? []);
      if (chunk === undefined) continue;
      const chunks = this.#chunks.toSpliced(index, 1, chunk);
      return new Scrollback(chunks, this.#tail, this.start, this.length);
    }
    return this;
  }

  *entries(): Generator<Entry> {
    for (const chunk of this.#chunks) yield* chunk;
    yield* this.#tail;
  }
}
