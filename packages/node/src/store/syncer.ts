import { fdatasync } from 'node:fs';

/** A file that is synced; closed here when it is no longer written to. */
interface Syncing {
  readonly file: number;
  readonly close: (() => void) | undefined;
}

/** What the syncer needs. */
export interface SyncerOptions {
  /** Everything up to this position is on the disk. */
  readonly onSynced: (position: number) => void;
  readonly onFailed: (error: Error) => void;
}

/**
 * Brings written bytes onto the disk, off the event loop and one sync after the other: what is
 * written during one is synced by the next, so that many writes share it.
 */
export class Syncer {
  readonly #options: SyncerOptions;
  #full: Syncing[] = [];
  #current: Syncing | undefined;
  #wantedPosition = 0;
  #syncedPosition = 0;
  #running = false;
  #failed = false;
  #idle: (() => void)[] = [];

  constructor(options: SyncerOptions) {
    this.#options = options;
  }

  /** A file takes no more bytes; it is closed once it is synced. */
  retire(file: number, close: () => void): void {
    this.#full.push({ file, close });
    if (this.#current?.file === file) this.#current = undefined;
  }

  /** Asks that everything up to a position, of which the last part is in this file, be synced. */
  request(file: number, position: number): void {
    this.#current = { file, close: undefined };
    this.#wantedPosition = position;
    if (!this.#running) this.#next();
  }

  /** Resolves when no sync is under way; nothing may be asked for afterwards. */
  settle(): Promise<void> {
    if (!this.#running) {
      this.#closeFull();
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #next(): void {
    const position = this.#wantedPosition;
    const work = this.#full.shift() ?? this.#current;
    if (this.#failed || work === undefined || position <= this.#syncedPosition) {
      this.#running = false;
      if (this.#idle.length > 0) this.#closeFull();
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    this.#running = true;
    fdatasync(work.file, (error) => {
      work.close?.();
      if (error !== null) {
        // Which bytes are on the disk cannot be known any more: another sync could claim too much.
        this.#failed = true;
        this.#options.onFailed(error);
      } else if (work.close === undefined) {
        this.#syncedPosition = position;
        this.#options.onSynced(position);
      }
      this.#next();
    });
  }

  #closeFull(): void {
    for (const { close } of this.#full.splice(0)) close?.();
  }
}
