import type { StatusView } from '@hearsay/core';
import type { Emitter } from './emitter.js';

/** What the watch needs. */
export interface SyncWatchOptions {
  readonly emitter: Emitter;
  readonly intervalMs: number;
  readonly readStatus: () => StatusView;
}

/** Emits `sync` when who holds what has changed, and not more often than every `intervalMs`. */
export class SyncWatch {
  readonly #options: SyncWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #last = '';

  constructor(options: SyncWatchOptions) {
    this.#options = options;
  }

  /** Something happened that may have changed it. */
  touch(): void {
    if (this.#timer !== undefined || !this.#options.emitter.has('sync')) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#look();
    }, this.#options.intervalMs);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const status = this.#options.readStatus();
    const holdings = fingerprint(status);
    if (holdings === this.#last) return;
    this.#last = holdings;
    this.#options.emitter.emit('sync', { live: status.live, inSync: status.inSync });
  }
}

/** Everything a screen shows about who holds what. */
function fingerprint({ live, inSync, messages, members }: StatusView): string {
  const rows = members.map(({ peer, state, sync }) => [
    peer,
    state,
    sync.lacks,
    sync.ahead,
    sync.inSync,
    sync.diverged,
  ]);
  return JSON.stringify([live, inSync, messages, rows]);
}
