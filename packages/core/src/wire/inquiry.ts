import type { StreamId } from '../ids.js';
import { ENTRIES_PER_FRAME_MAX } from '../limits.js';
import type { StateHash } from '../log/state-hash.js';
import { writeStream } from './clock-entries.js';
import type { Reader } from './reader.js';
import { Writer } from './writer.js';

/** How far somebody holds a stream, and the hash over all of it. */
export interface ChainEntry {
  readonly stream: StreamId;
  readonly last: number;
  readonly chain: StateHash;
}

/** "Our clocks agree and our contents do not: these are my chains." */
export interface Chains {
  readonly kind: 'chains';
  readonly chains: readonly ChainEntry[];
}

/** Where a kept batch begins, and its hash. */
export interface TrailEntry {
  readonly first: number;
  readonly hash: StateHash;
}

/** "Of this stream I keep these batches"; with `reply`, the other side says its own. */
export interface Trail {
  readonly kind: 'trail';
  readonly stream: StreamId;
  readonly reply: boolean;
  /** One after the other, oldest first. */
  readonly batches: readonly TrailEntry[];
}

export function writeChains(frame: Chains): Uint8Array {
  const writer = new Writer();
  writer.list(frame.chains, ({ stream, last, chain }) => {
    writeStream(writer, stream).varuint(last).u32(chain.high).u32(chain.low);
  });
  return writer.finish();
}

export function readChains(reader: Reader): Chains {
  const chains = reader.list(ENTRIES_PER_FRAME_MAX, () => {
    const stream = reader.stream();
    return { stream, last: reader.varuint(), chain: readHash(reader) };
  });
  return { kind: 'chains', chains };
}

export function writeTrail(frame: Trail): Uint8Array {
  const writer = writeStream(new Writer(), frame.stream).u8(frame.reply ? 1 : 0);
  writer.list(frame.batches, ({ first, hash }) => {
    writer.varuint(first).u32(hash.high).u32(hash.low);
  });
  return writer.finish();
}

export function readTrail(reader: Reader): Trail {
  const stream = reader.stream();
  const reply = reader.flag();
  const batches = reader.list(ENTRIES_PER_FRAME_MAX, () => {
    return { first: reader.varuint(), hash: readHash(reader) };
  });
  return { kind: 'trail', stream, reply, batches };
}

function readHash(reader: Reader): StateHash {
  return { high: reader.u32(), low: reader.u32() };
}
