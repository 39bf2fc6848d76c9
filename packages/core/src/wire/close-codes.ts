/**
 * WebSocket close codes of Hearsay (4000-4999 is the private range of RFC 6455, section 7.4.2).
 * A link closed with `goodbye`, `duplicate` or any refusal is never counted as a failure of the peer.
 */
export const CLOSE_CODES = {
  /** The peer leaves the mesh. */
  goodbye: 4000,
  /** Two links to one peer: the one dialled by the lower id stays. */
  duplicate: 4001,
  /** Bytes that do not decode. */
  malformed: 4002,
  /** No protocol version in common. */
  version: 4003,
  /** A peer of another network. */
  network: 4004,
  /** We dialled ourselves. */
  self: 4005,
  /** A newer generation of this id is known. */
  stale: 4006,
  /** Clocks too far apart. */
  skew: 4007,
  /** Nothing heard for too long. */
  silent: 4008,
  /** The other side does not read: its queue of control frames overflowed. */
  overloaded: 4009,
  /** No room for another link. */
  full: 4010,
  /** No hello in time. */
  handshake: 4011,
  /** Another process already runs under this id and generation. */
  identity: 4012,
  /** A statement without the signature of whoever it names, or about what only we can say. */
  forged: 4013,
  /** Another network key, or another network. */
  key: 4014,
  /** A message that does not open: changed, repeated, left out or brought in from elsewhere. */
  sealed: 4015,
  /** Its key is not that of the id it claims. */
  impostor: 4016,
  /** The network key by which the link was made is no longer one of ours: make another. */
  rekeyed: 4017,
  /** Both sides have enough other links: no failure, and no reason to dial again. */
  released: 4018,
} as const;

export type CloseCode = (typeof CLOSE_CODES)[keyof typeof CLOSE_CODES];

/** What a WebSocket library reports when a connection just broke (RFC 6455, section 7.1.5). */
export const ABNORMAL_CLOSURE = 1006;
