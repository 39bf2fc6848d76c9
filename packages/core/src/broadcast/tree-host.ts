import type { Config } from '../config.js';
import type { PeerId, StreamId } from '../ids.js';
import type { LinkId } from '../input.js';
import type { Limits } from '../limits.js';
import type { Priority } from '../priority.js';
import type { TreeCounters } from './tree-counters.js';

/** The other end of an open link. */
export interface Neighbour {
  readonly id: LinkId;
  readonly peer: PeerId;
}

export type TreeConfig = Pick<
  Config,
  'treeLinksMax' | 'ihaveDelayMs' | 'graftMinMs' | 'graftMaxMs' | 'roundTripGuessMs' | 'treeLeadMs'
>;

export type TreeLimits = Pick<
  Limits,
  | 'treesMax'
  | 'relayedMax'
  | 'announcedMax'
  | 'announcedPerLinkMax'
  | 'graftsPerLinkMax'
  | 'announcerStandingsMax'
  | 'pullBytesMax'
>;

/** What the trees need of their peer: its links, its log, its clock. */
export interface TreeHost {
  readonly self: PeerId;
  readonly config: TreeConfig;
  readonly limits: TreeLimits;
  readonly counters: TreeCounters;
  nowMs(): number;
  neighbours(): readonly Neighbour[];
  /** Of the last probe; undefined before. */
  roundTripMs(link: LinkId): number | undefined;
  /** Whether a batch is here, delivered or not, or will never be wanted. */
  holds(stream: StreamId, last: number): boolean;
  /** The bytes of a batch that ends with this message, if they are kept; good until the next look. */
  bytesOf(stream: StreamId, last: number): Uint8Array | undefined;
  send(link: LinkId, bytes: Uint8Array, priority: Priority): void;
  /** Calls `announce` or `demand` at this time or earlier. */
  wakeBy(timer: 'ihave' | 'graft', atMs: number): void;
}
