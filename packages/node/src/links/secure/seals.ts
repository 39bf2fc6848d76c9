import { openInPlace, seal } from '../../crypto/aead.js';

const NONCE_BYTES = 12;
const COUNTER_OFFSET = 4;
const COUNTER_BYTES = 6;

/**
 * The number of a message in one direction of a link, as a nonce: 4 zero bytes, then 8 of the
 * counter, low ones first. Nobody sends it, so a message that is missing, doubled or out of place
 * does not open. At a million messages a second 48 bits last for nine years.
 */
class MessageNonce {
  readonly bytes: Buffer = Buffer.alloc(NONCE_BYTES);
  #count = 0;

  advance(): void {
    this.#count += 1;
    this.bytes.writeUIntLE(this.#count, COUNTER_OFFSET, COUNTER_BYTES);
  }
}

/** Seals what goes out on a link. */
export class Sealer {
  readonly #key: Uint8Array;
  readonly #nonce = new MessageNonce();

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** @param sealed where to; `TAG_BYTES` longer than the message */
  seal(message: Uint8Array, sealed?: Uint8Array): Uint8Array {
    const result = seal(message, { key: this.#key, nonce: this.#nonce.bytes }, sealed);
    this.#nonce.advance();
    return result;
  }
}

/** Opens what comes in on a link, in the order in which it was sealed. */
export class Opener {
  readonly #key: Uint8Array;
  readonly #nonce = new MessageNonce();
  #failed = false;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** Opens in place. @returns undefined from the first message on that does not open */
  open(message: Uint8Array): Uint8Array | undefined {
    if (this.#failed) return undefined;
    const opened = openInPlace(message, { key: this.#key, nonce: this.#nonce.bytes });
    if (opened === undefined) this.#failed = true;
    else this.#nonce.advance();
    return opened;
  }
}
