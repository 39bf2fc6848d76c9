import type { BatchStore, RecordKind, StoredLog } from './batch-store.js';

/** Keeps records in memory, for peers without a folder and for simulated ones. */
export class MemoryBatchStore implements BatchStore {
  #positions: number[] = [];
  #records: Uint8Array[] = [];
  /** Released ones at the front, until it is worth moving the others. */
  #released = 0;
  #end = 0;

  get end(): number {
    return this.#end;
  }

  /** Nothing outlives this run, so there is nothing to be read faster. */
  get markFrom(): undefined {
    return undefined;
  }

  get tidyFrom(): undefined {
    return undefined;
  }

  append(kind: RecordKind, bytes: Uint8Array): number {
    const position = this.#end;
    // Only what will be read takes room; positions grow all the same.
    this.#end += Math.max(bytes.length, 1);
    if (kind !== 'batch') return position;
    this.#positions.push(position);
    this.#records.push(bytes);
    return position;
  }

  read(position: number): Uint8Array | undefined {
    const index = this.#indexOf(position);
    return this.#positions[index] === position ? this.#records[index] : undefined;
  }

  release(position: number): void {
    this.#released = this.#indexOf(position);
    if (2 * this.#released <= this.#positions.length) return;
    this.#positions = this.#positions.slice(this.#released);
    this.#records = this.#records.slice(this.#released);
    this.#released = 0;
  }

  mark(): void {
    // Never asked for.
  }

  load(): StoredLog {
    return { states: [], indexes: [], records: [], loose: [] };
  }

  loaded(): void {
    // There was nothing.
  }

  /** Of the first record that is not before a position. */
  #indexOf(position: number): number {
    let low = this.#released;
    let high = this.#positions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#positions[middle] ?? 0) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
