import { readFileSync, rmSync } from 'node:fs';
import type { BatchStore, LogMark, RecordKind, StoredLog } from '@hearsay/core';
import { PeerError, reasonOf } from '../errors.js';
import { AppendFile } from './append-file.js';
import { writeChecked } from './checked-file.js';
import type { Durability } from './durability.js';
import type { OpenedLog } from './open-log.js';
import { recordAt } from './record.js';
import { type LogFolder, SEGMENT_HEADER_BYTES, type Segment } from './segment.js';
import { sealIndex } from './segment-check.js';
import { SegmentReader } from './segment-reader.js';
import { Syncer } from './syncer.js';

/** What the store needs. */
export interface DiskStoreOptions {
  readonly folder: LogFolder;
  readonly durability: Durability;
  /** A file is full at this size. */
  readonly segmentBytes: number;
  /** Bytes that wait in memory while the disk takes none; beyond, `onOverflow`. */
  readonly waitingBytesMax: number;
  /** More is promised of what was appended than before. */
  readonly onDurable: () => void;
  /** A line for a person. */
  readonly onTrouble: (
    code: 'disk-failed' | 'disk-recovered' | 'log-damaged',
    line: string,
  ) => void;
  /** Too much waits for a disk that takes nothing. */
  readonly onOverflow: (error: PeerError) => void;
}

const SYNC_INTERVAL_MS = 1_000;
const RETRY_INTERVAL_MS = 1_000;

/** Keeps the log of a peer in a folder: files of records in the order of delivery. */
export class DiskStore implements BatchStore {
  readonly #options: DiskStoreOptions;
  readonly #reader: SegmentReader;
  readonly #syncer: Syncer;
  /** Full segments, oldest first. */
  readonly #full: Segment[];
  /** Of earlier runs, until the log has taken it over: it is large. */
  #stored: StoredLog | undefined;
  #current: AppendFile;
  /** Before this nothing is read any more; and what that was at the mark before. */
  #released = 0;
  #deletable = 0;
  #syncedEnd = 0;
  #failure: PeerError | undefined;
  /** A failed sync tells that bytes may be lost, and writing again does not bring them back. */
  #isLost = false;
  #retrying: NodeJS.Timeout | undefined;
  readonly #ticking: NodeJS.Timeout | undefined;
  #closed = false;

  /** @throws PeerError `disk-failed` */
  constructor({ segments, end, stored }: OpenedLog, options: DiskStoreOptions) {
    this.#options = options;
    this.#stored = stored;
    this.#reader = new SegmentReader(options.folder);
    this.#syncer = new Syncer({
      onSynced: (position) => this.#synced(position),
      onFailed: (error) => this.#lost(error),
    });
    this.#full = segments.slice(0, -1);
    try {
      this.#current = openCurrent(options.folder, segments.at(-1), end);
    } catch (error) {
      throw diskFailed(options.folder, error);
    }
    if (options.durability === 'everysec') {
      this.#ticking = setInterval(() => this.#sync(), SYNC_INTERVAL_MS);
      this.#ticking.unref();
    }
  }

  get end(): number {
    return this.#current.end;
  }

  /** Up to here the promise of the durability holds. */
  get durableEnd(): number {
    return this.#options.durability === 'always' ? this.#syncedEnd : this.#current.writtenEnd;
  }

  /** Why nothing can be promised now. */
  get failure(): PeerError | undefined {
    return this.#failure;
  }

  get markFrom(): number | undefined {
    const { base, end } = this.#current;
    const isFull = end - base >= this.#options.segmentBytes && this.#failure === undefined;
    return isFull ? base : undefined;
  }

  get tidyFrom(): number | undefined {
    const { base, end } = this.#current;
    const isOld = !this.#isCurrentEmpty && this.#released >= end;
    const isWanted = isOld || (this.#full[0]?.end ?? Number.POSITIVE_INFINITY) <= this.#released;
    return isWanted && this.#failure === undefined ? base : undefined;
  }

  append(kind: RecordKind, bytes: Uint8Array): number {
    const position = this.#current.end;
    this.#current.append(kind, bytes);
    return position;
  }

  read(position: number): Uint8Array | undefined {
    const { start, bytes } = this.#current.waiting;
    if (position >= start) return recordAt(bytes, position - start)?.bytes;
    const segment = this.#segmentOf(position);
    if (segment === undefined) return undefined;
    let found: Uint8Array | undefined;
    let reason = 'damaged';
    try {
      found = this.#reader.read(position, segment);
    } catch (error) {
      reason = reasonOf(error);
    }
    if (found === undefined) this.#unreadable(segment, position, reason);
    return found;
  }

  release(position: number): void {
    this.#released = position;
  }

  /** Begins a new file, and lets go of old ones that a start from this mark no longer needs. */
  mark({ state, index }: LogMark): void {
    this.flush();
    if (this.#failure !== undefined) return; // The next record asks again.
    const { folder, durability } = this.#options;
    const full = this.#current;
    try {
      if (this.#isCurrentEmpty) {
        writeChecked(folder.state(full.base), state);
        this.#dropReleased();
        return;
      }
      const bytes = full.end - full.base;
      writeChecked(folder.index(full.base), sealIndex(bytes, full.crc, index));
      writeChecked(folder.state(full.end), state);
      this.#current = begin(folder, full.end);
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#full.push({ base: full.base, end: full.end });
    if (durability === 'process') full.close();
    else this.#syncer.retire(full.file, () => full.close());
    this.#dropReleased();
  }

  load(): StoredLog {
    const stored = this.#stored;
    this.#stored = undefined;
    return stored ?? { states: [], indexes: [], records: [], loose: [] };
  }

  loaded(settled: boolean): void {
    this.flush();
    if (!settled || this.#failure !== undefined) return;
    rmSync(this.#options.folder.damaged, { recursive: true, force: true });
  }

  /**
   * Hands what was appended to the system; to be called before anybody is told of it.
   */
  flush(): void {
    if (this.#current.waitingBytes === 0 || this.#closed) return;
    if (this.#failure !== undefined) return this.#checkWaiting();
    try {
      this.#current.write();
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.#options.durability === 'always') this.#sync();
    else this.#options.onDurable();
  }

  /** Writes what waits, notes how far the log reaches, and closes every file. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    clearInterval(this.#ticking);
    clearTimeout(this.#retrying);
    if (this.#options.durability !== 'process' && this.#failure === undefined) this.#sync();
    await this.#syncer.settle();
    this.#reader.close();
    this.#current.close();
    if (this.#failure !== undefined) return;
    try {
      const reached = Buffer.from(String(this.#current.writtenEnd), 'latin1');
      writeChecked(this.#options.folder.closed, reached);
    } catch {
      // Only a later cut of the last file would go unnoticed.
    }
  }

  get #isCurrentEmpty(): boolean {
    return this.#current.end - this.#current.base <= SEGMENT_HEADER_BYTES;
  }

  #segmentOf(position: number): Segment | undefined {
    const { base, writtenEnd } = this.#current;
    if (position >= base) return { base, end: writtenEnd };
    return this.#full.find((segment) => position >= segment.base && position < segment.end);
  }

  #dropReleased(): void {
    const { folder } = this.#options;
    while (this.#full.length > 0 && (this.#full[0]?.end ?? 0) <= this.#deletable) {
      const segment = this.#full.shift();
      if (segment === undefined) break;
      this.#reader.forget(segment);
      this.#reader.closeFile(segment.base);
      for (const path of [folder.segment, folder.index, folder.state]) {
        rmSync(path.call(folder, segment.base), { force: true });
      }
    }
    // One mark later, so that the mark before this one is still good for a start.
    this.#deletable = this.#released;
  }

  #sync(): void {
    if (this.#isLost) return;
    this.#syncer.request(this.#current.file, this.#current.writtenEnd);
  }

  #synced(position: number): void {
    this.#syncedEnd = position;
    this.#options.onDurable();
  }

  #lost(error: Error): void {
    this.#isLost = true;
    this.#fail(error);
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = diskFailed(this.#options.folder, error);
    this.#options.onTrouble('disk-failed', this.#failure.message);
    this.#options.onDurable(); // Whoever waits learns that it is in vain.
    this.#retryLater();
  }

  #retryLater(): void {
    if (this.#isLost || this.#closed) return;
    this.#retrying = setTimeout(() => this.#retry(), RETRY_INTERVAL_MS);
    this.#retrying.unref();
  }

  #retry(): void {
    try {
      this.#current.write();
    } catch {
      return this.#retryLater();
    }
    this.#failure = undefined;
    this.#options.onTrouble('disk-recovered', 'the disk takes messages again');
    if (this.#options.durability === 'always') this.#sync();
    else this.#options.onDurable();
  }

  #checkWaiting(): void {
    const error = this.#failure;
    const tooMuch = this.#current.waitingBytes > this.#options.waitingBytesMax;
    if (tooMuch && error !== undefined) this.#options.onOverflow(error);
  }

  #unreadable({ base }: Segment, position: number, reason: string): void {
    const path = this.#options.folder.segment(base);
    const line = `${path} cannot be read at byte ${position - base} (${reason}): restart to repair it`;
    this.#options.onTrouble('log-damaged', line);
  }
}

/** Goes on with the last segment, or begins the first. @throws system errors */
function openCurrent(folder: LogFolder, last: Segment | undefined, end: number): AppendFile {
  if (last === undefined) return begin(folder, end);
  return AppendFile.continue(folder, last.base, readFileSync(folder.segment(last.base)));
}

/** Begins a file; leaves nothing behind when the disk does not take its header. @throws system errors */
function begin(folder: LogFolder, base: number): AppendFile {
  const segment = AppendFile.create(folder, base);
  try {
    segment.write();
  } catch (error) {
    segment.close();
    rmSync(folder.segment(base), { force: true });
    throw error;
  }
  return segment;
}

function diskFailed({ path }: LogFolder, cause: unknown): PeerError {
  const message = `cannot write to ${path}: ${reasonOf(cause)}; nothing is acknowledged`;
  return new PeerError('disk-failed', message, { cause });
}
