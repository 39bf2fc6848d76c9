import type { PeerId, StatusView } from '@hearsay/core';
import type { PeerLink, PeerMember } from '@hearsay/node';
import type { BreakerView } from '@hearsay/services';
import type { Holding } from '../../view/notice.js';

/** A member with the name it is shown under; `rttMs` is steadied, see `RoundTrips`. */
export interface NamedMember extends PeerMember {
  readonly name: string;
}

/** What is known of the mesh at one moment; ages in it are counted from `atMs`. */
export interface Surroundings {
  readonly atMs: number;
  /** As they are listed: ourselves first, then the living, then the rest. */
  readonly members: readonly NamedMember[];
  readonly status: Pick<
    StatusView,
    'live' | 'inSync' | 'isolated' | 'stateHash' | 'messages' | 'heldBack'
  >;
  readonly lackedAtDeath: ReadonlyMap<PeerId, number>;
  /** Own messages that no live peer is known to hold. */
  readonly waiting: number;
  /** Who holds own messages of this run, by the key of the message. */
  readonly holdings: ReadonlyMap<string, Holding>;
  /** Holder, author, messages held; read only while the mesh is shown. */
  readonly clocks: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly links: readonly LinkRates[];
  /** Known once somebody looks at the mesh; those with a breaker that is not closed first. */
  readonly services: readonly ServiceRow[];
}

/** A service, whoever provides it. */
export interface ServiceRow {
  readonly service: string;
  readonly providers: number;
  /** Those of them that may be called from here. */
  readonly ready: number;
  /** Breakers that are not closed, of all peers that call it. */
  readonly breakers: readonly BreakerView[];
}

/** An open link with what it carries now. */
export interface LinkRates extends PeerLink {
  /** Frames both ways. */
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
}
