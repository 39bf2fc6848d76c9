/** Every bound of the runtime on what a network or a slow reader can make grow. */
export interface RuntimeLimits {
  /**
   * Control frames of one link that wait, here and in the socket. Control is never dropped, so a
   * link over this bound is closed with `overloaded`. Must exceed `socketHighWaterBytes`.
   */
  readonly controlQueueBytesMax: number;
  /** Bulk frames of one link that wait, here and in the socket; further ones are dropped and repaired by sync. */
  readonly bulkQueueBytesMax: number;
  /** Bytes handed to a socket and not yet taken by the system; above it bulk stays with us, behind control. */
  readonly socketHighWaterBytes: number;
  /** Bulk goes out in messages of about this size, so that control never waits long behind one. */
  readonly bulkMessageBytes: number;
  /** Up to this size control and bulk of a turn are copied into one message; above it two writes are cheaper. */
  readonly copyBytesMax: number;
  /** A link with more than this waiting makes `publish` say `congested`. */
  readonly congestedBytes: number;
  /** Below this it is drained again. Must be under `congestedBytes`. */
  readonly drainedBytes: number;
  /** Payload published in one turn of the event loop before `publish` says `congested`. */
  readonly turnBytes: number;
  /** Payload of ours that some live peer does not hold yet before `publish` says `congested`. */
  readonly publishWindowBytes: number;
  /** The same for all publishers together: each takes its share by the number of live peers. */
  readonly sharedWindowBytes: number;
  /**
   * Connections that dialled us and did not finish the handshake. One more, and the oldest of the
   * address that holds most of them is cut.
   */
  readonly pendingHandshakesMax: number;
  /** The same from one address: one more, and its own oldest is cut. */
  readonly pendingPerAddressMax: number;
  /** Handshakes of those who dialled us that are taken up in a row, and how many a second from then on; the others wait in their place. */
  readonly handshakesAtOnceMax: number;
  readonly handshakesPerSecondMax: number;
  /** Open links of one peer; one more is refused. There is rarely more than one, and never for long. */
  readonly linksPerPeerMax: number;
  /** HTTP connections at once beside links, upgraded ones too; one that is idle makes room, else 503. */
  readonly httpConnectionsMax: number;
  /** Frames read from a link in a second; above it the link is not read for a while. */
  readonly linkFramesPerSecondMax: number;
  /** Bytes read from a link in a second, likewise. */
  readonly linkBytesPerSecondMax: number;
  /** Milliseconds of a second spent on what a link sent and what brought nothing; above it the link is not read for a while. */
  readonly linkFutileMsPerSecondMax: number;
  /** Milliseconds of one turn of the event loop that a link may take before others are read; the rest of what it sent waits. */
  readonly linkSliceMs: number;
  /** Messages waiting in one subscription; the oldest is dropped and a `warning` says so. */
  readonly subscriberQueueMax: number;
  /** Announcements read in one second; then nothing is heard until the next. */
  readonly datagramsPerSecondMax: number;
  /** Peers remembered as already announced; the oldest makes room. */
  readonly announcersMax: number;
  /** Members remembered over restarts; those heard longest ago go first. */
  readonly savedMembersMax: number;
  /** Of these, dialled at the start (the latest), and again now and then while nobody is there (any). */
  readonly membersTriedMax: number;
  /** Files read in one scan of the run folder. */
  readonly runFilesMax: number;
  /** A file of the log on disk; a fuller one is closed and another begun. */
  readonly segmentBytes: number;
  /** Bytes of the log that wait in memory while the disk takes none; beyond, the peer closes with `disk-failed`. */
  readonly storeWaitingBytesMax: number;
}

const KIB = 1_024;
const MIB = 1_048_576;

export const DEFAULT_RUNTIME_LIMITS: RuntimeLimits = {
  controlQueueBytesMax: 2 * MIB,
  bulkQueueBytesMax: 4 * MIB,
  socketHighWaterBytes: 256 * KIB,
  bulkMessageBytes: 64 * KIB,
  copyBytesMax: 16 * KIB,
  congestedBytes: 512 * KIB,
  drainedBytes: 128 * KIB,
  turnBytes: 128 * KIB,
  publishWindowBytes: 1 * MIB,
  sharedWindowBytes: 2 * MIB,
  pendingHandshakesMax: 64,
  pendingPerAddressMax: 48,
  handshakesAtOnceMax: 8,
  handshakesPerSecondMax: 50,
  linksPerPeerMax: 4,
  httpConnectionsMax: 256,
  linkFramesPerSecondMax: 50_000,
  linkBytesPerSecondMax: 64 * MIB,
  linkFutileMsPerSecondMax: 100,
  linkSliceMs: 4,
  subscriberQueueMax: 10_000,
  datagramsPerSecondMax: 250,
  announcersMax: 1_024,
  savedMembersMax: 256,
  membersTriedMax: 32,
  runFilesMax: 512,
  segmentBytes: 4 * MIB,
  storeWaitingBytesMax: 16 * MIB,
};

/** Characters of a nick. */
export const NICK_CHARS_MAX = 32;
/** Tags an application may set; `pid` and `version` come on top. */
export const TAGS_MAX = 12;
/** Tags read from a remote. */
export const TAGS_READ_MAX = 16;
export const TAG_NAME_CHARS_MAX = 32;
export const TAG_VALUE_CHARS_MAX = 128;
/** UTF-8 bytes of a close reason (RFC 6455, section 5.5: a control frame holds 125, the code takes 2). */
export const CLOSE_REASON_BYTES_MAX = 123;
/** The file that remembers members. */
export const MEMBERS_FILE_BYTES_MAX = 524_288;
/** WebSocket fragments of a message: a sender needs one, something in between may cut it. */
export const FRAGMENTS_MAX = 16;
/** Pieces in which a message comes from the system: large ones, unless somebody drips. */
export const CHUNKS_MAX = 4_096;
/** The headers of a request. */
export const HEADER_BYTES_MAX = 8_192;
/** An announcement; far below any MTU. */
export const DATAGRAM_BYTES_MAX = 512;
/** Addresses in one announcement. */
export const ANNOUNCED_ADDRESSES_MAX = 4;
/** A file in the run folder, and a profile: both are a few short fields. */
export const SMALL_FILE_BYTES_MAX = 4_096;
/** A generation is a 32-bit number on the wire. */
export const GENERATION_MAX = 0xffff_ffff;
/** Peers whose keys are kept at hand for direct messages; the one not used the longest makes room. */
export const BOX_KEYS_MAX = 1_024;
/** Keys of one network at once: the one in use, and those on the way in or out. */
export const NETWORK_KEYS_MAX = 4;
/** Members that one message hands a new key to; more messages are sent for more. */
export const KEY_BOXES_MAX = 256;
/** Ids of removed keys remembered; the oldest is forgotten first. */
export const REMOVED_KEYS_MAX = 64;
/** Addresses of an invite, and those kept of it. */
export const INVITE_ADDRESSES_MAX = 4;
/** Characters of an invite that is read. */
export const INVITE_CHARS_MAX = 1_024;
/** A network file; with every list full it is about half of that. */
export const NETWORK_FILE_BYTES_MAX = 4_096;
/** UTF-8 bytes of the name of a network. */
export const NETWORK_BYTES_MAX = 64;
/** Messages kept by a peer with a folder, unless `logMessagesMax` is given; in memory it would be too much. */
export const DISK_LOG_MESSAGES_MAX = 2_000_000;
/** Bytes of them, unless `logBytesMax` is given. */
export const DISK_LOG_BYTES_MAX: number = 1_024 * MIB;
