import type { Address, DialFailure } from '@hearsay/core';
import type { Timeline } from '../timeline.js';
import { LinkEnd } from './link-end.js';
import type { CutMode, Route, Routes } from './route.js';
import type { NetworkSettings } from './settings.js';
import type { Directory, Station } from './station.js';

const SYN_RETRY_MS = 1_000;
/** Pairs of ends remembered before the closed ones are looked for. */
const SWEEP_ABOVE_MIN = 512;
const READ = (): void => undefined;

/** A dial until it is a link or has failed. */
interface Dial {
  readonly from: Station;
  readonly address: Address;
  pending: boolean;
  end: LinkEnd | undefined;
}

/** What happened on the network so far. */
export interface NetworkTotals {
  dialsOpened: number;
  dialsRefused: number;
  dialsTimedOut: number;
  dialsReset: number;
}

/** Dials, links and cuts between hosts. */
export class Network {
  readonly totals: NetworkTotals = {
    dialsOpened: 0,
    dialsRefused: 0,
    dialsTimedOut: 0,
    dialsReset: 0,
  };
  readonly #timeline: Timeline;
  readonly #routes: Routes;
  readonly #settings: NetworkSettings;
  readonly #directory: Directory;
  /** Open or opening ends of each station. */
  readonly #ends = new Map<Station, Map<number, LinkEnd>>();
  readonly #pairs = new Set<readonly [LinkEnd, LinkEnd]>();
  #sweepAbove = SWEEP_ABOVE_MIN;

  constructor(timeline: Timeline, routes: Routes, settings: NetworkSettings, directory: Directory) {
    this.#timeline = timeline;
    this.#routes = routes;
    this.#settings = settings;
    this.#directory = directory;
  }

  /** Dials like a TCP stack: a lost first packet is sent again until the dial times out. */
  dial(from: Station, address: Address): void {
    const dial: Dial = { from, address, pending: true, end: undefined };
    this.#timeline.afterMs(this.#settings.dialTimeoutMs, () => {
      this.#fail(dial, 'timeout', 'no answer');
    });
    this.#knock(dial);
  }

  end(station: Station, link: number): LinkEnd | undefined {
    return this.#ends.get(station)?.get(link);
  }

  endsOf(station: Station): IterableIterator<LinkEnd> {
    return this.#endsOf(station).values();
  }

  forget(end: LinkEnd): void {
    this.#ends.get(end.owner)?.delete(end.link);
  }

  /** The process is gone: its kernel resets every connection. */
  endStation(station: Station, how: 'reset' | 'vanish'): void {
    for (const end of this.#endsOf(station).values()) {
      if (how === 'reset') end.reset();
      else end.vanish();
    }
    this.#ends.delete(station);
  }

  /** Breaks every open connection between two hosts; both can dial again at once. */
  snap(a: Station, b: Station): number {
    const doomed = [...this.#pairs].filter(
      ([one, other]) =>
        (one.owner === a && other.owner === b) || (one.owner === b && other.owner === a),
    );
    for (const [one, other] of doomed) {
      one.snap();
      other.snap();
    }
    return doomed.length;
  }

  /** Connections that both ends hold open. */
  openBetween(a: Station, b: Station): number {
    let open = 0;
    for (const end of this.endsOf(a)) if (end.partner === b) open += 1;
    return open;
  }

  cut(from: string, to: string, mode: CutMode): void {
    this.#routes.between(from, to).close(mode);
  }

  isCut(from: string, to: string): boolean {
    return this.#routes.between(from, to).cut !== undefined;
  }

  get anyCut(): boolean {
    return this.#routes.anyCut;
  }

  heal(): void {
    this.#routes.heal();
  }

  healBetween(from: string, to: string): void {
    this.#routes.between(from, to).heal();
  }

  #knock(dial: Dial): void {
    if (!dial.pending) return;
    const host = this.#directory.hostAt(dial.address);
    this.#timeline.afterMs(SYN_RETRY_MS, () => this.#knockAgain(dial));
    if (host === undefined) return;
    const there = this.#routes.between(dial.from.host, host.name);
    this.#pass(there, () => {
      const station = this.#directory.listenerAt(dial.address);
      const back = this.#routes.between(host.name, dial.from.host);
      if (!(this.#directory.hostAt(dial.address)?.powered ?? false)) return;
      this.#pass(back, () => {
        if (station === undefined) this.#fail(dial, 'refused', 'nobody listens there');
        else this.#connect(dial, station);
      });
    });
  }

  #knockAgain(dial: Dial): void {
    if (dial.end === undefined) this.#knock(dial);
  }

  /** A bare packet: it takes the route's latency, or is gone. */
  #pass(route: Route, arrived: () => void): void {
    this.#timeline.afterUs(route.latencyUs(), () => {
      if (route.cut === undefined) arrived();
    });
  }

  #connect(dial: Dial, station: Station): void {
    if (!dial.pending || dial.end !== undefined || !dial.from.running) return;
    const near = new LinkEnd({
      owner: dial.from,
      dialled: dial.address,
      remote: dial.address,
      settings: this.#settings,
      opened: (closure) => {
        if (closure === undefined) this.#opened(dial, near);
        else this.#fail(dial, 'unreachable', 'connection reset');
      },
    });
    const far = new LinkEnd({
      owner: station,
      dialled: undefined,
      remote: dial.from.newPort(),
      settings: this.#settings,
      opened: () => undefined,
    });
    near.attach(this.#timeline, this.#routes, far);
    far.attach(this.#timeline, this.#routes, near);
    this.#endsOf(near.owner).set(near.link, near);
    this.#endsOf(far.owner).set(far.link, far);
    this.#sweepPairs();
    this.#pairs.add([near, far]);
    dial.end = near;
    near.knock();
  }

  #opened(dial: Dial, near: LinkEnd): void {
    dial.pending = false;
    this.totals.dialsOpened += 1;
    const { link, dialled, remote } = near;
    if (dialled === undefined) return;
    near.owner.receive({ kind: 'link-opened', link, dialled, remote }, READ);
  }

  #fail(dial: Dial, failure: DialFailure, detail: string): void {
    if (!dial.pending) return;
    dial.pending = false;
    dial.end?.reset();
    if (failure === 'refused') this.totals.dialsRefused += 1;
    else if (failure === 'timeout') this.totals.dialsTimedOut += 1;
    else this.totals.dialsReset += 1;
    const { address } = dial;
    dial.from.receive({ kind: 'dial-failed', address, failure, detail }, READ);
  }

  #endsOf(station: Station): Map<number, LinkEnd> {
    let ends = this.#ends.get(station);
    if (ends === undefined) {
      ends = new Map();
      this.#ends.set(station, ends);
    }
    return ends;
  }

  /** Now and then: what is left when half of all have ended costs little to keep. */
  #sweepPairs(): void {
    if (this.#pairs.size < this.#sweepAbove) return;
    for (const pair of this.#pairs) {
      if (pair[0].isClosed && pair[1].isClosed) this.#pairs.delete(pair);
    }
    this.#sweepAbove = Math.max(SWEEP_ABOVE_MIN, 2 * this.#pairs.size);
  }
}
