/** One line of a byte stream, or why it is none. */
export type InputLine =
  | { readonly kind: 'line'; readonly number: number; readonly text: string }
  | {
      readonly kind: 'too-long';
      readonly number: number;
      readonly bytes: number;
      readonly bytesMax: number;
    }
  | { readonly kind: 'invalid-utf8'; readonly number: number; readonly bytes: number };

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Cuts bytes into lines of at most `bytesMax`. A longer line is counted to its end and never
 * kept, so a stream without newlines costs no more memory than one line.
 */
export class LineSplitter {
  readonly #bytesMax: number;
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true });
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #number = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** The lines that `chunk` completes. */
  *push(chunk: Uint8Array): Generator<InputLine> {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) break;
      this.#keep(chunk.subarray(start, end));
      yield this.#take();
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  /** What came after the last newline. */
  *end(): Generator<InputLine> {
    if (this.#bytes > 0) yield this.#take();
  }

  #keep(part: Uint8Array): void {
    this.#bytes += part.length;
    // One byte of grace: the carriage return of a full line that ends in CR LF.
    if (this.#bytes > this.#bytesMax + 1) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part.slice());
  }

  #take(): InputLine {
    this.#number += 1;
    const number = this.#number;
    const bytes = this.#bytes;
    const joined = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    const line = withoutCarriageReturn(joined ?? new Uint8Array());
    if (bytes > this.#bytesMax + 1 || line.length > this.#bytesMax) {
      return { kind: 'too-long', number, bytes, bytesMax: this.#bytesMax };
    }
    try {
      return { kind: 'line', number, text: this.#utf8.decode(line) };
    } catch {
      return { kind: 'invalid-utf8', number, bytes };
    }
  }
}

function withoutCarriageReturn(line: Uint8Array): Uint8Array {
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}

/** Why a line was not sent, in words. */
export function describeRefusal(refused: Exclude<InputLine, { kind: 'line' }>): string {
  switch (refused.kind) {
    case 'too-long':
      return `line too long (${refused.bytes} bytes, limit ${refused.bytesMax}): not sent`;
    case 'invalid-utf8':
      return `line ${refused.number} is not valid UTF-8 (${refused.bytes} bytes): not sent`;
  }
}
