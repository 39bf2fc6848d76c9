import type { Writer } from '../wire/writer.js';

/** Statements under one heading, which says what they are: none can be taken for another. */
export class Statement {
  readonly #headingBytes: number;
  /** Heading and body side by side, used again for each statement: signers take one piece. */
  #scratch: Uint8Array;

  /** @param heading a domain, the network, and whatever else tells this kind from others */
  constructor(heading: Writer) {
    this.#scratch = heading.finish();
    this.#headingBytes = this.#scratch.length;
  }

  /** The bytes to sign, valid until the next call. */
  of(body: Uint8Array): Uint8Array {
    const length = this.#headingBytes + body.length;
    if (length > this.#scratch.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#scratch.length));
      larger.set(this.#scratch.subarray(0, this.#headingBytes));
      this.#scratch = larger;
    }
    this.#scratch.set(body, this.#headingBytes);
    return this.#scratch.subarray(0, length);
  }
}
