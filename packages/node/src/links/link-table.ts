import {
  type Address,
  CLOSE_CODES,
  type Input,
  type LinkClosure,
  type LinkId,
  type PeerId,
  type Priority,
} from '@hearsay/core';
import type { RuntimeLimits } from '../limits.js';
import type { RuntimeTimers } from '../timers.js';
import { Congestion } from './congestion.js';
import { Inflow } from './inflow.js';
import { Intake } from './intake.js';
import { Link } from './link.js';
import { type LinkCounters, zeroLinkCounters } from './link-counters.js';
import { OneATurn } from './one-a-turn.js';
import { Packer } from './packer.js';
import { Turns } from './turns.js';
import type { Wire } from './wire.js';

/** What the table needs from the host. */
export interface LinkTableOptions {
  readonly limits: RuntimeLimits & { readonly transportBytesMax: number };
  readonly timers: Pick<RuntimeTimers, 'closeTimeoutMs' | 'laggardMs' | 'rekeySpreadMs'>;
  readonly readMonotonicMs: () => number;
  /** Frames that the engine has read so far. */
  readonly readFrames: () => number;
  /** What frames have brought so far, however it is counted. */
  readonly readGains: () => number;
  /** Hands an input to the engine. */
  readonly step: (input: Input) => void;
  /** Asks for `flush` soon, at the end of this turn of the event loop at the latest. */
  readonly requestFlush: () => void;
  /** Asks for `reportDropped` and `flush` at the end of this turn of the event loop. */
  readonly requestTurnEnd: () => void;
}

/** How a link came to be. */
export interface Opening {
  /** The address when we dialled it. */
  readonly dialled?: Address;
  readonly remote?: Address;
}

/** Who is at the other end, as the handshake showed. */
export interface Proven {
  readonly peer: PeerId;
  /** The network key by which it came in. */
  readonly networkKey: Uint8Array;
}

/** Where a connection that became a link reports to. */
export interface LinkEvents {
  readonly received: (bytes: Uint8Array) => void;
  /** A message did not open: closes the link. */
  readonly unopened: () => void;
  /** What came is against the rules: closes the link. */
  readonly offended: (closure: LinkClosure) => void;
  readonly closed: (closure: LinkClosure) => void;
}

const REKEYED: LinkClosure = { code: CLOSE_CODES.rekeyed, reason: 'the network key was changed' };

/** Time in a turn of a link that brings little: one look at what it sent. */
const SUSPICIOUS_SLICE_MS = 0.5;
const SUSPICIOUS_SLICE_BYTES = 1_024;

const UNOPENED: LinkClosure = {
  code: CLOSE_CODES.sealed,
  reason: 'a message does not open: it was changed on the way',
};

/** All links of a peer: numbers them, queues what goes out, and sends it at the end of a turn. */
export class LinkTable {
  readonly #options: LinkTableOptions;
  readonly #packer: Packer;
  readonly #congestion: Congestion;
  readonly #open = new Map<LinkId, Link>();
  /** Links with something to send, or whose socket made room. */
  #dirty: Link[] = [];
  /** Links that dropped something since it was last reported. */
  readonly #dropping = new Set<Link>();
  /** Links in their closing handshake, with the timer that cuts it short. */
  readonly #closing = new Map<Link, NodeJS.Timeout>();
  /** Links that we ended without being asked to, until they are closed. */
  readonly #abandoned = new Set<LinkId>();
  /** Peers to whom nothing passes. */
  readonly #cut = new Set<PeerId>();
  readonly #turns = new Turns();
  /** Links whose end is taken note of; each costs events, verdicts and dials. */
  readonly #endings = new OneATurn();
  readonly counters: LinkCounters = zeroLinkCounters();
  #nextId = 1;
  #laggardTimer: NodeJS.Timeout | undefined;
  #onEmpty: (() => void) | undefined;

  constructor(options: LinkTableOptions) {
    this.#options = options;
    this.#packer = new Packer(options.limits);
    this.#congestion = new Congestion({
      congestedBytes: options.limits.congestedBytes,
      drainedBytes: options.limits.drainedBytes,
      laggardMs: options.timers.laggardMs,
    });
  }

  /** True while a link that still moves has too much waiting. */
  get congested(): boolean {
    return this.#congestion.congested;
  }

  /** Bytes that wait on all links, in their queues and sockets. */
  get waitingBytes(): number {
    let bytes = 0;
    for (const link of this.#open.values()) bytes += link.waitingBytes;
    return bytes;
  }

  /** False when one peer holds too many links already: a member may not take the place of others. */
  hasRoomFor(peer: PeerId): boolean {
    let count = 0;
    for (const link of this.#open.values()) if (link.peer === peer) count += 1;
    return count < this.#options.limits.linksPerPeerMax;
  }

  /** Peers to whom nothing passes, by a drill. */
  get cut(): readonly PeerId[] {
    return [...this.#cut];
  }

  /** A drill: what goes to a peer and what comes from it is lost without a sign, until that is over. */
  setCut(peer: PeerId, cut: boolean): void {
    if (cut) this.#cut.add(peer);
    else this.#cut.delete(peer);
    for (const link of this.#open.values()) if (link.peer === peer) link.muted = cut;
  }

  /** Open links, as they are counted. */
  list(): readonly Link[] {
    return [...this.#open.values()].filter((link) => !link.closing);
  }

  /** Takes a connection whose handshake is done. */
  open(wire: Wire, { networkKey, ...opening }: Opening & Proven): LinkEvents {
    const { limits, readFrames, readGains, readMonotonicMs, step } = this.#options;
    const link = new Link({
      id: this.#nextId++,
      wire,
      peer: opening.peer,
      networkKey,
      dialled: opening.dialled !== undefined,
      limits,
      onProgress: (moved) => this.#progress(moved),
    });
    let hasGained = false;
    const onPause = (): void => {
      this.counters.readPauses += 1;
    };
    const read = (bytes: Uint8Array): void => {
      if (link.closing || link.muted) return;
      const before = readFrames();
      const gainsBefore = readGains();
      step({ kind: 'frames', link: link.id, bytes });
      const frames = readFrames() - before;
      hasGained = readGains() > gainsBefore;
      link.receivedBytes += bytes.length;
      link.receivedFrames += frames;
      inflow.took(frames, bytes.length);
    };
    const intake = new Intake({
      wire,
      turns: this.#turns,
      sliceMs: () => (inflow.isSuspicious ? SUSPICIOUS_SLICE_MS : limits.linkSliceMs),
      sliceBytes: () => (inflow.isSuspicious ? SUSPICIOUS_SLICE_BYTES : undefined),
      readMonotonicMs,
      read,
      onSpent: (ms, nowMs) => {
        if (!hasGained) inflow.wasted(ms, nowMs);
      },
    });
    const inflow = new Inflow({ wire: intake, limits, readMonotonicMs, onPause });
    this.counters.handshakes += 1;
    link.muted = this.#cut.has(link.peer);
    this.#open.set(link.id, link);
    step({ kind: 'link-opened', link: link.id, ...opening });
    return {
      received: (bytes) => {
        if (!link.closing) intake.take(bytes);
      },
      unopened: () => {
        if (!link.closing) this.counters.messagesUnopened += 1;
        this.#abandon(link, UNOPENED, true);
      },
      offended: (closure) => this.#abandon(link, closure, true),
      closed: (closure) => {
        inflow.close();
        if (link.closing) intake.drop();
        // What came before the end counts: a goodbye may be the last of it.
        intake.whenEmpty(() => this.#endings.run(() => this.#closed(link, closure)));
      },
    };
  }

  /** A connection ended in its handshake. */
  refused(opening: Opening, closure: LinkClosure, by: 'us' | 'them'): void {
    if (by === 'us') this.counters.handshakesRefused += 1;
    this.#options.step({ kind: 'link-refused', link: this.#nextId++, ...opening, closure, by });
  }

  /** True when a link ended because of what it sent, or did not read: by us. */
  wasAbandoned(id: LinkId): boolean {
    return this.#abandoned.has(id);
  }

  send(id: LinkId, chunk: Uint8Array, priority: Priority): void {
    const link = this.#open.get(id);
    if (link === undefined || link.closing) return; // It went while the effect was on its way.
    switch (link.push(chunk, priority)) {
      case 'queued':
        this.#note(link);
        return this.#options.requestFlush();
      case 'dropped':
        this.#dropping.add(link);
        return this.#options.requestTurnEnd();
      case 'overflow':
        this.#abandon(link, { code: CLOSE_CODES.overloaded, reason: 'does not read' });
    }
  }

  /** Sends what is queued, then closes; cuts the connection when that takes too long. */
  close(id: LinkId, code: number, reason: string): void {
    const link = this.#open.get(id);
    if (link === undefined || link.closing) return;
    this.#startClosing(link, code, reason);
  }

  /** Like `close`, for every link that is not closing already. */
  closeAll(code: number, reason: string): void {
    for (const link of this.#open.values()) {
      if (!link.closing) this.#startClosing(link, code, reason);
    }
  }

  /**
   * Ends links that were made by a network key other than these, one by one in no order: others
   * still carry what is said meanwhile, and each is made anew by a key that counts.
   */
  closeOutdated(networkKeys: readonly Uint8Array[]): void {
    const isKnown = ({ networkKey }: Link): boolean =>
      networkKeys.some((key) => Buffer.compare(key, networkKey) === 0);
    for (const link of this.#open.values()) {
      if (isKnown(link)) continue;
      const waitMs = Math.random() * this.#options.timers.rekeySpreadMs;
      setTimeout(() => this.#abandon(link, REKEYED), waitMs).unref();
    }
  }

  /** Tells the engine what was dropped since the last turn. */
  reportDropped(): void {
    for (const link of this.#dropping) {
      const dropped = link.takeDropped();
      if (dropped !== undefined) this.#options.step({ kind: 'lagged', link: link.id, ...dropped });
    }
    this.#dropping.clear();
  }

  /** Hands everything queued in this turn to the sockets. */
  flush(): void {
    const dirty = this.#dirty;
    if (dirty.length === 0) return;
    this.#dirty = [];
    for (const link of dirty) {
      if (!link.isDirty) continue;
      link.isDirty = false;
      if (link.closing) continue;
      link.flush(this.#packer);
      this.#congestion.update(link, this.#options.readMonotonicMs);
    }
    this.#packer.forget();
    this.#watchLaggards();
  }

  /** Resolves when no link is open or closing. */
  whenEmpty(): Promise<void> {
    if (this.#isEmpty()) return Promise.resolve();
    return new Promise((resolve) => {
      const before = this.#onEmpty;
      this.#onEmpty = () => {
        before?.();
        resolve();
      };
    });
  }

  /** Cuts every connection without a word. */
  terminateAll(): void {
    clearTimeout(this.#laggardTimer);
    for (const link of [...this.#open.values(), ...this.#closing.keys()]) link.terminate();
  }

  #startClosing(link: Link, code: number, reason: string): void {
    link.close(code, reason, this.#packer);
    const cut = setTimeout(() => link.terminate(), this.#options.timers.closeTimeoutMs);
    this.#closing.set(link, cut);
    this.#forgetQueue(link);
  }

  /** Ends a link by our own decision and tells the engine at once. @param isOffence for what came on it */
  #abandon(link: Link, closure: LinkClosure, isOffence = false): void {
    if (link.closing || !this.#open.has(link.id)) return;
    this.#startClosing(link, closure.code, closure.reason);
    this.#open.delete(link.id);
    this.#abandoned.add(link.id);
    this.#options.step({ kind: 'link-closed', link: link.id, closure, isOffence });
  }

  #closed(link: Link, closure: LinkClosure): void {
    clearTimeout(this.#closing.get(link));
    this.#closing.delete(link);
    this.#forgetQueue(link);
    this.#abandoned.delete(link.id);
    // An abandoned link was reported when that was decided.
    if (this.#open.delete(link.id)) {
      this.#options.step({ kind: 'link-closed', link: link.id, closure });
    }
    if (this.#isEmpty()) this.#onEmpty?.();
    this.#options.requestTurnEnd();
  }

  /** It has something to send. A list of one costs less than a set that is filled and emptied. */
  #note(link: Link): void {
    if (link.isDirty) return;
    link.isDirty = true;
    if (this.#dirty.length === 0) this.#dirty = [link];
    else this.#dirty.push(link);
  }

  #forgetQueue(link: Link): void {
    link.isDirty = false;
    this.#dropping.delete(link);
    this.#congestion.remove(link);
  }

  #progress(link: Link): void {
    if (link.closing || !this.#open.has(link.id)) return;
    const wasCongested = this.congested;
    this.#congestion.progress(link, this.#options.readMonotonicMs);
    if (link.hasBulk) this.#note(link);
    if (link.hasBulk || wasCongested !== this.congested) this.#options.requestTurnEnd();
  }

  #watchLaggards(): void {
    if (this.#laggardTimer !== undefined || !this.#congestion.congested) return;
    this.#laggardTimer = setTimeout(() => {
      this.#laggardTimer = undefined;
      this.#congestion.dropLaggards(this.#options.readMonotonicMs());
      this.#watchLaggards();
      this.#options.requestTurnEnd();
    }, this.#options.timers.laggardMs);
  }

  #isEmpty(): boolean {
    return this.#open.size === 0 && this.#closing.size === 0;
  }
}
