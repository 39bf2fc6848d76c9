import { ABNORMAL_CLOSURE, type LinkClosure, type Priority } from '@hearsay/core';
import { type Timeline, US_PER_MS } from '../timeline.js';
import type { Blocked, Route } from './route.js';
import type { NetworkSettings } from './settings.js';

/** What travels through one direction of a link. */
export type Parcel =
  | { readonly kind: 'open' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'close'; readonly closure: LinkClosure };

/** The sending side's view of what went wrong, and the receiving side's intake. */
export interface PipeEnds {
  /** `read` is called when the process takes the parcel, which may be long after it arrived. */
  arrived(parcel: Parcel, read: () => void): void;
  lagged(frames: number, bytes: number): void;
  overloaded(): void;
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly frames: number;
}

export const BROKEN: LinkClosure = { code: ABNORMAL_CLOSURE, reason: '' };

const OPEN: Parcel = { kind: 'open' };
const NOTHING = (): void => undefined;

/**
 * One direction of a link: a queue of two classes at the sender, then a wire in order, like TCP.
 *
 * At most a window of bytes is on the wire or unread at the far side; behind a cut, or before a
 * frozen process, the rest piles up at the sender just as it does in a real socket.
 */
export class Pipe implements Blocked {
  readonly #timeline: Timeline;
  readonly #route: Route;
  readonly #settings: Readonly<NetworkSettings>;
  readonly #ends: PipeEnds;
  readonly #control: Waiting[] = [];
  readonly #bulk: Waiting[] = [];
  #controlBytes = 0;
  #bulkBytes = 0;
  #unreadBytes = 0;
  #ending: LinkClosure | undefined;
  #ended = false;
  #first = true;
  #freeUs = 0;
  #lastArrivalUs = 0;
  #held: { readonly parcel: Parcel; readonly read: () => void }[] = [];

  constructor(
    timeline: Timeline,
    route: Route,
    settings: Readonly<NetworkSettings>,
    ends: PipeEnds,
  ) {
    this.#timeline = timeline;
    this.#route = route;
    this.#settings = settings;
    this.#ends = ends;
  }

  /** Whether the next message would go out at once. */
  get idle(): boolean {
    return this.#control.length === 0 && this.#bulk.length === 0 && this.#hasRoom();
  }

  get queuedBytes(): number {
    return this.#controlBytes + this.#bulkBytes;
  }

  /** Tells the far side that the link is there. */
  open(): void {
    this.#toWire(OPEN, 0);
  }

  send(bytes: Uint8Array, priority: Priority, frames: number): void {
    if (this.#ended || this.#ending !== undefined) return;
    if (this.idle) {
      this.#transmit(bytes);
    } else if (priority === 'control') {
      this.#controlBytes += bytes.length;
      if (this.#controlBytes > this.#settings.controlQueueBytesMax) this.#ends.overloaded();
      else this.#control.push({ bytes, frames });
    } else if (this.#bulkBytes + bytes.length > this.#settings.bulkQueueBytesMax) {
      this.#ends.lagged(frames, bytes.length);
    } else {
      this.#bulkBytes += bytes.length;
      this.#bulk.push({ bytes, frames });
    }
  }

  /** Closes after what is queued. */
  finish(closure: LinkClosure): void {
    if (this.#ended) return;
    this.#ending = closure;
    this.#pump();
  }

  /** The other side closed: the library says so too, and drops what is queued. */
  answer(closure: LinkClosure): void {
    this.drop();
    this.#toWire({ kind: 'close', closure }, 0);
  }

  /** Closes instead of what is queued; what is on the wire still arrives before it. */
  abort(): void {
    this.answer(BROKEN);
  }

  /** Sends nothing any more, and says nothing either. */
  drop(): void {
    this.#ended = true;
    this.#control.length = 0;
    this.#bulk.length = 0;
    this.#controlBytes = 0;
    this.#bulkBytes = 0;
  }

  /** The route is healed: what was held comes late, in its order. */
  release(): void {
    const held = this.#held;
    this.#held = [];
    this.#lastArrivalUs = Math.max(
      this.#lastArrivalUs,
      this.#timeline.nowUs + this.#route.retransmitUs(),
    );
    for (const { parcel, read } of held) this.#arriveInOrder(parcel, read);
  }

  #hasRoom(): boolean {
    return this.#unreadBytes < this.#settings.windowBytes && this.#freeUs <= this.#timeline.nowUs;
  }

  #pump(): void {
    while (!this.#ended && this.#hasRoom()) {
      const control = this.#control.shift();
      if (control !== undefined) {
        this.#controlBytes -= control.bytes.length;
        this.#transmit(control.bytes);
        continue;
      }
      const bulk = this.#bulk.shift();
      if (bulk !== undefined) {
        this.#bulkBytes -= bulk.bytes.length;
        this.#transmit(bulk.bytes);
        continue;
      }
      if (this.#ending !== undefined) {
        this.#ended = true;
        this.#toWire({ kind: 'close', closure: this.#ending }, 0);
      }
      return;
    }
  }

  #transmit(bytes: Uint8Array): void {
    this.#unreadBytes += bytes.length;
    const { bandwidthBytesPerMs } = this.#settings;
    let serialUs = 0;
    if (bandwidthBytesPerMs !== undefined) {
      serialUs = Math.ceil((bytes.length * US_PER_MS) / bandwidthBytesPerMs);
      this.#freeUs = this.#timeline.nowUs + serialUs;
      this.#timeline.at(this.#freeUs, () => this.#pump());
    }
    this.#toWire({ kind: 'bytes', bytes }, serialUs);
  }

  #toWire(parcel: Parcel, serialUs: number): void {
    if (parcel.kind !== 'bytes') {
      this.#arriveInOrder(parcel, NOTHING);
      return;
    }
    const { length } = parcel.bytes;
    let unread = true;
    const read = (): void => {
      if (!unread) return;
      unread = false;
      this.#unreadBytes -= length;
      if (this.#control.length + this.#bulk.length > 0 || this.#ending !== undefined) this.#pump();
    };
    const fate = this.#route.fate();
    const greeting = this.#first;
    this.#first = false;
    if (fate.lost) {
      // Nothing waits for it: a transport that loses does not hold back what comes after.
      read();
      return;
    }
    if (fate.lateUs > 0) this.#arriveOutOfOrder(parcel, read, serialUs + fate.lateUs);
    else this.#arriveInOrder(parcel, read, serialUs);
    // The handshake is exempt: a second hello is a reason to close.
    if (fate.duplicated && !greeting) {
      this.#arriveOutOfOrder({ kind: 'bytes', bytes: parcel.bytes.slice() }, NOTHING, serialUs);
    }
  }

  #arriveInOrder(parcel: Parcel, read: () => void, extraUs = 0): void {
    const earliestUs = this.#timeline.nowUs + extraUs + this.#route.latencyUs();
    this.#lastArrivalUs = Math.max(earliestUs, this.#lastArrivalUs + 1);
    this.#timeline.at(this.#lastArrivalUs, () => this.#arrive(parcel, read));
  }

  #arriveOutOfOrder(parcel: Parcel, read: () => void, extraUs: number): void {
    const atUs = this.#timeline.nowUs + extraUs + this.#route.latencyUs();
    // Never before the link itself: the far side knows it by then.
    this.#timeline.at(Math.max(atUs, this.#lastArrivalUs + 1), () => this.#arrive(parcel, read));
  }

  #arrive(parcel: Parcel, read: () => void): void {
    const { cut } = this.#route;
    if (cut === undefined) {
      this.#ends.arrived(parcel, read);
    } else if (cut === 'hold') {
      this.#held.push({ parcel, read });
      this.#route.wait(this);
    } else {
      read();
    }
  }
}
