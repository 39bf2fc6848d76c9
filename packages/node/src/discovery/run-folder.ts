import { type FSWatcher, watch } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning, ownProcess } from '../profile/process-identity.js';
import {
  ID_CHARS_IN_NAME,
  parseRunFile,
  RUN_FILE_FORMAT,
  RUN_FILE_NAME,
  type RunEntry,
} from './run-file.js';

/** What the folder needs. */
export interface RunFolderOptions {
  readonly folder: string;
  /** Read anew whenever our file is written. */
  readonly own: () => RunEntry;
  readonly scanMs: number;
  readonly filesMax: number;
  /** Called for a new peer, at once where the system tells of it, and now and then for a known one. */
  readonly onEntry: (entry: RunEntry) => void;
  /** Looking does not work now; it is tried again. */
  readonly onTrouble: (error: unknown) => void;
}

/** Known files read again in one scan, in turn: the cost of a scan must not grow with the mesh. */
const RECHECKS_PER_SCAN = 2;
const OTHERS_MAY = 0o077;

/** `$XDG_RUNTIME_DIR/hearsay`, or a folder of this user where temporary files live. */
export function defaultRunFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const runtime = environment['XDG_RUNTIME_DIR'];
  if (runtime !== undefined && runtime !== '') return join(runtime, 'hearsay');
  return join(tmpdir(), `hearsay-${process.getuid?.() ?? 'user'}`);
}

/** Peers of this machine find each other here where multicast does not reach. */
export class RunFolder {
  readonly #options: RunFolderOptions;
  readonly #ownName: string;
  /** Names visited, the one not looked at for longest first. */
  readonly #visited = new Set<string>();
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #scanning: Promise<void> = Promise.resolve();
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(options: RunFolderOptions) {
    this.#options = options;
    this.#ownName = `${process.pid}-${options.own().peer.slice(0, ID_CHARS_IN_NAME)}.json`;
  }

  /** Leaves our address and looks for others. Rejects when the folder is not ours or not writable. */
  static async open(options: RunFolderOptions): Promise<RunFolder> {
    const runFolder = new RunFolder(options);
    await prepareFolder(options.folder);
    await runFolder.#leaveAddress();
    runFolder.#watch();
    runFolder.#scanForEver();
    return runFolder;
  }

  /** Writes our file again: what `own` says has changed. */
  renew(): void {
    if (this.#closed) return;
    this.#writing = this.#writing
      .then(() => this.#leaveAddress())
      .catch((error: unknown) => this.#options.onTrouble(error));
  }

  /** Takes our address away. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#watcher?.close();
    await this.#scanning;
    await this.#writing;
    await rm(this.#path(this.#ownName), { force: true }).catch(() => undefined); // It is only stale then.
  }

  async #leaveAddress(): Promise<void> {
    const { network, key, peer, generation, address } = this.#options.own();
    const { pid, start } = await ownProcess();
    const text = JSON.stringify({
      hearsay: RUN_FILE_FORMAT,
      pid,
      start,
      network,
      key,
      peer,
      generation,
      address,
    });
    const temporary = this.#path(`.${this.#ownName}.tmp`);
    await writeFile(temporary, text, { mode: 0o600 });
    await rename(temporary, this.#path(this.#ownName));
  }

  /** A watch only saves waiting for the next scan, so any trouble with it is no trouble. */
  #watch(): void {
    const stop = (): void => this.#watcher?.close();
    try {
      this.#watcher = watch(this.#options.folder, (_kind, name) => {
        if (name !== null && RUN_FILE_NAME.test(name)) void this.#visit(name).catch(stop);
      });
      this.#watcher.on('error', stop);
    } catch {
      this.#watcher = undefined; // Out of watches: the scans still come.
    }
  }

  #scanForEver(): void {
    this.#scanning = this.#scan().catch((error: unknown) => this.#options.onTrouble(error));
    void this.#scanning.then(() => {
      if (this.#closed) return;
      this.#timer = setTimeout(() => this.#scanForEver(), this.#options.scanMs);
    });
  }

  async #scan(): Promise<void> {
    const files = (await readdir(this.#options.folder)).filter((name) => RUN_FILE_NAME.test(name));
    const names = new Set(files.slice(0, this.#options.filesMax));
    for (const name of this.#visited) if (!names.has(name)) this.#visited.delete(name);
    const again = [...this.#visited].slice(0, RECHECKS_PER_SCAN);
    for (const name of this.#visited) names.delete(name);
    for (const name of [...names, ...again]) {
      if (this.#closed) return;
      await this.#visit(name);
    }
  }

  /** Reports the peer of one file, or removes the file of a process that is gone. */
  async #visit(name: string): Promise<void> {
    if (name === this.#ownName || this.#closed) return;
    this.#visited.delete(name);
    this.#visited.add(name);
    const text = await readFile(this.#path(name), 'utf8').catch(() => undefined);
    const found = text === undefined ? undefined : parseRunFile(text);
    if (found === undefined) return;
    if (!(await isRunning(found.process))) {
      await rm(this.#path(name), { force: true });
    } else if (!this.#closed) {
      this.#options.onEntry(found.entry);
    }
  }

  #path(name: string): string {
    return join(this.#options.folder, name);
  }
}

/** Others of this machine could otherwise make us dial whatever they like, so the folder is ours alone. */
async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  if (!found.isDirectory()) throw new Error(`${folder} is no folder`);
  const user = process.getuid?.();
  if (user === undefined) return; // A system without owners.
  if (found.uid !== user) throw new Error(`${folder} belongs to another user`);
  if ((found.mode & OTHERS_MAY) !== 0) await chmod(folder, 0o700);
}
