import type { Wire } from '../wire.js';
import { Sealer } from './seals.js';

/** A wire on which every message is sealed, once and right before it goes out. */
export class SecureWire implements Wire {
  readonly #wire: Wire;
  readonly #sealer: Sealer;

  constructor(wire: Wire, key: Uint8Array) {
    this.#wire = wire;
    this.#sealer = new Sealer(key);
  }

  get bufferedBytes(): number {
    return this.#wire.bufferedBytes;
  }

  send(bytes: Uint8Array, sent?: () => void): void {
    this.#wire.send(this.#sealer.seal(bytes), sent);
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
