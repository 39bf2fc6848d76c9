import { fdatasync, ftruncateSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { AppendFile, LogFolder, Syncer, syncFolder } from '@hearsay/node/store';
import { type CacheRecord, splitRecord } from './cache-record.js';
import type { CacheDurability } from './durability.js';
import { logNumbers, readLog } from './read-log.js';

/** A log is written anew when it is so many times as large as what it began with ... */
const REWRITE_FACTOR = 4;
/** ... and at least this large. */
const REWRITE_BYTES_MIN: number = 8 * 1_048_576;
const SYNC_INTERVAL_MS = 1_000;
/** Records of a snapshot that are written in one turn: about half a megabyte. */
const SNAPSHOT_RECORDS_PER_TURN = 8;
const WHOLE: CacheRecord = { kind: 'whole', bytes: new Uint8Array(0) };

/** How a log is opened. */
export interface CacheLogOptions {
  readonly dir: string;
  readonly durability: Exclude<CacheDurability, 'none'>;
  /** Nothing is kept any more. */
  readonly onFailed: (error: Error) => void;
  /** More of what was appended is as safe as promised. */
  readonly onSafe: () => void;
}

/** What a log held when it was opened. */
export interface OpenedLog {
  readonly log: CacheLog;
  readonly records: readonly CacheRecord[];
  readonly damages: readonly CacheDamage[];
}

/** A file of a cache was not as it was written, as after a sudden end or a fault of the disk. */
export interface CacheDamage {
  readonly file: string;
  /** Bytes that are not used: the end of it, or all of it, which is kept with `.damaged` after its name. */
  readonly lostBytes: number;
  readonly isWhole: boolean;
}

/** What is put after the name of a file that is of no use. */
const DAMAGED = '.damaged';

/**
 * The log of a cache: one file of checked records, which begins with a snapshot of everything; what
 * happens later is appended. A file of which the snapshot is not whole is none.
 */
export class CacheLog {
  readonly #options: CacheLogOptions;
  readonly #folder: LogFolder;
  readonly #timer: NodeJS.Timeout | undefined;
  #file: AppendFile;
  #syncer: Syncer;
  /** Bytes that the file began with. */
  #snapshotBytes: number;
  /** Where the file begins, counted over all files. */
  #offset = 0;
  #syncedEnd = 0;
  #rewriting: CacheRecord[] | undefined;
  #failure: Error | undefined;
  #closed = false;

  private constructor(options: CacheLogOptions, file: AppendFile, snapshotBytes: number) {
    this.#options = options;
    this.#folder = new LogFolder(options.dir);
    this.#file = file;
    this.#snapshotBytes = snapshotBytes;
    this.#syncer = this.#syncerOf(0);
    if (options.durability !== 'everysec') return;
    this.#timer = setInterval(() => this.#sync(), SYNC_INTERVAL_MS);
    this.#timer.unref();
  }

  /**
   * Opens the newest whole file, or begins one.
   * @throws system errors
   */
  static open(options: CacheLogOptions): OpenedLog {
    mkdirSync(options.dir, { recursive: true, mode: 0o700 });
    const folder = new LogFolder(options.dir);
    rmSync(join(options.dir, 'new'), { recursive: true, force: true });
    const numbers = logNumbers(folder);
    const damages: CacheDamage[] = [];
    for (const number of numbers) {
      const found = readLog(folder, number);
      const path = folder.segment(number);
      if (found === undefined) {
        damages.push({ file: path, lostBytes: statSync(path).size, isWhole: true });
        renameSync(path, `${path}${DAMAGED}`);
        continue;
      }
      const { tornBytes } = found;
      if (tornBytes > 0) damages.push({ file: path, lostBytes: tornBytes, isWhole: false });
      for (const other of numbers) if (other < number) rmSync(folder.segment(other));
      const file = AppendFile.continue(folder, number, found.whole);
      ftruncateSync(file.file, found.whole.length);
      const log = new CacheLog(options, file, found.snapshotBytes);
      return { log, records: found.records, damages };
    }
    const file = AppendFile.create(folder, (numbers[0] ?? 0) + 1);
    const log = new CacheLog(options, file, 0);
    log.append(WHOLE);
    log.write();
    return { log, records: [], damages };
  }

  /** Why nothing is kept any more. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Position after everything appended; it only grows. */
  get end(): number {
    return this.#offset + this.#file.end - this.#file.base;
  }

  /** Up to here the promise of the durability holds. */
  get safeEnd(): number {
    if (this.#options.durability === 'always') return this.#syncedEnd;
    return this.#offset + this.#file.writtenEnd - this.#file.base;
  }

  get bytes(): number {
    return this.#file.end - this.#file.base;
  }

  /** True when most of the file is of no use any more. */
  get wantsRewrite(): boolean {
    const isLarge = this.bytes >= Math.max(REWRITE_BYTES_MIN, REWRITE_FACTOR * this.#snapshotBytes);
    return isLarge && this.#rewriting === undefined && this.#failure === undefined;
  }

  append(record: CacheRecord): void {
    if (this.#closed || this.#failure !== undefined) return;
    for (const part of splitRecord(record)) this.#file.append('batch', part);
    this.#rewriting?.push({ kind: record.kind, bytes: record.bytes.slice() });
  }

  /** Hands what was appended to the system, and to the disk where that was promised. */
  write(): void {
    if (this.#closed || this.#failure !== undefined || this.#file.waitingBytes === 0) return;
    this.#try(() => this.#file.write());
    if (this.#options.durability === 'always') this.#sync();
  }

  /**
   * Writes a new file: a snapshot, then what was appended meanwhile. The old one goes once the new
   * one is on the disk. Takes many turns.
   * @param snapshot everything, as it is when it is asked for, or later
   */
  async rewrite(snapshot: Iterable<CacheRecord>): Promise<void> {
    if (this.#rewriting !== undefined || this.#closed || this.#failure !== undefined) return;
    const meanwhile: CacheRecord[] = [];
    this.#rewriting = meanwhile;
    const temporary = new LogFolder(join(this.#options.dir, 'new'));
    const isOver = (): boolean => this.#closed || this.#rewriting !== meanwhile;
    let file: AppendFile | undefined;
    try {
      mkdirSync(temporary.path, { recursive: true, mode: 0o700 });
      file = AppendFile.create(temporary, this.#file.base + 1);
      await writeSnapshot(file, snapshot, isOver);
      if (isOver()) return file.close();
      await syncOf(file.file);
      if (isOver()) return file.close();
      // From here on nothing else runs: no record can slip between the files.
      const snapshotBytes = file.end - file.base;
      for (const record of meanwhile) {
        for (const part of splitRecord(record)) file.append('batch', part);
      }
      file.write();
      renameSync(temporary.segment(file.base), this.#folder.segment(file.base));
      this.#replace(file, snapshotBytes);
      await syncFolder(this.#options.dir);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** What the file holds is worth nothing any more: begins an empty one. */
  reset(): void {
    if (this.#closed || this.#failure !== undefined) return;
    this.#try(() => {
      const file = AppendFile.create(this.#folder, this.#file.base + 1);
      for (const part of splitRecord(WHOLE)) file.append('batch', part);
      file.write();
      this.#replace(file, 0);
    });
  }

  /** Resolves when everything written so far is on the disk, or the disk failed. */
  async sync(): Promise<void> {
    try {
      await syncOf(this.#file.file);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @returns whether everything is on the disk */
  async close(): Promise<boolean> {
    if (this.#closed) return false;
    this.write();
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#syncer.settle();
    if (this.#failure !== undefined) return false;
    try {
      await syncOf(this.#file.file);
      this.#file.close();
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  #replace(file: AppendFile, snapshotBytes: number): void {
    const old = this.#file;
    const oldSyncer = this.#syncer;
    this.#offset = this.end;
    this.#file = file;
    this.#snapshotBytes = snapshotBytes;
    this.#rewriting = undefined;
    this.#syncer = this.#syncerOf(this.#offset);
    rmSync(this.#folder.segment(old.base), { force: true });
    void oldSyncer.settle().then(() => old.close());
    if (this.#options.durability !== 'process') this.#sync();
  }

  #syncerOf(offset: number): Syncer {
    return new Syncer({
      onSynced: (position) => {
        const end = offset + position - this.#file.base;
        if (offset === this.#offset && end > this.#syncedEnd) this.#syncedEnd = end;
        this.#options.onSafe();
      },
      onFailed: (error) => this.#fail(error),
    });
  }

  #sync(): void {
    const { file, writtenEnd } = this.#file;
    if (this.#failure === undefined && !this.#closed) this.#syncer.request(file, writtenEnd);
  }

  #try(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = error instanceof Error ? error : new Error(String(error));
    this.#rewriting = undefined;
    this.#options.onFailed(this.#failure);
  }
}

async function writeSnapshot(
  file: AppendFile,
  snapshot: Iterable<CacheRecord>,
  isOver: () => boolean,
): Promise<void> {
  let count = 0;
  for (const record of snapshot) {
    for (const part of splitRecord(record)) file.append('batch', part);
    count += 1;
    if (count % SNAPSHOT_RECORDS_PER_TURN !== 0) continue;
    file.write();
    await setImmediate();
    if (isOver()) return;
  }
  for (const part of splitRecord(WHOLE)) file.append('batch', part);
  file.write();
}

function syncOf(file: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(file, (error) => (error === null ? resolve() : reject(error)));
  });
}
