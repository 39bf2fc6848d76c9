import fc from 'fast-check';
import { VectorClock } from '../../src/clock/vector-clock.js';
import { encodeLogDeltaItem } from '../../src/log/log-delta.js';
import { encodeLogQuestion } from '../../src/log/log-question.js';
import { pick, type Random } from '../../src/random.js';
import { encodeFrame, type Frame } from '../../src/wire/frame.js';
import { Writer } from '../../src/wire/writer.js';
import { batch, entriesOfClock, FRAMES, KINDS, narrowing, question } from './arbitraries.js';
import { batchBytes } from './bench.js';
import { peer } from './identities.js';

/** What a decoder is fed with: bytes as an honest peer writes them. */
export interface Corpus {
  readonly frames: readonly Uint8Array[];
  readonly batches: readonly Uint8Array[];
  readonly deltas: readonly Uint8Array[];
  readonly questions: readonly Uint8Array[];
}

const SAMPLES = 60;
const SEED = 20;
const TAGS = 34;
const WILD_BYTES_MAX = 120;
const CHANGES_MAX = 4;

/** Always the same samples, of every kind. */
export function corpusOf(): Corpus {
  const sample = <T>(arbitrary: fc.Arbitrary<T>): T[] =>
    fc.sample(arbitrary, { numRuns: SAMPLES, seed: SEED });
  const batches = sample(batch).map((each) => batchBytes(1, 1, each));
  const frames = KINDS.flatMap((kind) => sample<Frame>(FRAMES[kind]).map(encodeFrame));
  const carried = batches.map((bytes) => encodeFrame({ kind: 'batch', bytes }));
  const floors = sample(entriesOfClock).map((causes, index) => {
    const stream = causes[0]?.[0];
    const chain = { high: 1, low: 2 };
    const proof = index % 2 === 0 ? batches[index] : undefined;
    return stream && encodeLogDeltaItem({ kind: 'floor', stream, floor: 9, chain, causes, proof });
  });
  const deltas = batches.map((bytes, index) => {
    const floor = floors[index] ?? new Uint8Array(0);
    const over = encodeLogDeltaItem({ kind: 'over', peer: peer(index + 1), generation: index });
    return joined(over, joined(floor, encodeLogDeltaItem({ kind: 'batch', bytes })));
  });
  const narrowings = sample(narrowing).map((each) =>
    encodeLogDeltaItem({ kind: 'narrowing', narrowing: each }),
  );
  const clocks = sample(entriesOfClock).map((entries) =>
    encodeLogQuestion({ kind: 'clock', clock: VectorClock.from(entries) }),
  );
  const parts = sample(question).map((each) =>
    encodeLogQuestion({ kind: 'parts', question: each }),
  );
  return {
    frames: [...frames, ...carried],
    batches,
    deltas: [...deltas, ...narrowings],
    questions: [...clocks, ...parts],
  };
}

/** Bytes that nobody would write: random ones, or real ones cut, changed, joined or made longer. */
export function damaged(samples: readonly Uint8Array[], random: Random): Uint8Array {
  const original = pick(samples, random) ?? new Uint8Array(0);
  switch (random.below(8)) {
    case 0:
      return wild(random.below(WILD_BYTES_MAX), random);
    case 1:
      return original.slice(0, random.below(original.length + 1));
    case 2:
      return joined(original, pick(samples, random) ?? original);
    case 3:
      return spliced(original, wild(1 + random.below(CHANGES_MAX), random), random);
    case 4:
      return spliced(original, new Uint8Array(0), random);
    default:
      return changed(original, random);
  }
}

/** A frame whose length is right, whatever happened to its body. */
export function reframed(body: Uint8Array, random: Random): Uint8Array {
  return new Writer().u8(random.below(TAGS)).bytes(body).finish();
}

function wild(length: number, random: Random): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

function changed(original: Uint8Array, random: Random): Uint8Array {
  const bytes = original.slice();
  for (let count = random.below(CHANGES_MAX); count >= 0; count--) {
    const at = random.below(Math.max(1, bytes.length));
    // Most often a single bit or a neighbour: numbers next to the right one come furthest.
    const delta = random.below(2) === 0 ? 1 << random.below(8) : random.below(256);
    if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ delta;
  }
  return bytes;
}

/** Something in place of a few bytes. */
function spliced(original: Uint8Array, insert: Uint8Array, random: Random): Uint8Array {
  const at = random.below(original.length + 1);
  const rest = original.slice(at + random.below(CHANGES_MAX));
  return joined(joined(original.slice(0, at), insert), rest);
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  return new Writer().raw(left).raw(right).finish();
}
