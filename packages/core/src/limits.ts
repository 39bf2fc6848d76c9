/** Every bound of core on what somebody else can make grow, and what happens there. */
export interface Limits {
  /** Payload of one message; larger ones are refused with `payload-too-large`. */
  readonly payloadBytesMax: number;
  /** UTF-8 bytes of a topic; longer ones are refused with `topic-too-long`. */
  readonly topicBytesMax: number;
  /** What a member says of itself; larger is refused with `meta-too-large`, or closes the link. */
  readonly metaBytesMax: number;
  /** Records and payload bytes of one batch; a fuller one is sent at once and a new one begun. */
  readonly batchRecordsMax: number;
  readonly batchBytesMax: number;
  /** One transport message; a larger one closes its link. Far below the library's 100 MiB. */
  readonly transportBytesMax: number;
  /** Members remembered; the one dead or left the longest makes room, else the newcomer is ignored. */
  readonly membersMax: number;
  /** Members met lately, beside neighbours, of whom the table of a large mesh keeps a row; who was met longest ago is known by its lease. */
  readonly contactsMax: number;
  /** Members unknown so far that a neighbour may tell of on credit: each that is met, and 8 s, pay it back; further ones are ignored. */
  readonly newcomersPerLinkMax: number;
  /** Open links, handshakes included; one more is closed with `full`. */
  readonly linksMax: number;
  /** Peers that are not let in for 30 s for what they forged; the one remembered the longest makes room. */
  readonly bannedPeersMax: number;
  /** Dials under way; further ones wait their turn. */
  readonly dialsPendingMax: number;
  /** Dials in a row to peers that were only heard of, and how many a second from then on; further ones wait, and each that is met gives its place to another. */
  readonly hearsayDialsMax: number;
  readonly hearsayDialsPerSecondMax: number;
  /** Seeds and discovered addresses remembered; the oldest discovered one makes room. */
  readonly addressesMax: number;
  /** Walks (`forward-join`, `shuffle`) that a neighbour may send on at once, and how many a second from then on; further ones are ignored. */
  readonly walksPerLinkMax: number;
  readonly walksPerLinkPerSecondMax: number;
  /** Origins with a tree of their own; the one silent the longest makes room, and begins with the common one when it speaks again. */
  readonly treesMax: number;
  /** Relayed batches remembered by name, to tell a second copy; the oldest is forgotten, and a copy of it is relayed once more. */
  readonly relayedMax: number;
  /** Batches announced to us that have not come; further ones are ignored, sync repairs them. */
  readonly announcedMax: number;
  /** The same of which one neighbour told first; further ones of it are ignored. */
  readonly announcedPerLinkMax: number;
  /** Announced batches that one neighbour is asked for at a time; of further ones another is asked, or nobody. */
  readonly graftsPerLinkMax: number;
  /** Neighbours of which it is remembered how often they served what they announced; the one remembered the longest makes room. */
  readonly announcerStandingsMax: number;
  /** Messages kept; the oldest delivered batches go first and the floor of their stream rises. */
  readonly logMessagesMax: number;
  readonly logBytesMax: number;
  readonly logAgeMaxMs: number;
  /** Batches that wait for a cause; the newest one is dropped and pulled later. */
  readonly holdBackBatchesMax: number;
  readonly holdBackBytesMax: number;
  /** The same for one stream: its author must not take the room of others. */
  readonly holdBackStreamBatchesMax: number;
  /** Streams (peer generations that published) in the vector clock; batches of further ones are dropped, counted and told. */
  readonly streamsMax: number;
  /** Streams of authors nobody knows that one neighbour may claim to hold, and as many again in a minute; further ones are ignored. */
  readonly strangeStreamsPerLinkMax: number;
  /** Origins and generations of which a proof of equivocation is kept; further ones are counted only. */
  readonly equivocationsMax: number;
  /** Bytes answered to one pull; the puller asks again. */
  readonly pullBytesMax: number;
  /** Streams told one by one when asking what is lacking; of more, hashes of parts are told first. */
  readonly summaryStreamsMax: number;
  /** Bytes of the log that a neighbour is told at once in answers to pulls, beside one and a half times all that is kept. */
  readonly logAnswerBurstBytes: number;
  /** A second from then on; what was said meanwhile comes on top. */
  readonly logAnswerBytesPerSecond: number;
  /** Members of a large mesh known by their leases; further ones are ignored and counted. 0: none, and we announce ourselves to nobody. */
  readonly rosterMembersMax: number;
  /** Probes carried for others at once; further requests are left unanswered. */
  readonly relayedProbesMax: number;
  /** The same for one neighbour in a row, and a second from then on; further requests stay unanswered. */
  readonly relaysPerLinkMax: number;
  readonly relaysPerSecondMax: number;
  /** Bytes of one post of a port; more are refused with `post-too-large`. */
  readonly postBytesMax: number;
  /** Messages published in one turn of the event loop; further ones are refused with `outbox-full`. */
  readonly outboxMessagesMax: number;
}

const KIB = 1_024;
const MIB = 1_024 * KIB;

export const DEFAULT_LIMITS: Limits = {
  payloadBytesMax: 48 * KIB,
  topicBytesMax: 128,
  metaBytesMax: 512,
  batchRecordsMax: 1_000,
  batchBytesMax: 56 * KIB,
  transportBytesMax: 256 * KIB,
  membersMax: 1_024,
  contactsMax: 64,
  newcomersPerLinkMax: 32,
  linksMax: 128,
  bannedPeersMax: 256,
  dialsPendingMax: 64,
  hearsayDialsMax: 8,
  hearsayDialsPerSecondMax: 8,
  addressesMax: 256,
  walksPerLinkMax: 256,
  walksPerLinkPerSecondMax: 64,
  treesMax: 64,
  relayedMax: 4_096,
  announcedMax: 4_096,
  announcedPerLinkMax: 1_024,
  graftsPerLinkMax: 256,
  announcerStandingsMax: 1_024,
  logMessagesMax: 200_000,
  logBytesMax: 128 * MIB,
  logAgeMaxMs: 31_536_000_000,
  holdBackBatchesMax: 4_096,
  holdBackBytesMax: 16 * MIB,
  holdBackStreamBatchesMax: 1_024,
  streamsMax: 2_048,
  strangeStreamsPerLinkMax: 256,
  equivocationsMax: 64,
  pullBytesMax: 1 * MIB,
  summaryStreamsMax: 1_000,
  logAnswerBurstBytes: 1 * MIB,
  logAnswerBytesPerSecond: 1 * MIB,
  rosterMembersMax: 16_384,
  relayedProbesMax: 256,
  relaysPerLinkMax: 64,
  relaysPerSecondMax: 32,
  postBytesMax: 128 * KIB,
  outboxMessagesMax: 100_000,
};

/**
 * Bytes of one frame's body that the decoder accepts, whatever the transport let through. Bulk is
 * cut at about 60 KiB; only a batch that names thousands of causes beside a large message is larger.
 */
export const FRAME_BODY_BYTES_MAX: number = 160 * KIB;
/** A batch must also fit into a delta, with the few bytes around it. */
export const BATCH_BODY_BYTES_MAX: number = FRAME_BODY_BYTES_MAX - 64;
/** The bytes of a post, beside the number of its port. */
export const POST_BODY_BYTES_MAX: number = FRAME_BODY_BYTES_MAX - 3;
/** Largest number on the wire; sums of a few of them stay exact. */
export const WIRE_NUMBER_MAX: number = 2 ** 48 - 1;
/** Largest incarnation: nobody lives to refute that often. */
export const INCARNATION_MAX: number = 2 ** 32 - 1;
/** Largest number of a port. */
export const PORT_MAX = 65_535;
/** A signature, of whatever kind the network uses; Ed25519's. */
export const SIGNATURE_BYTES = 64;
/** Names decoded from a frame. */
export const NETWORK_BYTES_MAX = 64;
export const ADDRESS_BYTES_MAX = 128;
export const ADDRESSES_PER_FRAME_MAX = 8;
/** Entries of one list in a frame: at most 47 bytes each, so the body bound holds too. */
export const ENTRIES_PER_FRAME_MAX = 2_048;
/** Entries of one `have`: each costs a look at who wrote it, and what waits behind waits for all of them. */
export const HAVE_ENTRIES_PER_FRAME_MAX = 256;
/** Contacts of one exchange: a shuffle of HyParView carries eight. */
export const CONTACTS_PER_FRAME_MAX = 16;
/** Steps of a random walk: HyParView's are six. */
export const WALK_HOPS_MAX = 15;
/** Parts of what is held, in one list of a question or an answer. */
export const PARTS_PER_FRAME_MAX = 4_096;
/** Batches that one `ihave` or `graft` names, origins that one `prune` names. */
export const RELAY_ENTRIES_PER_FRAME_MAX = 256;
/** News of members in a frame: each may cost a signature to check. */
export const UPDATES_PER_FRAME_MAX = 64;
