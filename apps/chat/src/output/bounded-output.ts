import type { Writable } from 'node:stream';

export interface BoundedOutputOptions {
  readonly stream: Writable;
  /** Bytes that may wait for the reader. */
  readonly bytesMax: number;
  /** The line that tells a reader, once it reads again, how many lines it missed. */
  readonly describeDropped: (count: number) => string;
}

/**
 * Lines for a reader that may be slow or gone. They wait up to a bound; over it whole lines are
 * dropped and counted, because a peer must not stop gossiping for its reader.
 */
export class BoundedOutput {
  readonly #options: BoundedOutputOptions;
  #dropped = 0;

  constructor(options: BoundedOutputOptions) {
    this.#options = options;
    options.stream.on('drain', () => this.#tellDropped());
  }

  writeLine(line: string): void {
    const { stream, bytesMax } = this.#options;
    const bytes = Buffer.byteLength(line) + 1;
    if (this.#dropped > 0 || stream.writableLength + bytes > bytesMax) {
      this.#dropped += 1;
      return;
    }
    if (stream.writable) stream.write(`${line}\n`);
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    const line = this.#options.describeDropped(this.#dropped);
    this.#dropped = 0;
    this.writeLine(line);
  }
}
