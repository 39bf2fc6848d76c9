import type { Address, LinkClosure, LinkId, Priority } from '@hearsay/core';
import type { Timeline } from '../timeline.js';
import { BROKEN, type Parcel, Pipe, type PipeEnds } from './pipe.js';
import type { Routes } from './route.js';
import type { NetworkSettings } from './settings.js';
import type { Station } from './station.js';

/** A transport's own close code for a peer that does not read (the runtime's `overloaded`). */
const OVERLOADED: LinkClosure = { code: 4009, reason: 'the other side does not read' };

const UNREAD = (): void => undefined;

/** One end of a link: what the kernel and the socket library of one process know of it. */
export class LinkEnd {
  readonly owner: Station;
  readonly link: LinkId;
  readonly dialled: Address | undefined;
  /** Who the other end seems to be. */
  readonly remote: Address;
  readonly #settings: Readonly<NetworkSettings>;
  readonly #opened: (closure: LinkClosure | undefined) => void;
  #state: 'opening' | 'open' | 'closing' | 'closed' = 'opening';
  #timeline: Timeline | undefined;
  #out: Pipe | undefined;
  #other: LinkEnd | undefined;

  constructor(options: {
    readonly owner: Station;
    readonly dialled: Address | undefined;
    readonly remote: Address;
    readonly settings: Readonly<NetworkSettings>;
    /** Called once for the dialler: with a closure when the link never opened. */
    readonly opened: (closure: LinkClosure | undefined) => void;
  }) {
    this.owner = options.owner;
    this.link = options.owner.newLink();
    this.dialled = options.dialled;
    this.remote = options.remote;
    this.#settings = options.settings;
    this.#opened = options.opened;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** The run at the other end, while both ends hold the link open. */
  get partner(): Station | undefined {
    return this.isOpen && this.#other?.isOpen === true ? this.#other.owner : undefined;
  }

  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  /** Whether a message sent now would go out at once. */
  get idle(): boolean {
    return this.#out?.idle ?? false;
  }

  get queuedBytes(): number {
    return this.#out?.queuedBytes ?? 0;
  }

  /** Connects the pipe towards the other end. */
  attach(timeline: Timeline, routes: Routes, other: LinkEnd): void {
    this.#timeline = timeline;
    this.#other = other;
    const route = routes.between(this.owner.host, other.owner.host);
    const ends: PipeEnds = {
      arrived: (parcel, read) => other.#take(parcel, read),
      lagged: (frames, bytes) => {
        this.#tell({ kind: 'lagged', link: this.link, frames, bytes });
      },
      overloaded: () => {
        if (this.#state !== 'open') return;
        this.reset();
        this.#tell({ kind: 'link-closed', link: this.link, closure: OVERLOADED });
      },
    };
    this.#out = new Pipe(timeline, route, this.#settings, ends);
  }

  /** The dialler's first word, which makes the other end accept. */
  knock(): void {
    this.#out?.open();
  }

  send(bytes: Uint8Array, priority: Priority, frames: number): void {
    if (this.#state === 'open') this.#out?.send(bytes, priority, frames);
  }

  /** Closes in order. The owner hears of the end when the other side agrees, or a while later. */
  close(closure: LinkClosure): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#out?.finish(closure);
    this.#timeline?.afterMs(this.#settings.closeTimeoutMs, () => {
      if (this.#state === 'closing') this.#over(BROKEN);
    });
  }

  /** The process died or gave up: the kernel resets the connection. */
  reset(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#out?.abort();
  }

  /** The machine is gone: nothing is said to anybody. */
  vanish(): void {
    this.#state = 'closed';
    this.#out?.drop();
  }

  /** Something in the middle broke the connection: the owner is told at once. */
  snap(): void {
    if (this.#state === 'open' || this.#state === 'closing') this.#over(BROKEN);
  }

  #take(parcel: Parcel, read: () => void): void {
    // A machine without power acknowledges nothing, so `read` is never called.
    if (!this.owner.powered) return;
    if (this.#state === 'closed' || !this.owner.running) {
      read();
      if (parcel.kind !== 'close') this.#out?.abort();
      return;
    }
    switch (parcel.kind) {
      case 'open':
        this.#open();
        return;
      case 'bytes':
        if (this.#state !== 'open') read();
        else this.owner.receive({ kind: 'frames', link: this.link, bytes: parcel.bytes }, read);
        return;
      case 'close':
        this.#closedByOther(parcel.closure);
        return;
    }
  }

  #open(): void {
    this.#state = 'open';
    if (this.dialled !== undefined) {
      this.#opened(undefined);
      return;
    }
    const { link, remote, owner } = this;
    const answer = (): void => this.#out?.open();
    if (this.#settings.frozenDial === 'waits') {
      owner.receive({ kind: 'link-opened', link, remote }, answer);
    } else {
      answer();
      owner.receive({ kind: 'link-opened', link, remote }, UNREAD);
    }
  }

  #closedByOther(closure: LinkClosure): void {
    const was = this.#state;
    if (was === 'open') this.#out?.answer(closure);
    if (was === 'opening') {
      this.#state = 'closed';
      this.#out?.drop();
      this.#opened(closure);
    } else {
      this.#over(closure);
    }
  }

  #over(closure: LinkClosure): void {
    this.#state = 'closed';
    this.#out?.drop();
    this.#tell({ kind: 'link-closed', link: this.link, closure });
  }

  #tell(input: Parameters<Station['receive']>[0]): void {
    this.owner.receive(input, UNREAD);
  }
}
