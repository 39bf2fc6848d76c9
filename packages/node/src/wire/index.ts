/**
 * What stands between a socket and frames, for programs that speak to a peer without being one: the
 * handshake, the seals, announcements, and identities. See `@hearsay/core/wire` for the frames.
 */
export { Ed25519Signer, peerIdOf } from '../crypto/ed25519-signer.js';
export { newSeed, type SigningKeys, signingKeysOf } from '../crypto/keys.js';
export { type Announcement, encodeAnnouncement } from '../discovery/announcement.js';
export { GROUP } from '../discovery/multicast.js';
export {
  DiallerHandshake,
  type HandshakeStep,
  type LinkIdentity,
  ListenerHandshake,
  linkIdentity,
  type Session,
} from '../links/secure/handshake.js';
export { Opener, Sealer } from '../links/secure/seals.js';
