/** Every bound of documents on what an application, a client or a remote can make grow. */
export interface DocumentLimits {
  /** Documents known, loaded or not; further ones are refused here, and ignored of others. */
  readonly documentsMax: number;
  /** Documents in which nothing is left, remembered beside those; further ones count as documents. */
  readonly blankDocumentsMax: number;
  /** A deletion is remembered this long, and until all members know it; who was away longer does not count, and begins anew. */
  readonly forgetAfterMs: number;
  /** Documents in memory; the one unused the longest is unloaded, and if all are in use one more is refused. */
  readonly documentsLoadedMax: number;
  /** Bytes of a document; over it edits of clients are refused, and those of other peers still merged. */
  readonly documentBytesMax: number;
  /** Updates that wait behind a hole, of one peer for one document; over it they are dropped and pulled. */
  readonly heldUpdatesMax: number;
  /** Bytes of all updates that wait behind holes; over it they are dropped and pulled. */
  readonly heldBytesMax: number;
  /** Documents pulled from neighbours at once; further ones wait their turn. */
  readonly pullsMax: number;
  /** Bytes of answers that are handed out in pieces; the oldest makes room, and is made anew when asked for. */
  readonly answerBytesMax: number;
  /** Cursors and names in one document; those of further clients are ignored. */
  readonly awarenessStatesMax: number;
  /** Bytes of one of them as JSON; a larger one is ignored. */
  readonly awarenessStateBytesMax: number;
  /** Clients at this peer; one more is closed with `busy`. */
  readonly clientsMax: number;
  /** Messages read of a client in a second, after one second's worth at once; it is not read until the debt is paid. */
  readonly clientMessagesPerSecondMax: number;
  /** Bytes read of a client in a second, likewise. */
  readonly clientBytesPerSecondMax: number;
  /** Bytes that wait for a client; over it nothing more is sent until it has read them, then one update with all it missed. */
  readonly clientWaitingBytesMax: number;
}

const MIB = 1_048_576;
const KIB = 1_024;

export const DEFAULT_DOCUMENT_LIMITS: DocumentLimits = {
  documentsMax: 10_000,
  blankDocumentsMax: 100_000,
  forgetAfterMs: 86_400_000,
  documentsLoadedMax: 256,
  documentBytesMax: 16 * MIB,
  heldUpdatesMax: 256,
  heldBytesMax: 8 * MIB,
  pullsMax: 8,
  answerBytesMax: 32 * MIB,
  awarenessStatesMax: 1_024,
  awarenessStateBytesMax: 8 * KIB,
  clientsMax: 240,
  clientMessagesPerSecondMax: 1_000,
  clientBytesPerSecondMax: 4 * MIB,
  clientWaitingBytesMax: 4 * MIB,
};

/** Payload of one post: half of what a port takes, so that a document in pieces shares a link fairly. */
export const PIECE_BYTES_MAX: number = 64 * KIB;
/** A summary must fit a frame with room to spare; over it documents are compared by buckets. */
export const SUMMARY_BYTES_MAX: number = 48 * KIB;
/** UTF-8 bytes of a key, as for other values. */
export const DOCUMENT_KEY_BYTES_MAX = 512;
/** Peers that post to one document and whose order is followed; those of further ones are pulled. */
export const STREAMS_PER_DOCUMENT_MAX = 256;
/** Members that are asked before a deletion is forgotten; while there are more, none is. */
export const MEMBERS_MAX = 512;
/** Clients by which a document is known again; of more, these are enough. */
export const TRACED_CLIENTS_MAX = 256;
