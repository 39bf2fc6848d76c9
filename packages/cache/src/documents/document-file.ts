import {
  closeSync,
  fdatasync,
  fsync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Digest } from './digest.js';
import { encodeRecord, readRecords } from './document-record.js';
import type { ContentFacts } from './shelf.js';

const FILE_MODE = 0o600;
const KIB = 1_024;
/** Below this much appended a file is not worth writing anew. */
const COMPACT_BYTES_MIN: number = 64 * KIB;
/** Nor below this many times its state: then writing anew costs less than what was appended did. */
const COMPACT_FACTOR = 2;

/** What a file holds. */
export interface FileContent {
  readonly key: string | undefined;
  readonly updates: readonly Uint8Array[];
  /** Of the content, if the file ended well. */
  readonly digest: Digest | undefined;
  /** It ended well, with nothing left in the document. */
  readonly isBlank: boolean;
  /** When the document came to be here, by the wall clock; 0 when that is not known. */
  readonly bornMs: number;
  /** Bytes after the last whole record: a torn end. */
  readonly torn: number;
}

/** One document on disk: a state, and updates after it. Every method throws system errors. */
export class DocumentFile {
  readonly #path: string;
  readonly #key: string;
  readonly #onTrouble: (error: Error) => void;
  #file: number | undefined;
  #size = 0;
  #stateBytes = 0;
  /** The file ends with the digest of what it holds. */
  #ended = false;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #dirty = false;
  #syncing = false;
  #syncWaiters: (() => void)[] = [];
  #nextWaiters: (() => void)[] = [];
  readonly #settleWaiters: (() => void)[] = [];
  /** Appended while a new file is brought to the disk: it gets them too. */
  #since: Buffer[] | undefined;
  #released = false;
  #isRemoved = false;

  constructor(path: string, key: string, onTrouble: (error: Error) => void) {
    this.#path = path;
    this.#key = key;
    this.#onTrouble = onTrouble;
  }

  static read(path: string): FileContent {
    const file = readFileSync(path);
    const { records, end } = readRecords(file);
    const [first] = records;
    const last = records.at(-1);
    return {
      key: first?.kind === 'key' ? first.key : undefined,
      updates: records.flatMap((record) => (record.kind === 'update' ? [record.update] : [])),
      digest: last?.kind === 'digest' ? last.digest : undefined,
      isBlank: last?.kind === 'digest' && last.isBlank,
      bornMs: last?.kind === 'digest' ? last.bornMs : 0,
      torn: file.length - end,
    };
  }

  /** Nothing is under way, and nobody needs it. */
  get idle(): boolean {
    return this.#released && this.#since === undefined && !this.#syncing;
  }

  /** Opens it for more; one that is not there is made when there is something to write. */
  open(content: FileContent | undefined): void {
    this.#released = false;
    if (this.#file !== undefined || this.#waiting.length > 0) return;
    if (content === undefined) {
      this.#size = 0;
      this.#append(encodeRecord({ kind: 'key', key: this.#key }));
      return;
    }
    this.#file = openSync(this.#path, 'r+', FILE_MODE);
    this.#size = readFileSync(this.#path).length - content.torn;
    if (content.torn > 0) ftruncateSync(this.#file, this.#size);
    this.#stateBytes = content.updates[0]?.length ?? 0;
    this.#ended = content.digest !== undefined;
  }

  /** Keeps an update until `write`. @returns whether the file is worth writing anew */
  append(update: Uint8Array): boolean {
    this.#append(encodeRecord({ kind: 'update', update }));
    this.#ended = false;
    const grown = this.#size + this.#waitingBytes - this.#stateBytes;
    const large = Math.max(COMPACT_BYTES_MIN, COMPACT_FACTOR * this.#stateBytes);
    return this.#since === undefined && grown > large;
  }

  /** Hands everything to the system; after an error nothing of it counts as written. */
  write(): void {
    if (this.#waiting.length === 0) return;
    this.#file ??= openSync(this.#path, 'w', FILE_MODE);
    const bytes = Buffer.concat(this.#waiting);
    try {
      writeAll(this.#file, bytes, this.#size);
    } catch (error) {
      ftruncateSync(this.#file, this.#size); // No half of a record for the next start.
      throw error;
    }
    this.#size += bytes.length;
    this.#since?.push(...this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#dirty = true;
  }

  /** Writes a new file with one state, and puts it in place of the old one once it is on the disk. */
  replace(encode: () => Uint8Array, facts: ContentFacts): void {
    if (this.#since !== undefined || (this.#ended && this.#waiting.length === 0))
      return this.write();
    this.write();
    const state = encode();
    const bytes = Buffer.concat([
      encodeRecord({ kind: 'key', key: this.#key }),
      encodeRecord({ kind: 'update', update: state }),
      encodeRecord({ kind: 'digest', ...facts }),
    ]);
    const temporary = `${this.#path}.new`;
    const file = openSync(temporary, 'w', FILE_MODE);
    try {
      writeAll(file, bytes, 0);
    } catch (error) {
      closeSync(file);
      rmSync(temporary, { force: true }); // A full disk needs the room.
      throw error;
    }
    this.#since = [];
    fsync(file, (error) => this.#replaced(file, temporary, bytes.length, state.length, error));
  }

  /** Brings what was written onto the disk, off the event loop. */
  sync(done: () => void = () => undefined): void {
    if (this.#syncing) {
      // What was written since it began is synced by the next one.
      (this.#dirty ? this.#nextWaiters : this.#syncWaiters).push(done);
      return;
    }
    if (!this.#dirty || this.#file === undefined) return done();
    this.#syncing = true;
    this.#dirty = false;
    this.#syncWaiters = [...this.#nextWaiters.splice(0), done];
    const file = this.#file;
    fdatasync(file, (error) => this.#synced(file, error));
  }

  /** Calls back when no new file is on its way into place. */
  settle(done: () => void): void {
    if (this.#since === undefined) done();
    else this.#settleWaiters.push(done);
  }

  /** What waits is let go of, and so is what comes of a new file under way. */
  remove(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#dirty = false;
    this.#isRemoved = true;
    rmSync(this.#path, { force: true });
    this.release();
  }

  /** Nobody needs it any more; it is closed when nothing is under way. */
  release(): void {
    this.#released = true;
    if (this.idle) this.#close();
  }

  #synced(file: number, error: Error | null): void {
    this.#syncing = false;
    if (file !== this.#file) closeSync(file); // A new one has taken its place.
    if (error !== null) this.#onTrouble(error);
    for (const waiter of this.#syncWaiters.splice(0)) waiter();
    if (this.#nextWaiters.length > 0) this.sync();
    else if (this.idle) this.#close();
  }

  #append(bytes: Buffer): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
  }

  #replaced(
    file: number,
    temporary: string,
    bytes: number,
    stateBytes: number,
    error: Error | null,
  ): void {
    const since = this.#since ?? [];
    this.#since = undefined;
    try {
      if (error !== null) throw error;
      if (this.#isRemoved) return this.#dropped(file, temporary);
      const tail = Buffer.concat(since);
      writeAll(file, tail, bytes);
      renameSync(temporary, this.#path);
      if (!this.#syncing) this.#close();
      this.#file = file;
      this.#size = bytes + tail.length;
      this.#stateBytes = stateBytes;
      this.#ended = tail.length === 0 && this.#waiting.length === 0;
      this.#dirty = tail.length > 0;
      syncFolder(dirname(this.#path));
      this.sync();
    } catch (cause) {
      closeSync(file);
      rmSync(temporary, { force: true });
      this.#onTrouble(cause instanceof Error ? cause : new Error(String(cause)));
    }
    for (const waiter of this.#settleWaiters.splice(0)) waiter();
    if (this.idle) this.#close();
  }

  #dropped(file: number, temporary: string): void {
    closeSync(file);
    rmSync(temporary, { force: true });
    for (const waiter of this.#settleWaiters.splice(0)) waiter();
    if (this.idle) this.#close();
  }

  #close(): void {
    if (this.#file === undefined) return;
    closeSync(this.#file);
    this.#file = undefined;
  }
}

function writeAll(file: number, bytes: Buffer, position: number): void {
  let done = 0;
  while (done < bytes.length) {
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
  }
}

/** Makes a new name itself durable; some systems cannot open a folder, and lose nothing by it. */
function syncFolder(path: string): void {
  let folder: number;
  try {
    folder = openSync(path, 'r');
  } catch {
    return;
  }
  fsync(folder, () => closeSync(folder));
}
