import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { indexRecords, type Limits, type StoredLog, type StoredRecord } from '@hearsay/core';
import { PeerError, reasonOf } from '../errors.js';
import { readChecked } from './checked-file.js';
import { scanRecords } from './record.js';
import { baseOf, type LogFolder, SEGMENT_HEADER_BYTES, type Segment } from './segment.js';
import { checkSegment, openSeal } from './segment-check.js';

/** Something about the log that was found and dealt with; a line for a person. */
interface LogNotice {
  readonly code: 'log-torn' | 'log-damaged';
  readonly message: string;
}

/** A log of an earlier run, checked to the last byte. */
export interface OpenedLog {
  /** Files in order; the last one may be continued. */
  readonly segments: readonly Segment[];
  /** Position after everything. */
  readonly end: number;
  readonly stored: StoredLog;
  readonly notices: readonly LogNotice[];
}

const FOLDER_MODE = 0o700;
const COUNT_DIGITS = 4;
const FETCHED = 'what they held is fetched from other peers';

/**
 * Finds what is whole, and sets aside everything from the first damage on.
 * @throws PeerError `log-unreadable` naming the file
 */
export function openLog(folder: LogFolder, limits: Limits): OpenedLog {
  return new LogOpening(folder, limits).open();
}

class LogOpening {
  readonly #folder: LogFolder;
  readonly #limits: Limits;
  readonly #notices: LogNotice[] = [];
  /** Good segments, and the indices of those that have a good one. */
  readonly #segments: Segment[] = [];
  readonly #indexes = new Map<number, Uint8Array>();
  #end = 0;
  /** One for all files: of a full log hundreds of megabytes go through it. */
  #buffer: Buffer = Buffer.alloc(0);

  constructor(folder: LogFolder, limits: Limits) {
    this.#folder = folder;
    this.#limits = limits;
  }

  open(): OpenedLog {
    const bases = this.#list();
    this.#end = bases[0] ?? 0;
    for (const [place, base] of bases.entries()) {
      if (this.#take(base, place === bases.length - 1)) continue;
      this.#setAside(bases.slice(place));
      break;
    }
    this.#checkClosed();
    const stored = this.#stored();
    return { segments: this.#segments, end: this.#end, stored, notices: this.#notices };
  }

  #list(): number[] {
    const { path } = this.#folder;
    return this.#try(path, () => {
      mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
      const bases = readdirSync(path).map((name) => baseOf(name));
      return bases.filter((base) => base !== undefined).sort((left, right) => left - right);
    });
  }

  /** Takes the next segment. @returns false when it is damaged */
  #take(base: number, isLast: boolean): boolean {
    const path = this.#folder.segment(base);
    if (base !== this.#end) {
      this.#damaged(`${path}: the part of the log before it is missing`);
      return false;
    }
    const file = this.#read(path);
    const sealed = this.#checked(this.#folder.index(base));
    const index = sealed && openSeal(sealed, file);
    const finding = index === undefined ? checkSegment(file, base, isLast) : undefined;
    if (finding?.kind === 'damaged') {
      const { offset, bytes } = finding;
      this.#damaged(`${path} is damaged at byte ${offset} (${bytes} bytes): ${FETCHED}`);
      return false;
    }
    if (index !== undefined) this.#indexes.set(base, index);
    const length = finding?.kind === 'torn' ? this.#cut(path, finding.offset, file) : file.length;
    if (length > 0) this.#segments.push({ base, end: base + length });
    this.#end = base + length;
    return true;
  }

  /** Cuts off the rest of a write that did not end. @returns the length that is left */
  #cut(path: string, offset: number, { length }: Buffer): number {
    const message = `${path} ends in the middle of a write: ${length - offset} bytes cut off`;
    this.#notices.push({ code: 'log-torn', message });
    this.#try(path, () => (offset === 0 ? rmSync(path) : truncateSync(path, offset)));
    return offset;
  }

  /** Moves segments away, to be received again as far as they can be read. */
  #setAside(bases: readonly number[]): void {
    const { damaged } = this.#folder;
    this.#try(damaged, () => {
      mkdirSync(damaged, { recursive: true, mode: FOLDER_MODE });
      let count = readdirSync(damaged).length;
      for (const base of bases) {
        const path = this.#folder.segment(base);
        const name = `${String(count).padStart(COUNT_DIGITS, '0')}-${basename(path)}`;
        renameSync(path, join(damaged, name));
        rmSync(this.#folder.index(base), { force: true });
        if (base !== this.#end) rmSync(this.#folder.state(base), { force: true });
        count += 1;
      }
    });
  }

  /** The log can be no shorter than it was when it was closed. */
  #checkClosed(): void {
    const closed = this.#checked(this.#folder.closed);
    const missing = closed === undefined ? 0 : Number(closed.toString('latin1')) - this.#end;
    const isKnown = this.#notices.some(({ code }) => code === 'log-damaged');
    if (missing <= 0 || isKnown) return;
    const last = this.#segments.at(-1);
    const path = last === undefined ? this.#folder.path : this.#folder.segment(last.base);
    this.#damaged(`${path} is ${missing} bytes shorter than when it was closed: ${FETCHED}`);
  }

  #stored(): StoredLog {
    const states = this.#states();
    const newest = states.at(-1);
    const isFromStart = newest === undefined && (this.#segments[0]?.base ?? 0) === 0;
    if (newest === undefined && !isFromStart) {
      const [first] = this.#segments;
      const path = this.#folder.state(first?.base ?? 0);
      this.#damaged(`${path} is damaged or missing: ${FETCHED}`);
      this.#setAside(this.#segments.splice(0).map(({ base }) => base));
    }
    const from = newest?.base ?? 0;
    const before = this.#segments.filter(({ base }) => base < from);
    return {
      states: states.map(({ state }) => state),
      indexes: before.map(({ base }) => this.#indexes.get(base) ?? this.#makeIndex(base)),
      records: this.#records(this.#segments.filter(({ base }) => base >= from)),
      loose: this.#loose(),
    };
  }

  /** The newest state that is good, and the one at the segment before, if that is. */
  #states(): { base: number; state: Uint8Array }[] {
    const found: { base: number; state: Uint8Array }[] = [];
    const bases = [...this.#segments.map(({ base }) => base), this.#end];
    for (const base of [...new Set(bases)].reverse()) {
      const state = base === 0 ? undefined : this.#checked(this.#folder.state(base));
      if (state !== undefined) found.unshift({ base, state });
      if (found.length === 2 || (found.length === 1 && state === undefined)) break;
    }
    return found;
  }

  #makeIndex(base: number): Uint8Array {
    const segment = this.#segments.filter((each) => each.base === base);
    return indexRecords(this.#records(segment), this.#limits);
  }

  *#records(segments: readonly Segment[]): Generator<StoredRecord> {
    for (const { base } of segments) {
      const path = this.#folder.segment(base);
      const file = this.#read(path);
      for (const record of scanRecords(file, SEGMENT_HEADER_BYTES)) {
        if (record.kind === 'damage') continue; // Not any more: each was looked at before.
        yield { kind: record.kind, position: base + record.offset, bytes: record.bytes };
      }
    }
  }

  /** Batches in what was set aside. Floors are not taken from there: sync tells them again. */
  *#loose(): Generator<StoredRecord> {
    for (const name of this.#damagedFiles()) {
      const path = join(this.#folder.damaged, name);
      const file = this.#read(path);
      for (const record of scanRecords(file, 0)) {
        if (record.kind !== 'batch') continue;
        yield { kind: 'batch', position: record.offset, bytes: record.bytes };
      }
    }
  }

  #damagedFiles(): string[] {
    try {
      return readdirSync(this.#folder.damaged).sort();
    } catch {
      return []; // There is mostly none.
    }
  }

  #checked(path: string): Buffer | undefined {
    const found = readChecked(path);
    if (found === 'damaged') this.#damaged(`${path} is damaged: made again`);
    return typeof found === 'string' ? undefined : found;
  }

  #damaged(message: string): void {
    this.#notices.push({ code: 'log-damaged', message });
  }

  /** A whole file, good until the next is read. */
  #read(path: string): Buffer {
    return this.#try(path, () => {
      const file = openSync(path, 'r');
      try {
        const { size } = fstatSync(file);
        if (this.#buffer.length < size) this.#buffer = Buffer.allocUnsafeSlow(size);
        let length = 0;
        for (let count = -1; length < size && count !== 0; length += count) {
          count = readSync(file, this.#buffer, length, size - length, length);
        }
        return this.#buffer.subarray(0, length);
      } finally {
        closeSync(file);
      }
    });
  }

  #try<T>(path: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof PeerError) throw error;
      const message = `cannot read the log ${path}: ${reasonOf(error)}`;
      throw new PeerError('log-unreadable', message, { cause: error });
    }
  }
}
