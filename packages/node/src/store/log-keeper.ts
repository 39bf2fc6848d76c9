import { join } from 'node:path';
import type { BatchStore, Limits } from '@hearsay/core';
import type { PeerError } from '../errors.js';
import type { RuntimeLimits } from '../limits.js';
import { Acknowledgements } from './acknowledgements.js';
import { DiskStore } from './disk-store.js';
import type { Durability } from './durability.js';
import { openLog } from './open-log.js';
import { LogFolder } from './segment.js';

/** How a log on disk is kept. */
export interface LogOptions {
  /** Of the profile. */
  readonly folder: string;
  readonly network: string;
  readonly durability: Durability;
  readonly limits: Limits & RuntimeLimits;
}

/** Who is told what happens to the log. */
export interface LogListener {
  readonly warn: (code: string, line: string) => void;
  /** The peer cannot go on. */
  readonly fail: (error: PeerError) => void;
}

/** Stands before the names of networks, so that none can be a path. */
const NETWORK_PREFIX = '@';

/** The log of one peer, in a folder or in memory, and what is promised of it. */
export class LogKeeper {
  readonly #disk: DiskStore | undefined;
  readonly #acknowledgements: Acknowledgements;
  #listener: LogListener | undefined;
  /** Told before anybody listened. */
  #early: ((listener: LogListener) => void)[] = [];

  private constructor(options: LogOptions | undefined) {
    this.#acknowledgements = new Acknowledgements(() => ({
      durableEnd: this.#disk?.durableEnd ?? Number.POSITIVE_INFINITY,
      failure: this.#disk?.failure,
    }));
    this.#disk = options && this.#open(options);
  }

  /** Nothing outlives the process. */
  static inMemory(): LogKeeper {
    return new LogKeeper(undefined);
  }

  /**
   * Opens the log of a profile in a network; what is wrong with it is told to the listener.
   * @throws PeerError `log-unreadable`, `disk-failed`
   */
  static open(options: LogOptions): LogKeeper {
    return new LogKeeper(options);
  }

  /** For the engine; undefined: it keeps everything in memory. */
  get store(): BatchStore | undefined {
    return this.#disk;
  }

  /** Why nothing that is published now could be acknowledged. */
  get failure(): PeerError | undefined {
    return this.#disk?.failure;
  }

  listen(listener: LogListener): void {
    this.#listener = listener;
    for (const tell of this.#early.splice(0)) tell(listener);
  }

  /** To be called before anybody is told of what the engine did. */
  persist(): void {
    this.#disk?.flush();
  }

  /** Own messages up to this sequence were delivered. */
  delivered(sequence: number): void {
    this.#acknowledgements.appended(sequence, this.#disk?.end ?? 0);
  }

  /**
   * Resolves when the promise of the durability holds for an own message of this run.
   * @throws PeerError `disk-failed`, `closed`
   */
  stored(sequence: number, signal?: AbortSignal): Promise<void> {
    return this.#acknowledgements.wait(sequence, signal);
  }

  async close(): Promise<void> {
    await this.#disk?.close();
    this.#acknowledgements.settle();
    this.#acknowledgements.close();
  }

  #open({ folder: profile, network, durability, limits }: LogOptions): DiskStore {
    const name = NETWORK_PREFIX + encodeURIComponent(network);
    const folder = new LogFolder(join(profile, 'log', name));
    const opened = openLog(folder, limits);
    for (const { code, message } of opened.notices) this.#tell(({ warn }) => warn(code, message));
    return new DiskStore(opened, {
      folder,
      durability,
      segmentBytes: limits.segmentBytes,
      waitingBytesMax: limits.storeWaitingBytesMax,
      onDurable: () => this.#acknowledgements.settle(),
      onTrouble: (code, line) => this.#tell(({ warn }) => warn(code, line)),
      onOverflow: (error) => this.#tell(({ fail }) => fail(error)),
    });
  }

  #tell(tell: (listener: LogListener) => void): void {
    if (this.#listener === undefined) this.#early.push(tell);
    else tell(this.#listener);
  }
}
