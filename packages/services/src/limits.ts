const KIB = 1_024;
const MIB = 1_024 * KIB;

/** The port of a peer on which services meet: announcements, calls and their answers. */
export const SERVICES_PORT: number = 4;

/** Milliseconds that an announcement holds without being renewed. */
export const LEASE_MS: number = 15_000;
/** An announcement that claims to hold longer than this, by our clock, is ignored. Clocks of links differ by 5 s at most. */
export const LEASE_AHEAD_MS_MAX: number = LEASE_MS + 6_000;
/** UTF-8 bytes of the name of a service, of a version, of the name of a host. */
export const NAME_BYTES_MAX: number = 64;
/** Services of one provider. */
export const SERVICES_PER_PROVIDER_MAX: number = 64;
/** Pairs of metadata of one service. */
export const METADATA_PAIRS_MAX: number = 16;
/** UTF-8 bytes of a key or a value of metadata. */
export const METADATA_TEXT_BYTES_MAX: number = 128;
/** Breakers that one announcement tells of. */
export const BREAKERS_TOLD_MAX: number = 64;
/** Bytes of a signed announcement. */
export const RECORD_BYTES_MAX: number = 48 * KIB;
/** Announcements that are kept; those of further peers are ignored. */
export const RECORDS_MAX: number = 1_024;
/** Bytes of an encoded input or result, or of one item of a stream. */
export const PAYLOAD_BYTES_MAX: number = 120 * KIB;
/** Characters of the message of an error that travel. */
export const FAULT_TEXT_CHARS_MAX: number = 300;
/** UTF-8 bytes of a key that names an operation. */
export const OPERATION_BYTES_MAX: number = 128;
/** Bytes of `tracestate`; a longer one is dropped, as W3C Trace Context allows. */
export const TRACE_STATE_BYTES_MAX: number = 512;
/** A deadline may be so far away; a call that asks for more is refused. */
export const TIMEOUT_MS_MAX: number = 10 * 60_000;
/** Items of a stream that may be on their way unread. */
export const STREAM_WINDOW: number = 16;

/** Bounds that may be set when services are opened. */
export interface ServicesLimits {
  /** Calls of this peer under way at once; one more is refused with `overloaded`. */
  readonly callsMax: number;
  /** Calls of others that run or wait here, of all services; one more is refused with `overloaded`. */
  readonly servedMax: number;
  /** Outcomes of operations that are remembered; while all are young, further ones are refused with `overloaded`. */
  readonly operationsMax: number;
  /** Bytes of those outcomes; likewise. */
  readonly operationBytesMax: number;
}

export const DEFAULT_SERVICES_LIMITS: ServicesLimits = {
  callsMax: 10_000,
  servedMax: 10_000,
  operationsMax: 100_000,
  operationBytesMax: 64 * MIB,
};
