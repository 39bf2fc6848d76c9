/** One message as one peer showed it, taken from the log of that peer alone. */
export interface Delivery {
  /** `<stream>:<sequence>`, the same at every peer. */
  readonly id: string;
  /** One run of one author; its messages are numbered. */
  readonly stream: string;
  readonly sequence: number;
  readonly room: string;
  readonly author: string;
  readonly text: string;
  /**
   * For each stream the last message that the author had when it sent this one. Undefined for an
   * own message: it is only acknowledged, and may be sent with what arrived a moment later.
   */
  readonly clock: ReadonlyMap<string, number> | undefined;
}

/** All that one process showed, in the order in which it did. */
export interface PeerLog {
  readonly peer: string;
  readonly deliveries: readonly Delivery[];
  /** False for a process that was killed: it need not hold everything. */
  readonly live: boolean;
  /** The hash over its state that it told last. */
  readonly hash: string | undefined;
}
