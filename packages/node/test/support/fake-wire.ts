import { HEAD_BYTES_MAX } from '../../src/links/message-head.js';
import type { Carrier } from '../../src/links/wire.js';

/** A socket in memory: shows what was sent, and takes it only when told to. */
export class FakeWire implements Carrier {
  readonly sent: Uint8Array[] = [];
  closedWith: { code: number; reason: string } | undefined;
  terminated = false;
  paused = false;
  bufferedBytes = 0;
  #untaken: { bytes: Uint8Array; sent: (() => void) | undefined }[] = [];

  send(bytes: Uint8Array, sent?: () => void): void {
    this.sent.push(bytes);
    this.bufferedBytes += bytes.length;
    this.#untaken.push({ bytes, sent });
  }

  sendFrom(memory: Buffer, end: number, sent?: () => void): void {
    this.send(memory.subarray(HEAD_BYTES_MAX, end), sent);
  }

  close(code: number, reason: string): void {
    this.closedWith = { code, reason };
  }

  terminate(): void {
    this.terminated = true;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  /** The system takes everything. */
  drain(): void {
    const taken = this.#untaken;
    this.#untaken = [];
    for (const { bytes, sent } of taken) {
      this.bufferedBytes -= bytes.length;
      sent?.();
    }
  }

  get text(): string[] {
    return this.sent.map((bytes) => Buffer.from(bytes).toString());
  }
}

/** Bytes that read well in a failed test. */
export function chunk(text: string): Uint8Array {
  return Buffer.from(text);
}
