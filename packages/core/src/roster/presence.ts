import { HearsayError } from '../errors.js';
import type { PeerId } from '../ids.js';
import type { Address } from '../input.js';
import { ADDRESS_BYTES_MAX, ADDRESSES_PER_FRAME_MAX, SIGNATURE_BYTES } from '../limits.js';
import { type Narrowing, readNarrowing, writeNarrowing } from '../wire/digest.js';
import { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

/** A member says that it is there, and for how long that may be believed. */
export interface Announcement {
  readonly peer: PeerId;
  readonly generation: number;
  /** When it said so, by its own wall clock; each announcement of a peer is later than those before. */
  readonly saidMs: number;
  /** Believed this long; 0: it said goodbye. */
  readonly leaseMs: number;
  readonly addresses: readonly Address[];
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
  const { peer, generation, saidMs, leaseMs, addresses } = announcement;
  writer.peer(peer).varuint(generation).varuint(saidMs).varuint(leaseMs);
  return writer.list(addresses, (address) => writer.text(address));
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
export function* readPieces(bytes: Uint8Array): Generator<RosterPiece> {
  const reader = new Reader(bytes);
  while (reader.remaining > 0) {
    const tag = reader.u8();
    if (tag === TAG_NARROWING) yield { kind: 'narrowing', narrowing: readNarrowing(reader) };
    else if (tag === TAG_PRESENT || tag === TAG_MISSING) {
      yield { kind: 'presence', presence: readPresence(reader, tag === TAG_MISSING) };
    } else throw new HearsayError('malformed', `unknown piece ${tag} of a roster`);
  }
}

function readPresence(reader: Reader, missing: boolean): Presence {
  return {
    peer: reader.peer(),
    generation: reader.varuint(),
    saidMs: reader.varuint(),
    leaseMs: reader.varuint(LEASE_MS_MAX),
    addresses: reader.list(ADDRESSES_PER_FRAME_MAX, () => reader.text(ADDRESS_BYTES_MAX)),
    signature: reader.raw(SIGNATURE_BYTES).slice(),
    missing,
  };
}
