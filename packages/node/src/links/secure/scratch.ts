const PAGE_BYTES = 4_096;

/**
 * Memory for what lives no longer than a call. Most sealed messages are copied by the system at
 * once, and large buffers are dear to make and to collect: one is used again and again, until
 * somebody keeps it.
 */
export class Scratch {
  #memory = Buffer.alloc(0);

  /** At least so much. Whatever was taken before is overwritten, unless it was kept. */
  take(bytes: number): Buffer {
    if (this.#memory.length < bytes) {
      this.#memory = Buffer.allocUnsafeSlow(Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES);
    }
    return this.#memory;
  }

  /** Somebody still reads what was taken last: it is theirs now. */
  keep(): void {
    this.#memory = Buffer.alloc(0);
  }
}
