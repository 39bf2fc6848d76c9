import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Durability } from '@hearsay/node';
import { DocumentFile, type FileContent } from './document-file.js';
import { DocumentError } from './errors.js';
import type { ContentFacts, Shelf, ShelvedDocument } from './shelf.js';
import { readStanding, writeStanding } from './standing-file.js';

const FOLDER_MODE = 0o700;
const EXTENSION = '.ydoc';
const TEMPORARY = '.ydoc.new';
const NAME_CHARS = 32;
/** What lies behind a file that does not begin as one of ours does. */
const DAMAGED = '.damaged';

/** What the shelf needs. */
export interface DiskShelfOptions {
  readonly dir: string;
  readonly durability: Durability;
  /** Something could not be kept; it stays in memory, and is tried again with the next edit. */
  readonly onTrouble: (error: DocumentError) => void;
}

/** Documents in a folder, a file each. */
export class DiskShelf implements Shelf {
  readonly #options: DiskShelfOptions;
  readonly #documents: ShelvedDocument[] = [];
  readonly #open = new Map<string, DocumentFile>();
  readonly #dirty = new Set<DocumentFile>();

  /** Reads what is in the folder, made when it is not there. @throws DocumentError `disk-failed` */
  constructor(options: DiskShelfOptions) {
    this.#options = options;
    const { dir } = options;
    try {
      mkdirSync(dir, { recursive: true, mode: FOLDER_MODE });
      for (const name of readdirSync(dir).sort()) {
        if (name.endsWith(TEMPORARY))
          rmSync(join(dir, name)); // A crash came before it was whole.
        else if (name.endsWith(EXTENSION)) this.#find(name);
      }
    } catch (cause) {
      throw diskFailed('read', dir, cause);
    }
  }

  documents(): Iterable<ShelvedDocument> {
    return this.#documents;
  }

  load(key: string): readonly Uint8Array[] {
    const path = this.#path(key);
    try {
      const content = readIfThere(path);
      this.#fileOf(key).open(content);
      return content?.updates ?? [];
    } catch (cause) {
      throw diskFailed('read', path, cause);
    }
  }

  append(key: string, update: Uint8Array): boolean {
    const file = this.#fileOf(key);
    this.#dirty.add(file);
    return file.append(update);
  }

  write(): void {
    for (const file of this.#dirty) {
      try {
        file.write();
      } catch (cause) {
        return this.#options.onTrouble(diskFailed('write', this.#options.dir, cause));
      }
      if (this.#options.durability === 'always') file.sync();
      if (this.#options.durability !== 'everysec') this.#dirty.delete(file);
    }
  }

  /** Brings what was written onto the disk; to be called once a second. */
  sync(): void {
    if (this.#options.durability !== 'everysec') return;
    for (const file of this.#dirty) file.sync();
    this.#dirty.clear();
  }

  /** Resolves when all that was appended is as safe as `durability` promises. */
  async stored(): Promise<void> {
    this.write();
    if (this.#options.durability !== 'always') return;
    await this.#syncAll();
  }

  replace(key: string, encode: () => Uint8Array, facts: ContentFacts): boolean {
    const file = this.#fileOf(key);
    try {
      file.replace(encode, facts);
      return true;
    } catch (cause) {
      this.#options.onTrouble(diskFailed('write', this.#path(key), cause));
      return false;
    }
  }

  release(key: string): void {
    this.#open.get(key)?.release();
  }

  remove(key: string): void {
    const file = this.#fileOf(key);
    this.#dirty.delete(file);
    this.#open.delete(key);
    try {
      file.remove();
    } catch (cause) {
      this.#options.onTrouble(diskFailed('remove', this.#path(key), cause));
    }
  }

  get standing(): Uint8Array | undefined {
    return readStanding(this.#options.dir);
  }

  keepStanding(bytes: Uint8Array): void {
    try {
      writeStanding(this.#options.dir, bytes);
    } catch (cause) {
      this.#options.onTrouble(diskFailed('write', this.#options.dir, cause));
    }
  }

  /** Writes, syncs and closes everything. */
  async close(): Promise<void> {
    this.write();
    const files = [...this.#open.values()];
    await Promise.all(files.map((file) => new Promise<void>((resolve) => file.settle(resolve))));
    await this.#syncAll();
    for (const file of this.#open.values()) file.release();
    this.#open.clear();
  }

  async #syncAll(): Promise<void> {
    const files = [...this.#open.values()];
    await Promise.all(files.map((file) => new Promise<void>((resolve) => file.sync(resolve))));
  }

  #find(name: string): void {
    const { dir, onTrouble } = this.#options;
    const path = join(dir, name);
    const { key, digest, isBlank, bornMs } = DocumentFile.read(path);
    if (key !== undefined && this.#path(key) === path) {
      const changedMs = statSync(path).mtimeMs;
      this.#documents.push({ key, digest, isBlank, bornMs, changedMs });
      return;
    }
    renameSync(path, `${path}${DAMAGED}`);
    onTrouble(
      new DocumentError('disk-failed', `${path} is no document; kept as ${name}${DAMAGED}`),
    );
  }

  #fileOf(key: string): DocumentFile {
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    for (const [name, file] of this.#open) if (file.idle) this.#open.delete(name);
    const path = this.#path(key);
    const trouble = (cause: Error): void => {
      this.#options.onTrouble(diskFailed('write', path, cause));
    };
    const file = new DocumentFile(path, key, trouble);
    this.#open.set(key, file);
    return file;
  }

  /** A key may hold any character; the name of a file may not. */
  #path(key: string): string {
    const name = createHash('sha256').update(key).digest('hex').slice(0, NAME_CHARS);
    return join(this.#options.dir, `${name}${EXTENSION}`);
  }
}

function readIfThere(path: string): FileContent | undefined {
  try {
    return DocumentFile.read(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function diskFailed(what: string, path: string, cause: unknown): DocumentError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DocumentError('disk-failed', `cannot ${what} ${path}: ${reason}`, { cause });
}
