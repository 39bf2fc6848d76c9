import { HearsayError } from '../errors.js';
import type { PeerId } from '../ids.js';
import { NETWORK_BYTES_MAX } from '../limits.js';
import { type MemberRecord, readRecord, writeRecord } from './member-record.js';
import type { Reader } from './reader.js';
import { Writer } from './writer.js';

/** `HRSY`: what speaks here is Hearsay. */
const MAGIC = 0x48525359;

/** Versions of the protocol this code speaks. */
export const VERSION_MIN = 4;
export const VERSION_MAX = 4;

/** The first frame on every link, from both sides. */
export interface Hello extends MemberRecord {
  readonly kind: 'hello';
  readonly versionMin: number;
  readonly versionMax: number;
  readonly network: string;
  readonly peer: PeerId;
  /** Wall clock of the sender, in milliseconds since 1970. */
  readonly wallMs: number;
  /** Tells two processes with one identity apart. */
  readonly nonce: number;
}

/** The versions stand before everything that may change with them, so that any two can tell. */
export function writeHello(frame: Hello): Uint8Array {
  const writer = new Writer();
  writer.u32(MAGIC).varuint(frame.versionMin).varuint(frame.versionMax);
  writer.text(frame.network).varuint(frame.wallMs).u32(frame.nonce).peer(frame.peer);
  writeRecord(writer, frame);
  return writer.finish();
}

/** A hello of a version we do not speak keeps its range and nothing else. */
export type ReadHello =
  | Hello
  | { readonly kind: 'foreign'; readonly versionMin: number; readonly versionMax: number };

export function readHello(reader: Reader, metaBytesMax: number): ReadHello {
  if (reader.u32() !== MAGIC) throw new HearsayError('malformed', 'not a Hearsay hello');
  const versionMin = reader.varuint();
  const versionMax = reader.varuint();
  if (versionMin > VERSION_MAX || versionMax < VERSION_MIN || versionMin > versionMax) {
    reader.raw(reader.remaining);
    return { kind: 'foreign', versionMin, versionMax };
  }
  return {
    kind: 'hello',
    versionMin,
    versionMax,
    network: reader.text(NETWORK_BYTES_MAX),
    wallMs: reader.varuint(),
    nonce: reader.u32(),
    peer: reader.peer(),
    ...readRecord(reader, metaBytesMax),
  };
}
