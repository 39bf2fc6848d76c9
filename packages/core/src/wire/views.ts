import type { PeerId } from '../ids.js';
import type { Address } from '../input.js';
import {
  ADDRESS_BYTES_MAX,
  ADDRESSES_PER_FRAME_MAX,
  CONTACTS_PER_FRAME_MAX,
  WALK_HOPS_MAX,
} from '../limits.js';
import type { Reader } from './reader.js';
import { Writer } from './writer.js';

/**
 * Somebody, and where to dial it. Nobody signs this: who answers at an address must prove its id,
 * so a wrong one costs a dial and no more.
 */
export interface Contact {
  readonly peer: PeerId;
  readonly addresses: readonly Address[];
}

/** "I am new here: take me, and tell others." Answered by `neighbour-reply`. */
interface Join {
  readonly kind: 'join';
}

/** A newcomer, on a random walk to those who will take it. */
export interface ForwardJoin {
  readonly kind: 'forward-join';
  /** Steps that are left. */
  readonly hops: number;
  readonly newcomer: Contact;
}

/** "Let us be neighbours." `urgent`: the sender has fewer than two others, or is where a walk ended. */
interface Neighbour {
  readonly kind: 'neighbour';
  readonly urgent: boolean;
}

interface NeighbourReply {
  readonly kind: 'neighbour-reply';
  readonly accepted: boolean;
}

/** Contacts to exchange, on a random walk; the first is whoever began it. */
export interface Shuffle {
  readonly kind: 'shuffle';
  /** Names the walk, so that the answer finds its way back. */
  readonly nonce: number;
  /** Steps that are left. */
  readonly hops: number;
  readonly contacts: readonly Contact[];
}

export interface ShuffleReply {
  readonly kind: 'shuffle-reply';
  readonly nonce: number;
  readonly contacts: readonly Contact[];
}

/** "May this link go?" Whoever agrees closes it with `released`; whoever does not says `keep`. */
interface Release {
  readonly kind: 'release';
}

/** "No: I need this link." */
interface Keep {
  readonly kind: 'keep';
}

/** Whose island this is: the lowest id that still beats within reach. */
export interface Island {
  readonly kind: 'island';
  readonly root: PeerId;
  /** Rises as long as the root lives. */
  readonly beat: number;
  /** Members that the root knows of, itself included. */
  readonly members: number;
}

/** What peers say about whom they are linked to. */
export type ViewFrame =
  | Join
  | ForwardJoin
  | Neighbour
  | NeighbourReply
  | Shuffle
  | ShuffleReply
  | Release
  | Keep
  | Island;

const EMPTY = new Uint8Array(0);

/** The body of any of these frames. */
export function writeViewFrame(frame: ViewFrame): Uint8Array {
  const writer = new Writer();
  switch (frame.kind) {
    case 'join':
    case 'release':
    case 'keep':
      return EMPTY;
    case 'forward-join':
      writer.u8(frame.hops);
      writeContact(writer, frame.newcomer);
      break;
    case 'neighbour':
      writer.u8(frame.urgent ? 1 : 0);
      break;
    case 'neighbour-reply':
      writer.u8(frame.accepted ? 1 : 0);
      break;
    case 'shuffle':
      writer.u32(frame.nonce).u8(frame.hops);
      writer.list(frame.contacts, (contact) => writeContact(writer, contact));
      break;
    case 'shuffle-reply':
      writer.u32(frame.nonce);
      writer.list(frame.contacts, (contact) => writeContact(writer, contact));
      break;
    case 'island':
      writer.peer(frame.root).varuint(frame.beat).varuint(frame.members);
      break;
  }
  return writer.finish();
}

/** The mirror of `writeViewFrame`. @throws HearsayError `malformed` */
export function readViewFrame(reader: Reader, kind: ViewFrame['kind']): ViewFrame {
  switch (kind) {
    case 'join':
    case 'release':
    case 'keep':
      return { kind };
    case 'forward-join':
      return { kind, hops: reader.u8(WALK_HOPS_MAX), newcomer: readContact(reader) };
    case 'neighbour':
      return { kind, urgent: reader.flag() };
    case 'neighbour-reply':
      return { kind, accepted: reader.flag() };
    case 'shuffle':
      return {
        kind,
        nonce: reader.u32(),
        hops: reader.u8(WALK_HOPS_MAX),
        contacts: readContacts(reader),
      };
    case 'shuffle-reply':
      return { kind, nonce: reader.u32(), contacts: readContacts(reader) };
    case 'island':
      return { kind, root: reader.peer(), beat: reader.varuint(), members: reader.varuint() };
  }
}

function writeContact(writer: Writer, { peer, addresses }: Contact): void {
  writer.peer(peer).list(addresses, (address) => writer.text(address));
}

function readContact(reader: Reader): Contact {
  const peer = reader.peer();
  const addresses = reader.list(ADDRESSES_PER_FRAME_MAX, () => reader.text(ADDRESS_BYTES_MAX));
  return { peer, addresses };
}

function readContacts(reader: Reader): Contact[] {
  return reader.list(CONTACTS_PER_FRAME_MAX, () => readContact(reader));
}
