import { DEFAULT_LIMITS } from '../../src/limits.js';
import type { BatchStore, LogMark, StoredLog, StoredRecord } from '../../src/log/batch-store.js';
import { indexRecords } from '../../src/log/segment-index.js';

/** A store that outlives its log, as one on disk does. */
export class StoredLogs implements BatchStore {
  readonly records: StoredRecord[] = [];
  readonly marks: (LogMark & { readonly at: number })[] = [];
  readonly #markEvery: number;
  /** Found behind damage, for the next load. */
  loose: StoredRecord[] = [];
  settled: boolean | undefined;
  end = 0;

  constructor(markEvery = Number.POSITIVE_INFINITY) {
    this.#markEvery = markEvery;
  }

  get markFrom(): number | undefined {
    const at = this.marks.at(-1)?.at ?? 0;
    return this.records.length - at >= this.#markEvery ? this.records[at]?.position : undefined;
  }

  get tidyFrom(): undefined {
    return undefined;
  }

  append(kind: StoredRecord['kind'], bytes: Uint8Array): number {
    const position = this.end;
    this.records.push({ kind, position, bytes });
    this.end += bytes.length;
    return position;
  }

  read(position: number): Uint8Array | undefined {
    return this.records.find((record) => record.position === position)?.bytes;
  }

  release(): void {
    // Nothing is thrown away here.
  }

  mark(mark: LogMark): void {
    this.marks.push({ ...mark, at: this.records.length });
  }

  load(): StoredLog {
    return {
      states: this.marks.slice(-2).map(({ state }) => state),
      indexes: this.marks.map(({ index }) => index),
      records: this.records.slice(this.marks.at(-1)?.at ?? 0),
      loose: this.loose,
    };
  }

  loaded(settled: boolean): void {
    this.settled = settled;
  }

  /** Drops the marks, so that all records are read again. */
  forgetMarks(): void {
    this.marks.length = 0;
  }

  /** Loses a record and everything behind it is found again only as loose. */
  damage(at: number): void {
    this.forgetMarks();
    this.loose = this.records.splice(at).slice(1);
    // Gone from here; what is loose is appended anew.
    this.end = this.records.reduce((end, { bytes }) => end + bytes.length, 0);
  }

  /** The index of everything, as made from the records alone. */
  rebuiltIndex(): Uint8Array {
    return indexRecords(this.records, DEFAULT_LIMITS);
  }
}
