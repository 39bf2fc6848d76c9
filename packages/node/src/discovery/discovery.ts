import type { Address, PeerId } from '@hearsay/core';
import { reasonOf } from '../errors.js';
import type { RuntimeLimits } from '../limits.js';
import type { NetworkKeys } from '../network/network-keys.js';
import type { RuntimeTimers } from '../timers.js';
import { Acquaintance } from './acquaintance.js';
import { type Announcement, decodeAnnouncement, encodeAnnouncement } from './announcement.js';
import { Announcer } from './announcer.js';
import { LOOPBACK, Multicast } from './multicast.js';
import { RunFolder } from './run-folder.js';

export { defaultRunFolder } from './run-folder.js';

/** What discovery needs. */
export interface DiscoveryOptions {
  readonly network: string;
  readonly keys: Pick<NetworkKeys, 'ids' | 'primaryId' | 'onChange'>;
  readonly peer: PeerId;
  readonly generation: number;
  /** Where peers of this machine dial us. */
  readonly localAddress: Address;
  /** Where peers of other machines dial us. */
  readonly addresses: readonly Address[];
  /** Interfaces besides loopback to announce on; none without `lan`. */
  readonly otherHosts: readonly string[];
  readonly port: number;
  readonly runFolder: string;
  readonly timers: RuntimeTimers;
  readonly limits: Pick<RuntimeLimits, 'announcersMax' | 'datagramsPerSecondMax' | 'runFilesMax'>;
  readonly readMonotonicMs: () => number;
  readonly random: () => number;
  readonly onFound: (address: Address, peer: PeerId) => void;
  readonly onWarning: (code: string, message: string) => void;
}

const SECOND_MS = 1_000;
/** Announcements worked off in a row, and how soon the next ones are: each costs a fraction of a millisecond. */
const READ_AT_ONCE = 4;
const READ_GAP_MS = 5;

interface Datagram {
  readonly bytes: Uint8Array;
  readonly fromHost: string;
}

/**
 * Finds peers of the same network on this machine, and on the local network when asked to: by
 * multicast, and by a folder where each leaves its address. Either alone is enough.
 */
export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #announcer: Announcer;
  readonly #acquaintance: Acquaintance;
  readonly #forgetKeys: () => void;
  /** Peers that heard from us since they came, with their generation. */
  readonly #announced = new Map<PeerId, number>();
  readonly #warned = new Set<string>();
  #multicast: Multicast | undefined;
  #runFolder: RunFolder | undefined;
  #opening: Promise<unknown> = Promise.resolve();
  #secondEndsMs = 0;
  #datagramsThisSecond = 0;
  /** Heard and not yet worked off: at most what is read in two seconds. */
  #heard: Datagram[] = [];
  #reading: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: DiscoveryOptions) {
    const { keys, network } = options;
    this.#options = options;
    this.#acquaintance = new Acquaintance(network, () => keys.ids);
    this.#forgetKeys = keys.onChange(() => this.#runFolder?.renew());
    this.#announcer = new Announcer({
      timers: options.timers,
      readMonotonicMs: options.readMonotonicMs,
      random: options.random,
      announce: () => this.#announce(),
    });
  }

  /** Starts both ways; what does not work is a warning. */
  start(): void {
    this.#opening = Promise.all([
      this.#openMulticast().catch((error: unknown) => this.#multicastTrouble(error)),
      this.#openRunFolder().catch((error: unknown) => this.#runFolderTrouble(error)),
    ]);
  }

  /** Stops both and takes our address away. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#reading);
    this.#forgetKeys();
    this.#announcer.close();
    await this.#opening;
    await Promise.all([this.#multicast?.close(), this.#runFolder?.close()]);
  }

  async #openMulticast(): Promise<void> {
    this.#multicast = await Multicast.open({
      port: this.#options.port,
      hosts: [LOOPBACK, ...this.#options.otherHosts],
      onDatagram: (bytes, fromHost) => this.#receive(bytes, fromHost),
      onTrouble: (error) => this.#multicastTrouble(error),
    });
    if (!this.#closed) this.#announcer.start();
  }

  async #openRunFolder(): Promise<void> {
    const { localAddress, runFolder, timers, limits } = this.#options;
    this.#runFolder = await RunFolder.open({
      folder: runFolder,
      own: () => ({ ...this.#own(), address: localAddress }),
      scanMs: timers.runScanMs,
      filesMax: limits.runFilesMax,
      onEntry: (entry) => {
        if (entry.peer === this.#options.peer) return;
        if (this.#acquaintance.isWorthDialling(entry)) this.#found([entry.address], entry.peer);
      },
      onTrouble: (error) => this.#runFolderTrouble(error),
    });
  }

  #announce(): void {
    const { localAddress, addresses } = this.#options;
    const own = this.#own();
    this.#multicast?.send((host) =>
      encodeAnnouncement({
        ...own,
        addresses: host === LOOPBACK ? [localAddress] : addresses,
      }),
    );
  }

  /** Who we are, as it is now: the key that we dial with may change. */
  #own(): Pick<Announcement, 'network' | 'key' | 'peer' | 'generation'> {
    const { network, keys, peer, generation } = this.#options;
    return { network, key: keys.primaryId, peer, generation };
  }

  #receive(bytes: Uint8Array, fromHost: string): void {
    if (this.#closed || !this.#mayRead()) return;
    this.#heard.push({ bytes, fromHost });
    if (this.#reading === undefined) this.#read();
  }

  /** A few at a time: many come in one turn of the event loop, and what people say comes in between. */
  #read(): void {
    for (const { bytes, fromHost } of this.#heard.splice(0, READ_AT_ONCE)) {
      this.#take(bytes, fromHost);
    }
    const next = (): void => {
      this.#reading = undefined;
      if (this.#heard.length > 0) this.#read();
    };
    this.#reading = setTimeout(next, READ_GAP_MS);
  }

  #take(bytes: Uint8Array, fromHost: string): void {
    const announcement = decodeAnnouncement(bytes, fromHost);
    if (announcement === undefined || announcement.peer === this.#options.peer) return;
    if (!this.#acquaintance.isWorthDialling(announcement)) return;
    if (this.#isNew(announcement)) this.#announcer.answerSoon();
    this.#found(announcement.addresses, announcement.peer);
  }

  /**
   * Reading costs time, and anybody on the network can send: only so many a second. Beyond that we do not
   * even hear, until the second is over; whoever means it says it again.
   */
  #mayRead(): boolean {
    const nowMs = this.#options.readMonotonicMs();
    if (nowMs >= this.#secondEndsMs) {
      this.#secondEndsMs = nowMs + SECOND_MS;
      this.#datagramsThisSecond = 0;
    }
    this.#datagramsThisSecond += 1;
    const isTooMuch = this.#datagramsThisSecond > this.#options.limits.datagramsPerSecondMax;
    if (isTooMuch) this.#multicast?.rest(this.#secondEndsMs - nowMs);
    return !isTooMuch;
  }

  #isNew({ peer, generation }: Announcement): boolean {
    if (this.#announced.get(peer) === generation) return false;
    this.#announced.delete(peer);
    this.#announced.set(peer, generation);
    if (this.#announced.size > this.#options.limits.announcersMax) {
      const oldest = this.#announced.keys().next();
      if (oldest.done !== true) this.#announced.delete(oldest.value);
    }
    return true;
  }

  #found(addresses: readonly Address[], peer: PeerId): void {
    if (this.#closed || peer === this.#options.peer) return;
    for (const address of addresses) this.#options.onFound(address, peer);
  }

  #multicastTrouble(error: unknown): void {
    const reason = `peers are not found by multicast: ${reasonOf(error)}`;
    this.#warnOnce('discovery-multicast', reason);
  }

  #runFolderTrouble(error: unknown): void {
    const reason = `peers are not found by ${this.#options.runFolder}: ${reasonOf(error)}`;
    this.#warnOnce('discovery-run-folder', reason);
  }

  #warnOnce(code: string, message: string): void {
    if (this.#closed || this.#warned.has(code)) return;
    this.#warned.add(code);
    this.#options.onWarning(code, message);
  }
}
