import { TAG_BYTES } from '../../crypto/aead.js';
import { HEAD_BYTES_MAX } from '../message-head.js';
import type { Carrier, Wire } from '../wire.js';
import { Scratch } from './scratch.js';
import { Sealer } from './seals.js';

/** One for all links: a message is sealed and handed over in one go. */
const scratch = new Scratch();

/** A wire on which every message is sealed, once and right before it goes out. */
export class SecureWire implements Wire {
  readonly #wire: Carrier;
  readonly #sealer: Sealer;

  constructor(wire: Carrier, key: Uint8Array) {
    this.#wire = wire;
    this.#sealer = new Sealer(key);
  }

  get bufferedBytes(): number {
    return this.#wire.bufferedBytes;
  }

  send(bytes: Uint8Array, sent?: () => void): void {
    // Where something waits already this would wait too, and need memory of its own.
    const isFree = this.#wire.bufferedBytes === 0;
    const sealedBytes = bytes.length + TAG_BYTES;
    const end = HEAD_BYTES_MAX + sealedBytes;
    const memory = isFree ? scratch.take(end) : Buffer.allocUnsafe(end);
    // Not `subarray`: of a subclass (Node's Buffer) it costs more.
    const start = memory.byteOffset + HEAD_BYTES_MAX;
    this.#sealer.seal(bytes, new Uint8Array(memory.buffer, start, sealedBytes));
    this.#wire.sendFrom(memory, end, sent);
    // Nothing waits: the system has its own copy. Else the socket sends from this memory later.
    if (isFree && this.#wire.bufferedBytes > 0) scratch.keep();
  }

  close(code: number, reason: string): void {
    this.#wire.close(code, reason);
  }

  terminate(): void {
    this.#wire.terminate();
  }

  pause(): void {
    this.#wire.pause();
  }

  resume(): void {
    this.#wire.resume();
  }
}
