import { HearsayError, invariant } from '../errors.js';
import { ENTRIES_PER_FRAME_MAX, PARTS_PER_FRAME_MAX } from '../limits.js';
import type { StateHash } from '../log/state-hash.js';
import type { Reader } from './reader.js';
import type { Writer } from './writer.js';

/** A part of the space of names: those whose hash begins with `index`, in as many bits as the level has. */
export interface Part {
  /** 0 is the whole space. */
  readonly level: number;
  readonly index: number;
}

/** What a part holds, as one hash for each of the parts that it falls into. */
export interface PartHashes {
  readonly part: Part;
  readonly hashes: readonly StateHash[];
}

/** A name by its hash, and how much of it is held. */
export interface NamedVersion {
  readonly name: StateHash;
  readonly version: number;
}

/** All that a part holds. */
export interface PartEntries {
  readonly part: Part;
  readonly entries: readonly NamedVersion[];
}

/** "Of these parts I hold what has these hashes, and of those exactly this: what do I lack?" */
export interface Question {
  readonly hashes: readonly PartHashes[];
  readonly entries: readonly PartEntries[];
}

/** "Within these we differ somewhere, here are my hashes; of those tell me all you hold." */
export interface Narrowing {
  readonly hashes: readonly PartHashes[];
  readonly parts: readonly Part[];
}

/** The whole space falls into 64 parts, each of those into 16, and so on. */
const FIRST_BITS = 6;
const NEXT_BITS = 4;
/** Parts of this level fall into no others; thirty bits, so that they are found by half a hash. */
export const LEVEL_MAX = 7;
const HALF_BITS = 32;

/** Leading bits of a hash that tell parts of a level apart. */
export function bitsOf(level: number): number {
  return level === 0 ? 0 : FIRST_BITS + NEXT_BITS * (level - 1);
}

/** Into how many parts of the next level one of this level falls. */
export function fanoutOf(level: number): number {
  return 2 ** (level === 0 ? FIRST_BITS : NEXT_BITS);
}

/** The part of a level in which a name is. */
export function partIndexOf(name: StateHash, level: number): number {
  return level === 0 ? 0 : name.high >>> (HALF_BITS - bitsOf(level));
}

const HASH_BYTES = 8;
/** Upper bounds of the bytes of an entry, and of a part with how many entries it has. */
export const ENTRY_BYTES_MAX = 15;
export const PART_BYTES_MAX = 8;

/** Upper bound of the bytes of a part with its hashes. */
export function partHashesBytesMax(level: number): number {
  return PART_BYTES_MAX + HASH_BYTES * fanoutOf(level);
}

export function writeQuestion(writer: Writer, { hashes, entries }: Question): void {
  writer.list(hashes, (one) => writePartHashes(writer, one));
  writer.list(entries, (one) => {
    writePart(writer, one.part);
    writer.list(one.entries, ({ name, version }) => {
      writer.u32(name.high).u32(name.low).varuint(version);
    });
  });
}

/** @throws HearsayError `malformed`, also when parts overlap */
export function readQuestion(reader: Reader): Question {
  const hashes = reader.list(PARTS_PER_FRAME_MAX, () => readPartHashes(reader));
  const entries = reader.list(PARTS_PER_FRAME_MAX, () => {
    const part = readPart(reader);
    return { part, entries: reader.list(ENTRIES_PER_FRAME_MAX, () => readEntry(reader, part)) };
  });
  refuseOverlap([...hashes, ...entries].map(({ part }) => part));
  return { hashes, entries };
}

export function writeNarrowing(writer: Writer, { hashes, parts }: Narrowing): void {
  writer.list(hashes, (one) => writePartHashes(writer, one));
  writer.list(parts, (part) => writePart(writer, part));
}

/** @throws HearsayError `malformed`, also when parts overlap */
export function readNarrowing(reader: Reader): Narrowing {
  const hashes = reader.list(PARTS_PER_FRAME_MAX, () => readPartHashes(reader));
  const parts = reader.list(PARTS_PER_FRAME_MAX, () => readPart(reader));
  refuseOverlap([...hashes.map(({ part }) => part), ...parts]);
  return { hashes, parts };
}

/**
 * Each part is looked through for an answer. Those that lie side by side are together as much as there
 * is; the whole named thousands of times, in a few bytes each, would be as many times as much.
 */
function refuseOverlap(parts: readonly Part[]): void {
  const ranges = parts.map(({ level, index }) => {
    const width = 2 ** (HALF_BITS - bitsOf(level));
    return { from: index * width, to: (index + 1) * width };
  });
  ranges.sort((left, right) => left.from - right.from);
  let end = 0;
  for (const { from, to } of ranges) {
    if (from < end) throw new HearsayError('malformed', 'parts that overlap');
    end = to;
  }
}

function writePart(writer: Writer, { level, index }: Part): void {
  writer.u8(level).varuint(index);
}

function readPart(reader: Reader): Part {
  const level = reader.u8();
  if (level > LEVEL_MAX) throw new HearsayError('malformed', `a part of level ${level}`);
  return { level, index: reader.varuint(2 ** bitsOf(level) - 1) };
}

function writePartHashes(writer: Writer, { part, hashes }: PartHashes): void {
  invariant(hashes.length === fanoutOf(part.level), 'a part falls into a fixed number of others');
  writePart(writer, part);
  for (const { high, low } of hashes) writer.u32(high).u32(low);
}

function readPartHashes(reader: Reader): PartHashes {
  const part = readPart(reader);
  if (part.level === LEVEL_MAX) {
    throw new HearsayError('malformed', 'a part of the last level falls into no others');
  }
  const hashes: StateHash[] = [];
  for (let count = fanoutOf(part.level); count > 0; count--) {
    hashes.push({ high: reader.u32(), low: reader.u32() });
  }
  return { part, hashes };
}

function readEntry(reader: Reader, { level, index }: Part): NamedVersion {
  const name = { high: reader.u32(), low: reader.u32() };
  const version = reader.varuint();
  if (partIndexOf(name, level) !== index || version === 0) {
    throw new HearsayError('malformed', 'an entry that is not of its part, or holds nothing');
  }
  return { name, version };
}
