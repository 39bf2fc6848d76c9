/** How the simulated network behaves; everything may be changed while it runs. */
export interface NetworkSettings {
  /** One way, in milliseconds: fixed, or drawn uniformly from a range. */
  latencyMs: number | readonly [min: number, max: number];
  /** Of one direction of one link; undefined: no limit. */
  bandwidthBytesPerMs: number | undefined;
  /** Bytes of one direction that the far process has not read yet; more waits at the sender. */
  windowBytes: number;
  /** Bulk bytes waiting at the sender; over it the newest are dropped and the engine hears `lagged`. */
  bulkQueueBytesMax: number;
  /** Control bytes waiting at the sender; over it the link is abandoned. */
  controlQueueBytesMax: number;
  /** Largest transport message made of one turn's frames. */
  messageBytesMax: number;
  /** A closing handshake that the other side does not answer is cut after this long. */
  closeTimeoutMs: number;
  /** A dial without an answer fails after this long. */
  dialTimeoutMs: number;
  /**
   * What the dialler of a frozen process sees: `opens` as bare TCP does, where the kernel accepts,
   * or `waits` as WebSocket does, whose upgrade is answered by the process.
   */
  frozenDial: 'opens' | 'waits';
  /** After a heal the first bytes wait up to this long for the sender's retransmission timer. */
  retransmitMsMax: number;
  /** Faults of single transport messages. A byte stream never has them; other transports do. */
  faults: MessageFaults;
}

export interface MessageFaults {
  readonly lossPerMille: number;
  /** Never the first message of a link, which is the handshake's. */
  readonly duplicatePerMille: number;
  /** These take up to `lateMs` longer, and so come after younger ones. */
  readonly latePerMille: number;
  readonly lateMs: number;
}

export const NO_FAULTS: MessageFaults = {
  lossPerMille: 0,
  duplicatePerMille: 0,
  latePerMille: 0,
  lateMs: 0,
};

const KIB = 1_024;
const MIB = 1_024 * KIB;

/** A quiet local network. */
export const DEFAULT_NETWORK: NetworkSettings = {
  latencyMs: [0.1, 0.6],
  bandwidthBytesPerMs: undefined,
  windowBytes: 1 * MIB,
  bulkQueueBytesMax: 4 * MIB,
  controlQueueBytesMax: 1 * MIB,
  messageBytesMax: 64 * KIB,
  closeTimeoutMs: 1_000,
  dialTimeoutMs: 3_000,
  frozenDial: 'opens',
  retransmitMsMax: 200,
  faults: NO_FAULTS,
};
