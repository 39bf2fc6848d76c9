import type { PeerId, Topic } from './ids.js';
import type { Priority } from './priority.js';
import type { Replica } from './sync/replica.js';
import type { Port } from './wire/post.js';

/** Two readings: the monotonic one drives timers, the wall one only feeds the hybrid clock. */
export interface Now {
  /** Milliseconds since any fixed point; never goes back. */
  readonly monotonicMs: number;
  /** Milliseconds since 1970. */
  readonly wallMs: number;
}

/** A number the host gives each link; never used twice by one host. */
export type LinkId = number;

/** `host:port`, as dialled. */
export type Address = string;

/** Why a dial gave no link. `refused` means: the host answered that nobody listens there. */
export type DialFailure = 'refused' | 'unreachable' | 'timeout' | 'not-hearsay';

/** Why a link ended, as the host saw it. */
export interface LinkClosure {
  /** WebSocket close code, or 1006 when the connection just broke. */
  readonly code: number;
  /** The remote's words, already stripped of control characters. */
  readonly reason: string;
}

/** What a host may ask of a peer. */
export type Command =
  /** Dial an address now and keep it as a seed, redialled for ever. */
  | { readonly kind: 'join'; readonly address: Address }
  /** An address heard of by discovery, with the id of whoever is there when known. */
  | { readonly kind: 'discovered'; readonly address: Address; readonly peer?: PeerId }
  /** Publish; answered by a `published` effect or a thrown HearsayError. */
  | { readonly kind: 'publish'; readonly topic: Topic; readonly payload: Uint8Array }
  /** Change what others see of us (`metaBytesMax`). */
  | { readonly kind: 'set-meta'; readonly meta: Uint8Array }
  /**
   * Opens a port: posts for it come as `post` effects from now on. Its replica is compared with
   * every neighbour at once, later now and then, and repaired. @throws `bad-port`, `port-taken`
   */
  | { readonly kind: 'attach'; readonly port: Port; readonly replica?: Replica }
  | { readonly kind: 'detach'; readonly port: Port }
  /**
   * Send bytes to whoever has the port open: to one neighbour, or to all. Answered by a `posted`
   * effect; the bytes may be used again at once. @throws `post-too-large`
   */
  | {
      readonly kind: 'post';
      readonly port: Port;
      readonly bytes: Uint8Array;
      readonly to?: PeerId;
      readonly priority: Priority;
    }
  /** A neighbour posted what its port cannot mean: its link is closed. */
  | {
      readonly kind: 'reject';
      readonly peer: PeerId;
      readonly code: 'malformed' | 'forged';
      readonly detail: string;
    }
  /** Say goodbye on every link; afterwards the engine only ignores. */
  | { readonly kind: 'leave' };

/** Everything that can happen to a peer. */
export type Input =
  /** The host listens now; `addresses` are where others can dial us. */
  | { readonly kind: 'start'; readonly addresses: readonly Address[] }
  /**
   * `dialled` is the address when we dialled it, undefined when they dialled us. `peer` is who it
   * is, where the host knows that for certain: a hello of anybody else is refused.
   */
  | {
      readonly kind: 'link-opened';
      readonly link: LinkId;
      readonly peer?: PeerId;
      readonly dialled?: Address;
      readonly remote?: Address;
    }
  | {
      readonly kind: 'dial-failed';
      readonly address: Address;
      readonly failure: DialFailure;
      readonly detail: string;
    }
  /** A connection that the host refused, or that was refused, before it became a link. */
  | {
      readonly kind: 'link-refused';
      readonly link: LinkId;
      readonly dialled?: Address;
      readonly remote?: Address;
      readonly closure: LinkClosure;
      readonly by: 'us' | 'them';
    }
  /** One transport message: one or more whole frames. */
  | { readonly kind: 'frames'; readonly link: LinkId; readonly bytes: Uint8Array }
  | {
      readonly kind: 'link-closed';
      readonly link: LinkId;
      readonly closure: LinkClosure;
      /** The host ended it for what came on it. */
      readonly isOffence?: boolean;
    }
  /** The time named by the last `wake` effect has come (early or late does no harm). */
  | { readonly kind: 'wake' }
  /** Longest delay of the host's event loop since the last sample. */
  | { readonly kind: 'health'; readonly loopDelayMs: number }
  /** The host dropped bulk frames of a link whose queue was full; sync will repair. */
  | {
      readonly kind: 'lagged';
      readonly link: LinkId;
      readonly frames: number;
      readonly bytes: number;
    }
  | { readonly kind: 'command'; readonly command: Command };
