const KIB = 1_024;
const MIB = 1_024 * KIB;

/** Every bound of the replication on what others can make grow, and its times. */
export interface ReplicationLimits {
  /** Streams in the vector; frames of further ones are dropped, counted and told. */
  readonly streamsMax: number;
  /** Frames that wait for a predecessor or a cause; the newest is dropped, and repair brings it. */
  readonly holdBackFramesMax: number;
  readonly holdBackBytesMax: number;
  /** The same for one stream: its author must not take the room of others. */
  readonly holdBackStreamFramesMax: number;
  /** A frame that waits this long is dropped; repair brings it. */
  readonly holdBackMs: number;
  /** Parts of frames and answers that are being gathered; over it the newest is dropped. */
  readonly partsBytesMax: number;
  /** What several peers have made of one key; more is not repaired, which an event tells. */
  readonly keyStateBytesMax: number;
  /** Bytes of repairs that one neighbour may have at once, beside one and a half times all there is. */
  readonly answerBurstBytes: number;
  /** Then it gets so many; its newest question waits. */
  readonly answerBytesPerSecond: number;
  /** A write dated further ahead of our clock than this closes the link that brought it. */
  readonly aheadMaxMs: number;
  /** What we hold is told to all no more often than this. */
  readonly haveIntervalMs: number;
  /** Digests are compared with one random neighbour this often. */
  readonly digestIntervalMs: number;
  /** Between two looks at what every member holds, to forget deletions. */
  readonly forgetIntervalMs: number;
  /** A deletion is remembered at least this long, so that a newcomer's first writes are later than it. */
  readonly forgetGraceMs: number;
  /** A member away this long no longer holds deletions up, and must begin anew when it returns. */
  readonly forgetAfterMs: number;
  /** Writes and reads that wait for others; one more is refused. */
  readonly waitsMax: number;
  /** Questions at once for what expired here too early; further keys wait for their turn. */
  readonly refillsMax: number;
  /** Computations under way that a peer looks after for others; one more is computed by who asks. */
  readonly flightsMax: number;
}

export const DEFAULT_REPLICATION_LIMITS: ReplicationLimits = {
  streamsMax: 1_024,
  holdBackFramesMax: 4_096,
  holdBackBytesMax: 16 * MIB,
  holdBackStreamFramesMax: 1_024,
  holdBackMs: 60_000,
  partsBytesMax: 16 * MIB,
  keyStateBytesMax: 64 * MIB,
  answerBurstBytes: 32 * MIB,
  answerBytesPerSecond: 4 * MIB,
  aheadMaxMs: 60_000,
  haveIntervalMs: 250,
  digestIntervalMs: 30_000,
  forgetIntervalMs: 1_000,
  forgetGraceMs: 30_000,
  forgetAfterMs: 86_400_000,
  waitsMax: 65_536,
  refillsMax: 8,
  flightsMax: 4_096,
};
