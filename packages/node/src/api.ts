import type {
  Address,
  Config,
  Counters,
  HlcTime,
  Limits,
  MemberReason,
  MemberState,
  MessageId,
  PeerId,
  Port,
  Priority,
  Replica,
  StatusView,
  StreamId,
} from '@hearsay/core';
import type { PeerHttp } from './http/peer-http.js';
import type { RuntimeLimits } from './limits.js';
import type { LinkCounters } from './links/link-counters.js';
import type { KeyEvent } from './network/key-event.js';
import type { KeyId } from './network/network-key.js';
import type { NetworkKeys } from './network/network-keys.js';
import type { Durability } from './store/durability.js';
import type { RuntimeTimers } from './timers.js';

/** How a peer is made; every field but `nick` has a default. */
export interface PeerOptions {
  /** A label others see, 1 to 32 characters after control characters are removed. */
  readonly nick: string;
  /** Peers of another network are refused. Letters, digits and `. _ -`. Default `local`. */
  readonly network?: string;
  /**
   * The keys that let peers in, of `openNetwork`, `joinNetwork` or `NetworkKeys.of`. Default: those
   * kept in this user's state folder for `network`, made when there are none.
   */
  readonly keys?: NetworkKeys;
  /** An exact port (busy: error `port-busy`), or undefined: the first free of 7340-7359, then any. 0: any. */
  readonly port?: number;
  /** Address to listen on. Default loopback, or every interface with `lan`. */
  readonly host?: string;
  /** `host:port` of peers to dial now and for ever. */
  readonly join?: readonly string[];
  /** Listen and announce beyond this machine. */
  readonly lan?: boolean;
  /** Look for peers by multicast and by the run folder. Default true. */
  readonly discover?: boolean;
  /** Folder of the profile (id, generation, lock); undefined: a fresh id that nobody remembers. */
  readonly stateFolder?: string;
  /** What `stored` promises of messages in that folder. Default `process`. */
  readonly durability?: Durability;
  /** Folder where peers of this machine and user leave their address. Default `$XDG_RUNTIME_DIR/hearsay`. */
  readonly runFolder?: string;
  /** UDP port of the announcements. Default 7339. */
  readonly discoveryPort?: number;
  /**
   * Who shows it may ask over HTTP from anywhere; without one only programs of this machine may. 16
   * to 256 letters, digits and `- . _ ~`; on the network it is read by whoever listens in.
   */
  readonly httpToken?: string;
  /** Small facts about this peer for others to see, at most 12 keys. `pid` and `version` are added. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Ends the peer without a goodbye when aborted. */
  readonly signal?: AbortSignal;
  readonly timings?: Partial<Config & RuntimeTimers>;
  readonly limits?: Partial<Limits & RuntimeLimits>;
}

/** A message as an application sees it. `key`, `text` and `clock` are made when read, and not part of JSON. */
export interface PeerMessage {
  readonly id: MessageId;
  /** `<peer>.<generation>:<sequence>`. */
  readonly key: string;
  readonly topic: string;
  readonly payload: Uint8Array;
  /** The payload as UTF-8 text (decoded when read; wrong bytes become U+FFFD). */
  readonly text: string;
  readonly from: { readonly id: PeerId; readonly nick: string | undefined };
  readonly time: HlcTime;
  readonly own: boolean;
  /** Only its author and `to` can read it; the others carry it unread. */
  readonly direct: boolean;
  /** Whom a direct message is for. */
  readonly to: PeerId | undefined;
  readonly clock: readonly (readonly [StreamId, number])[];
}

/** What happened so far, as numbers that only grow. */
export interface PeerCounters extends Counters, Readonly<LinkCounters> {
  /** Direct messages of others that were carried unread. */
  readonly directCarried: number;
  /** Direct messages to us that do not open, and were not delivered. */
  readonly directUnreadable: number;
}

/** What became of a publication at once; `peer.receipt(id)` tells what became of it later. */
export interface Publication {
  readonly id: MessageId;
  readonly key: string;
  /** Links it goes out on now; 0: kept, and sent to whoever comes. */
  readonly links: number;
  /**
   * True when a queue is over its high-water mark, or too much is under way to some live peer:
   * `await peer.drained()` before publishing more.
   */
  readonly congested: boolean;
}

/** A member as screens show it. Ages are milliseconds at the time of the call. */
export interface PeerMember {
  readonly id: PeerId;
  readonly nick: string;
  /** The nick, with `~` and the end of the id where two members share it. */
  readonly label: string;
  readonly self: boolean;
  readonly state: MemberState;
  readonly stateForMs: number;
  readonly generation: number;
  readonly incarnation: number;
  readonly addresses: readonly Address[];
  readonly tags: Readonly<Record<string, string>>;
  readonly link: 'in' | 'out' | 'none';
  readonly rttMs: number | undefined;
  readonly heardMsAgo: number | undefined;
  readonly lacks: number;
  readonly ahead: number;
  readonly inSync: boolean;
  readonly diverged: boolean;
  /** Age of what it last told about its holdings. */
  readonly toldMsAgo: number | undefined;
}

/** One open link, and what it carried since it opened. */
export interface PeerLink {
  readonly peer: PeerId;
  readonly direction: 'in' | 'out';
  readonly sentFrames: number;
  readonly sentBytes: number;
  readonly receivedFrames: number;
  readonly receivedBytes: number;
  /** Dropped because its queue was full; sync brings what was in them. */
  readonly droppedFrames: number;
  /** Bytes that wait here and in the socket. */
  readonly waitingBytes: number;
  /** By a drill nothing passes. */
  readonly cut: boolean;
  /** Origins whose messages go straight over it, and those of which it only says what is here; none in a full mesh. */
  readonly eager: number;
  readonly lazy: number;
}

/** Faults on purpose, to see what a mesh makes of them. They end with the peer. */
export interface PeerDrills {
  /** Peers that are cut off. */
  readonly cuts: readonly PeerId[];
  /**
   * Loses without a sign all that goes to a peer and comes from it, on links that are open and on
   * those that will be: a silent cut, which the failure detectors of both have to find.
   */
  cut(peer: PeerId): void;
  /** Ends a cut, or all of them. */
  heal(peer?: PeerId): void;
}

/** The keys of the network that a peer runs in; `memberKeys` tells those of other members. */
export interface PeerKeys {
  /** Of all that are here, the one in use first. */
  readonly ids: readonly KeyId[];
  /**
   * Hands a new key, or one that is here, to members (by default all that are known, gone ones too:
   * they find it when they return). Nobody else can read it. It is not in use yet.
   * @throws PeerError `unknown-key`, `too-many-keys`, `closed`
   */
  install(options?: { readonly id?: KeyId; readonly to?: readonly PeerId[] }): KeyId;
  /** Has all members dial with a key; links stay. @throws PeerError `unknown-key`, `closed` */
  use(id: KeyId): void;
  /** Has all members refuse a key; links made with it are made anew. @throws PeerError `key-in-use`, `closed` */
  remove(id: KeyId): void;
}

/** What a program does with what comes to its port. */
export interface PortHandlers {
  /**
   * Repaired by anti-entropy with every neighbour that has this port open. It is called while the
   * peer is at work, and must not call the peer: what it brought is told by `repaired`.
   */
  readonly replica?: Replica;
  /**
   * A post of a neighbour, in the order it sent them; who sent it is certain. It is told at once,
   * within the turn that read it; `bytes` are a view of what the link received, to be copied by
   * whoever keeps them. More posts may come that were read before a refusal.
   * @throws HearsayError `malformed`, `forged`: the link of the neighbour is closed. Any other
   *   error is one of the application, and surfaces as an uncaught exception.
   */
  received(from: PeerId, bytes: Uint8Array): void;
  /** Anti-entropy brought `added` things into the replica. */
  repaired?(from: PeerId, added: number): void;
}

/** How something is posted. */
interface PostOptions {
  /** One neighbour; default: all. A member may be none: only `peer.links()` are (all, up to 64 peers). */
  readonly to?: PeerId;
  readonly priority?: Priority;
  readonly prompt?: boolean;
}

/** One port of a peer: what a program beside the messages says to the same program of others. */
export interface PeerPort {
  readonly port: Port;
  /**
   * Sends to every neighbour, or to one, at most once and in order; what a link loses is lost,
   * unless the replica repairs it. What is posted in one turn leaves together, and the bytes may be
   * used again at once. `control` (default `bulk`) is sent first and never dropped: keep it small
   * and rare, since a link with too much of it waiting is closed. What is `prompt` (default false)
   * does not wait for the end of the turn, only for what is posted in the same breath: for
   * somebody who waits for an answer.
   * @returns links it goes out on; 0: it reaches nobody, as there is no link to `to`, or none at all. Links
   * come and go, so this is no error, and who must be reached is to be asked again (`peer.on('link')`)
   * @throws PeerError `post-too-large` (over `postBytesMax`, 128 KiB), `bad-recipient` (this peer itself), `closed`
   */
  post(bytes: Uint8Array, options?: PostOptions): number;
  /** Signs as this peer: 64 bytes, of worth for this port of this network only. */
  sign(bytes: Uint8Array): Uint8Array;
  /** Whether `peer` signed these bytes for this port of this network. */
  verify(peer: PeerId, bytes: Uint8Array, signature: Uint8Array): boolean;
  /** SHA-256, for what is signed without being at hand: 32 bytes. */
  hash(bytes: Uint8Array): Uint8Array;
  /** Nothing comes any more, and the port may be opened again. Idempotent. */
  close(): void;
}

/** Typed events; `peer.on('member', ...)`. */
export interface PeerEvents {
  readonly message: PeerMessage;
  readonly member: {
    readonly member: PeerMember;
    readonly was: MemberState | undefined;
    readonly reason: MemberReason;
    readonly silentMs: number | undefined;
    readonly agreed: number;
    readonly asked: number;
  };
  /** A nick or tags changed; what a newcomer says of itself comes with its first `member` event. */
  readonly meta: { readonly member: PeerMember; readonly wasNick: string | undefined };
  readonly link: {
    readonly id: PeerId;
    readonly up: boolean;
    readonly address: Address | undefined;
    readonly reason: string;
  };
  /** Somebody's link was refused, by us or by them, with the reason in words. */
  readonly refused: {
    readonly address: Address | undefined;
    readonly code: number;
    readonly reason: string;
    readonly by: 'us' | 'them';
  };
  readonly 'dial-failed': {
    readonly address: Address;
    readonly attempt: number;
    readonly retryMs: number;
    readonly detail: string;
  };
  readonly isolated: { readonly isolated: boolean; readonly lost: number; readonly of: number };
  readonly stalled: { readonly ms: number };
  readonly 'caught-up': { readonly id: PeerId; readonly messages: number; readonly tookMs: number };
  readonly gap: { readonly stream: StreamId; readonly from: number; readonly to: number };
  readonly lagged: { readonly id: PeerId; readonly frames: number; readonly bytes: number };
  /** Who holds what changed (coalesced); read `status()` and `receipt()`. */
  readonly sync: { readonly live: number; readonly inSync: number };
  /** Discovery works in a lesser way than hoped, or another warning worth one line. */
  readonly warning: { readonly code: string; readonly message: string };
  /** A key of the network came, went, or is in use now. */
  readonly keys: KeyEvent;
  /** The peer ended by itself: its profile runs elsewhere, or an invariant broke. */
  readonly failed: { readonly error: Error };
}

export type PeerEventName = keyof PeerEvents;

/** How a clean goodbye went. */
export interface Departure {
  /** Own messages of this run that no other live peer is known to hold. */
  readonly onlyHere: number;
  /** Live others that hold everything of ours. */
  readonly heldBy: number;
}

/** One peer of a mesh. It serves and dials; there is no server. */
export interface Peer {
  readonly id: PeerId;
  readonly generation: number;
  readonly nick: string;
  readonly keys: PeerKeys;
  readonly drills: PeerDrills;
  readonly port: number;
  /** `ws://host:port` to dial. */
  readonly url: string;
  readonly http: PeerHttp;
  /**
   * Publishes at once and tells what happened to it so far.
   * @throws PeerError `payload-too-large`, `topic-too-long`, `topic-empty`, `topic-reserved`, `outbox-full`, `disk-failed`, `closed`
   */
  publish(topic: string, payload: string | Uint8Array): Publication;
  /**
   * Publishes what only `to` and we can read. Every member carries it and sees who writes to whom,
   * when, and how much. `directTopic(peer.id, to)` is its topic, for `history` and `subscribe`.
   * @throws PeerError `bad-recipient`, `payload-too-large`, `outbox-full`, `closed`
   */
  direct(to: PeerId, payload: string | Uint8Array): Publication;
  /**
   * Messages of a topic in causal order, after the newest `history` (default 0) of those kept.
   * Collects from now on, read or not; ends with the peer, with `signal`, or when the reader stops.
   * @throws PeerError `closed`
   */
  subscribe(
    topic: string,
    options?: { readonly signal?: AbortSignal; readonly history?: number },
  ): AsyncIterable<PeerMessage>;
  /** Kept messages, oldest first. */
  history(topic?: string, limit?: number): readonly PeerMessage[];
  members(): readonly PeerMember[];
  /** Open links, with running totals. */
  links(): readonly PeerLink[];
  /** What another member was last known to hold, stream by stream; undefined for a stranger. */
  holdings(id: PeerId): ReadonlyMap<StreamId, number> | undefined;
  status(): StatusView;
  counters(): Readonly<PeerCounters>;
  receipt(id: MessageId): { readonly held: number; readonly live: number };
  /**
   * Resolves when the promise of `durability` holds for a message of this run; without a state
   * folder, when it is in the log.
   * @throws PeerError `disk-failed`, `closed`, or the signal's reason
   */
  stored(id: MessageId, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Resolves when `until` live others hold the message; rejects with `timeout` or the signal's reason. */
  held(
    id: MessageId,
    until: number,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<number>;
  /** Resolves when every live other is in sync and at least `live` (default 1) are there; rejects with `timeout`. */
  synced(options: {
    readonly live?: number;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal;
  }): Promise<void>;
  /** Resolves when `publish` would not say `congested`; a peer that stands still is not waited for. */
  drained(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /**
   * Opens a port for a program of its own beside the messages: 1 the cache, 2 and 3 documents, 4 services,
   * 5 signals of chat programs, from 16 on what an application likes. Neighbours that have it open too are
   * met at once.
   * @throws PeerError `bad-port`, `port-taken`, `closed`
   */
  open(port: Port, handlers: PortHandlers): PeerPort;
  /** Dials `host:port` now and keeps it as a seed. @throws PeerError `bad-address` */
  join(address: string): void;
  /** Others see it at once, and the profile keeps it. @throws PeerError `bad-nick`, `meta-too-large` */
  rename(nick: string): void;
  on<Name extends PeerEventName>(
    name: Name,
    listener: (event: PeerEvents[Name]) => void,
  ): () => void;
  /** Waits up to `flushMs` (default 2000) for one other to hold our messages, says goodbye, and closes. */
  leave(options?: { readonly flushMs?: number }): Promise<Departure>;
  /** Closes without a goodbye: others see a failure. Idempotent. */
  close(): Promise<void>;
}
