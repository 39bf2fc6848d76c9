import { HearsayError } from '../errors.js';
import type { PeerId } from '../ids.js';
import type { Address } from '../input.js';
import { ADDRESS_BYTES_MAX, ADDRESSES_PER_FRAME_MAX, SIGNATURE_BYTES } from '../limits.js';
import { type Narrowing, readNarrowing, writeNarrowing } from '../wire/digest.js';
import { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

/** What is known of a member that may be far away, see `RosterView`. */
export type PresenceState = 'present' | 'missing' | 'left';

/** A member says that it is there, and for how long that may be believed. */
export interface Announcement {
  readonly peer: PeerId;
  readonly generation: number;
  /** When it said so, by its own wall clock; each announcement of a peer is later than those before. */
  readonly saidMs: number;
  /** Believed this long; 0: it said goodbye. */
  readonly leaseMs: number;
  readonly addresses: readonly Address[];
  /** Its opaque description, so that whoever is far away has a name. */
  readonly meta: Uint8Array;
}

/** An announcement as it is passed on. */
export interface Presence extends Announcement {
  /** Its member's own. */
  readonly signature: Uint8Array;
  /** A neighbour found it gone after it said so: hearsay, which the member alone can deny. */
  readonly missing: boolean;
}

/** Nobody promises to be there for longer. */
export const LEASE_MS_MAX = 7_200_000;

export type RosterPiece =
  | { readonly kind: 'presence'; readonly presence: Presence }
  | { readonly kind: 'narrowing'; readonly narrowing: Narrowing };

const TAG_PRESENT = 0;
const TAG_MISSING = 1;
const TAG_NARROWING = 2;

/** What a member signs. */
export function writeAnnouncement(writer: Writer, announcement: Announcement): Writer {
  const { peer, generation, saidMs, leaseMs, addresses, meta } = announcement;
  writer.peer(peer).varuint(generation).varuint(saidMs).varuint(leaseMs);
  return writer.list(addresses, (address) => writer.text(address)).bytes(meta);
}

export function encodePiece(piece: RosterPiece): Uint8Array {
  const writer = new Writer();
  if (piece.kind === 'narrowing') {
    writeNarrowing(writer.u8(TAG_NARROWING), piece.narrowing);
    return writer.finish();
  }
  const { presence } = piece;
  writeAnnouncement(writer.u8(presence.missing ? TAG_MISSING : TAG_PRESENT), presence);
  return writer.raw(presence.signature).finish();
}

/** @throws HearsayError `malformed` */
export function* readPieces(bytes: Uint8Array, metaBytesMax: number): Generator<RosterPiece> {
  const reader = new Reader(bytes);
  while (reader.remaining > 0) {
    const tag = reader.u8();
    if (tag === TAG_NARROWING) yield { kind: 'narrowing', narrowing: readNarrowing(reader) };
    else if (tag === TAG_PRESENT || tag === TAG_MISSING) {
      yield { kind: 'presence', presence: readPresence(reader, tag === TAG_MISSING, metaBytesMax) };
    } else throw new HearsayError('malformed', `unknown piece ${tag} of a roster`);
  }
}

function readPresence(reader: Reader, missing: boolean, metaBytesMax: number): Presence {
  return {
    peer: reader.peer(),
    generation: reader.varuint(),
    saidMs: reader.varuint(),
    leaseMs: reader.varuint(LEASE_MS_MAX),
    addresses: reader.list(ADDRESSES_PER_FRAME_MAX, () => reader.text(ADDRESS_BYTES_MAX)),
    meta: reader.bytes(metaBytesMax).slice(),
    signature: reader.raw(SIGNATURE_BYTES).slice(),
    missing,
  };
}

/** What a presence says of its member. */
export function stateOf({ leaseMs, missing }: Presence): PresenceState {
  if (leaseMs === 0) return 'left';
  return missing ? 'missing' : 'present';
}

/** The same among the states of members. */
export function memberStateOf(presence: Presence): 'alive' | 'dead' | 'left' {
  const state = stateOf(presence);
  if (state === 'left') return state;
  return state === 'present' ? 'alive' : 'dead';
}
