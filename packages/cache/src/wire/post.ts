import { HearsayError } from '@hearsay/core';
import { type ClockEntry, Reader, readClock, Writer, writeClockEntries } from '@hearsay/core/wire';
import { PARTITIONS } from '../store/digests.js';
import { FRAME_BYTES_MAX, KEY_BYTES_WIRE_MAX, PART_BYTES, PARTS_MAX } from './wire-limits.js';

/** What peers say to each other on the port of the cache, besides what core says for a Replica. */
export type Post =
  /** Everything written in one turn. `answer`: say when it is applied. */
  | { readonly kind: 'frame'; readonly answer: boolean; readonly bytes: Uint8Array }
  /** A frame that does not fit a post; its parts follow each other on one link. */
  | {
      readonly kind: 'part';
      readonly answer: boolean;
      readonly index: number;
      readonly count: number;
      readonly bytes: Uint8Array;
    }
  /** "This is what I hold": entries that rose, or all of them. */
  | {
      readonly kind: 'have';
      readonly all: boolean;
      readonly reply: boolean;
      readonly entries: readonly ClockEntry[];
    }
  /** "Your frames are applied up to this sequence", and on the disk where that was promised. */
  | { readonly kind: 'applied'; readonly generation: number; readonly sequence: number }
  /** Asks for a key as it stands there, from a peer that holds at least `entries`. */
  | {
      readonly kind: 'ask';
      readonly id: number;
      readonly key: string;
      readonly entries: readonly ClockEntry[];
    }
  /** `behind`: it does not hold what was asked for. */
  | {
      readonly kind: 'answer';
      readonly id: number;
      readonly behind: boolean;
      readonly index: number;
      readonly count: number;
      readonly bytes: Uint8Array;
    }
  /** A part of an answer that is larger than a frame; the first ones come by themselves. */
  | {
      readonly kind: 'fragment';
      readonly id: number;
      readonly size: number;
      readonly offset: number;
      readonly bytes: Uint8Array;
    }
  /** Asks for the fragments of an answer from there on. */
  | { readonly kind: 'more'; readonly id: number; readonly offset: number }
  /** Digests of all partitions of whoever holds exactly the vector with this hash. `id` 0: no answer. */
  | {
      readonly kind: 'digests';
      readonly id: number;
      readonly vector: Uint8Array;
      readonly digests: Uint8Array;
    }
  /** What came of comparing digests. */
  | {
      readonly kind: 'compared';
      readonly id: number;
      readonly verdict: Verdict;
      readonly partitions: readonly number[];
    }
  /** The entries of one partition that differs, as items; both sides send theirs. */
  | {
      readonly kind: 'partition';
      readonly partition: number;
      readonly reply: boolean;
      readonly items: Uint8Array;
    }
  /** Who may compute a value: asked of the owner of a key. */
  | {
      readonly kind: 'flight';
      readonly step: FlightStep;
      readonly id: number;
      readonly key: string;
    };

/**
 * Steps of a computation that runs once in the mesh: `want` asks its owner, which answers `yours`,
 * `wait` or (when the value is there or the computing peer is done) `look`; `done` and `failed` end it.
 */
export type FlightStep = 'want' | 'yours' | 'wait' | 'look' | 'done' | 'failed' | 'leave';

/** `elsewhere`: the vectors differ, so the digests say nothing. */
export type Verdict = 'equal' | 'different' | 'elsewhere';

type PostKind = Post['kind'];

const KINDS: readonly PostKind[] = [
  'frame',
  'part',
  'have',
  'applied',
  'ask',
  'answer',
  'digests',
  'partition',
  'flight',
  'compared',
  'fragment',
  'more',
];
const VERDICTS: readonly Verdict[] = ['equal', 'different', 'elsewhere'];
const STEPS: readonly FlightStep[] = ['want', 'yours', 'wait', 'look', 'done', 'failed', 'leave'];

/** Of a vector, to tell equal ones. */
const VECTOR_HASH_BYTES = 8;
const DIGESTS_BYTES_MAX: number = 16 * 1_024;

/** The bytes of a post; frames are put together by `framePosts`, once for all links. */
export function encodePost(post: Post): Uint8Array {
  const writer = new Writer();
  writer.u8(KINDS.indexOf(post.kind));
  writeFields(writer, post);
  return writer.finish();
}

/** The posts that carry a frame: one, or its parts. */
export function framePosts(frame: Uint8Array, answer: boolean): readonly Uint8Array[] {
  if (frame.length <= PART_BYTES + 8 * 1_024)
    return [encodePost({ kind: 'frame', answer, bytes: frame })];
  const count = Math.ceil(frame.length / PART_BYTES);
  return Array.from({ length: count }, (_, index) => {
    const bytes = frame.subarray(index * PART_BYTES, (index + 1) * PART_BYTES);
    return encodePost({ kind: 'part', answer, index, count, bytes });
  });
}

function writeFields(writer: Writer, post: Post): void {
  switch (post.kind) {
    case 'frame':
      writer.u8(post.answer ? 1 : 0).raw(post.bytes);
      return;
    case 'part':
      writer.u8(post.answer ? 1 : 0).varuint(post.index);
      writer.varuint(post.count).raw(post.bytes);
      return;
    case 'have':
      writer.u8(post.all ? 1 : 0).u8(post.reply ? 1 : 0);
      writeClockEntries(writer, post.entries);
      return;
    case 'applied':
      writer.varuint(post.generation).varuint(post.sequence);
      return;
    case 'ask':
      writer.varuint(post.id).text(post.key);
      writeClockEntries(writer, post.entries);
      return;
    case 'answer':
      writer.varuint(post.id).u8(post.behind ? 1 : 0);
      writer.varuint(post.index).varuint(post.count).raw(post.bytes);
      return;
    case 'fragment':
      writer.varuint(post.id).varuint(post.size).varuint(post.offset).raw(post.bytes);
      return;
    case 'more':
      writer.varuint(post.id).varuint(post.offset);
      return;
    case 'digests':
      writer.varuint(post.id).raw(post.vector).raw(post.digests);
      return;
    case 'compared':
      writer.varuint(post.id).u8(VERDICTS.indexOf(post.verdict));
      writer.list(post.partitions, (partition) => writer.varuint(partition));
      return;
    case 'partition':
      writer
        .varuint(post.partition)
        .u8(post.reply ? 1 : 0)
        .raw(post.items);
      return;
    case 'flight':
      writer.u8(STEPS.indexOf(post.step)).varuint(post.id).text(post.key);
  }
}

/** @throws HearsayError `malformed` */
export function decodePost(bytes: Uint8Array): Post {
  const reader = new Reader(bytes);
  const kind = KINDS[reader.u8()];
  if (kind === undefined) throw new HearsayError('malformed', 'unknown post of the cache');
  const post = readFields(kind, reader);
  reader.end();
  return post;
}

function readFields(kind: PostKind, reader: Reader): Post {
  switch (kind) {
    case 'frame':
      return { kind, answer: reader.flag(), bytes: rest(reader) };
    case 'part': {
      const answer = reader.flag();
      const { index, count } = readPlace(reader);
      return { kind, answer, index, count, bytes: rest(reader) };
    }
    case 'have':
      return { kind, all: reader.flag(), reply: reader.flag(), entries: readClock(reader) };
    case 'applied':
      return { kind, generation: reader.varuint(), sequence: reader.varuint() };
    case 'ask':
      return { kind, id: reader.varuint(), key: readKey(reader), entries: readClock(reader) };
    case 'answer': {
      const [id, behind] = [reader.varuint(), reader.flag()];
      const { index, count } = readPlace(reader);
      return { kind, id, behind, index, count, bytes: rest(reader) };
    }
    case 'fragment': {
      const [id, size, offset] = [reader.varuint(), reader.varuint(), reader.varuint()];
      const { remaining } = reader;
      if (remaining === 0 || remaining > PART_BYTES || offset + remaining > size) {
        throw new HearsayError('malformed', 'a fragment beyond its answer');
      }
      return { kind, id, size, offset, bytes: rest(reader) };
    }
    case 'more':
      return { kind, id: reader.varuint(), offset: reader.varuint() };
    case 'digests': {
      const id = reader.varuint();
      const vector = reader.raw(VECTOR_HASH_BYTES);
      if (reader.remaining > DIGESTS_BYTES_MAX) throw new HearsayError('malformed', 'digests');
      return { kind, id, vector, digests: rest(reader) };
    }
    case 'compared': {
      const id = reader.varuint();
      const verdict = VERDICTS[reader.u8()];
      if (verdict === undefined) throw new HearsayError('malformed', 'unknown verdict');
      return { kind, id, verdict, partitions: reader.list(PARTITIONS, () => reader.varuint()) };
    }
    case 'partition':
      return { kind, partition: reader.varuint(), reply: reader.flag(), items: rest(reader) };
    case 'flight': {
      const step = STEPS[reader.u8()];
      if (step === undefined) throw new HearsayError('malformed', 'unknown step of a flight');
      return { kind, step, id: reader.varuint(), key: readKey(reader) };
    }
  }
}

function readPlace(reader: Reader): { readonly index: number; readonly count: number } {
  const [index, count] = [reader.varuint(), reader.varuint(PARTS_MAX)];
  if (index >= count) throw new HearsayError('malformed', `part ${index} of ${count}`);
  return { index, count };
}

function readKey(reader: Reader): string {
  const key = reader.text(KEY_BYTES_WIRE_MAX);
  if (key === '') throw new HearsayError('malformed', 'an empty key');
  return key;
}

function rest(reader: Reader): Uint8Array {
  return reader.raw(Math.min(reader.remaining, FRAME_BYTES_MAX));
}
