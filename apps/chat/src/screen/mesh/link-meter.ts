import type { Peer, PeerLink } from '@hearsay/node';
import type { LinkRates } from '../model/surroundings.js';

/** Rates are taken over about this long: shorter ones jump, longer ones lie. */
const WINDOW_MS = 2_000;

interface Reading {
  readonly atMs: number;
  readonly links: readonly PeerLink[];
}

/** Turns running totals of links into rates. */
export class LinkMeter {
  readonly #peer: Pick<Peer, 'links'>;
  #readings: readonly Reading[] = [];

  constructor(peer: Pick<Peer, 'links'>) {
    this.#peer = peer;
  }

  read(nowMs: number): readonly LinkRates[] {
    const links = this.#peer.links();
    const recent = this.#readings.filter(({ atMs }) => atMs > nowMs - WINDOW_MS);
    const [first] = recent;
    this.#readings = [...recent, { atMs: nowMs, links }];
    return links.map((link) => {
      // A link that was opened anew counts from nothing: its totals are smaller than before.
      const before = first?.links.find(
        ({ peer, direction }) => peer === link.peer && direction === link.direction,
      );
      const seconds = first === undefined ? 0 : (nowMs - first.atMs) / 1_000;
      if (before === undefined || seconds <= 0)
        return { ...link, messagesPerSecond: 0, bytesPerSecond: 0 };
      const rate = (now: number, then: number): number => Math.max(0, now - then) / seconds;
      return {
        ...link,
        messagesPerSecond: rate(
          link.sentFrames + link.receivedFrames,
          before.sentFrames + before.receivedFrames,
        ),
        bytesPerSecond: rate(
          link.sentBytes + link.receivedBytes,
          before.sentBytes + before.receivedBytes,
        ),
      };
    });
  }
}
