import type { TreeEdges } from './broadcast/forest.js';
import type { Config } from './config.js';
import type { Effect, Message } from './effect.js';
import type { MessageId, PeerId, StreamId, Topic } from './ids.js';
import type { Input, LinkId, Now } from './input.js';
import type { Limits } from './limits.js';
import type { BatchStore } from './log/batch-store.js';
import type { Defences } from './membership/defences.js';
import type { Random } from './random.js';
import type { Signer } from './trust/signer.js';
import type { Counters, MemberView, Receipt, StatusView } from './view.js';

/** Who a peer is and what it may use. */
export interface EngineOptions {
  readonly id: PeerId;
  /** Higher than that of any earlier run under this id. */
  readonly generation: number;
  /** Peers of another network are refused; 1 to 64 bytes. */
  readonly network: string;
  /** What others are told about us, at most `metaBytesMax`; opaque to core. */
  readonly meta: Uint8Array;
  /** Signs as `id`, and checks everybody's signatures. */
  readonly signer: Signer;
  readonly random: Random;
  /** Keeps the log; what an earlier run left in it is taken over. Default: memory. */
  readonly store?: BatchStore;
  readonly config?: Partial<Config>;
  readonly limits?: Partial<Limits>;
  /** Default: all. For experiments only. */
  readonly defences?: Partial<Defences>;
}

/** One peer as a pure state machine: the same bytes run in the simulator and in a terminal. */
export interface Engine {
  /**
   * Takes one input and returns what the host must do, in order.
   * @throws HearsayError for a refused command; nothing has changed then
   */
  handle(input: Input, now: Now): readonly Effect[];
  /** A snapshot for screens. */
  status(now: Now): StatusView;
  /** One other member of that snapshot, at the cost of one; undefined for a stranger and for ourselves. */
  member(peer: PeerId): MemberView | undefined;
  /** Who is known to hold a message: derived from clocks, there are no acknowledgements. */
  receipt(id: MessageId): Receipt;
  /** What another member was last known to hold, stream by stream; undefined for a stranger. */
  holdings(peer: PeerId): ReadonlyMap<StreamId, number> | undefined;
  /** In the broadcast trees of how many origins an open link is an edge, or only announces. */
  edges(link: LinkId): TreeEdges;
  /** The newest `limit` kept messages (of one topic, or of all), oldest first, in delivery order. */
  history(topic: Topic | undefined, limit: number): readonly Message[];
  counters(): Readonly<Counters>;
}
