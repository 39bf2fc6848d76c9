export { formatAddress, type HostAndPort, parseAddress } from './address.js';
export type {
  Departure,
  Peer,
  PeerEventName,
  PeerEvents,
  PeerMember,
  PeerMessage,
  PeerOptions,
  Publication,
} from './api.js';
export { createPeer } from './create-peer.js';
export { PeerError, type PeerErrorCode } from './errors.js';
export { DEFAULT_RUNTIME_LIMITS, type RuntimeLimits } from './limits.js';
export { DEFAULT_TIMERS, type RuntimeTimers } from './timers.js';
