export { formatAddress, type HostAndPort, parseAddress } from './address.js';
export type {
  Departure,
  Peer,
  PeerCounters,
  PeerDrills,
  PeerEventName,
  PeerEvents,
  PeerKeys,
  PeerLink,
  PeerMember,
  PeerMessage,
  PeerOptions,
  PeerPort,
  PortHandlers,
  Publication,
} from './api.js';
export { createPeer } from './create-peer.js';
export { directTopic } from './direct/direct-topic.js';
export { type LocalPeer, localPeersOf, localProcessOf } from './discovery/local-process.js';
export { PeerError, type PeerErrorCode } from './errors.js';
export type { ReadinessCheck } from './http/health.js';
export type { LabelledValue, Measure } from './http/measure.js';
export type {
  DenialHandler,
  HttpDenial,
  HttpHandler,
  PeerHttp,
  UpgradeHandler,
} from './http/peer-http.js';
export { readBody } from './http/read-body.js';
export { DEFAULT_RUNTIME_LIMITS, type RuntimeLimits } from './limits.js';
export { formatInvite, type Invite, looksLikeInvite, parseInvite } from './network/invite.js';
export type { Keyring } from './network/keyring.js';
export { memberKeys } from './network/member-keys.js';
export { networkFolder } from './network/network-file.js';
export { type KeyId, keyIdOf, shortKeyId } from './network/network-key.js';
export { NetworkKeys } from './network/network-keys.js';
export { LOCAL_NETWORK } from './network/network-name.js';
export { defaultStateFolder } from './network/state-folder.js';
export {
  joinNetwork,
  networkNames,
  openNetwork,
  type StoredNetwork,
} from './network/stored-network.js';
export { DURABILITIES, type Durability } from './store/durability.js';
export { DEFAULT_TIMERS, type RuntimeTimers } from './timers.js';
