import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HearsayError } from '../../src/errors.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { encodeLogDeltaItem, readLogDelta } from '../../src/log/log-delta.js';
import { decodeLogQuestion, encodeLogQuestion } from '../../src/log/log-question.js';
import { type Random, seededRandom } from '../../src/random.js';
import { encodeBatch, readBatch, signatureOf } from '../../src/wire/batch.js';
import { decodeFrames, encodeFrame, type ReadFrame } from '../../src/wire/frame.js';
import { Writer } from '../../src/wire/writer.js';
import { Bench } from '../support/bench.js';
import { corpusOf, damaged, reframed } from '../support/damage.js';
import { NumberSet } from '../support/sync-world.js';

/** `npm run fuzz` sets a million. */
const CASES = Number(process.env['HEARSAY_FUZZ_CASES'] ?? 24_000);
const SEED = process.env['HEARSAY_SEED'] ?? 'always the same';
const TIMEOUT_MS = 60_000 + CASES;
const LINKS_PER_CASE = 1 / 20;
const corpus = corpusOf();
/** Ports that short numbers of damaged frames hit. */
const FUZZED_PORTS = [1, 2, 3, 127];

/** What came of a case: read and written again, or refused. */
type Outcome = 'accepted' | 'refused';

interface Target {
  readonly name: string;
  /** Share of the cases. */
  readonly share: number;
  readonly make: (random: Random) => Uint8Array;
  /** What the decoder makes of bytes, written again; undefined where nobody can write them. */
  readonly again: (bytes: Uint8Array) => Uint8Array | undefined;
}

const TARGETS: readonly Target[] = [
  {
    name: 'frames',
    share: 1 / 2,
    make: (random) => {
      const bytes = damaged(corpus.frames, random);
      return random.below(3) === 0 ? reframed(bytes.subarray(2), random) : bytes;
    },
    again: (bytes) => {
      const frames = [...decodeFrames(bytes, DEFAULT_LIMITS)];
      for (const frame of frames) lookInside(frame);
      return frames.some(({ kind }) => kind === 'foreign')
        ? undefined
        : written(frames.map((frame) => (frame.kind === 'foreign' ? bytes : encodeFrame(frame))));
    },
  },
  {
    name: 'batches',
    share: 1 / 4,
    make: (random) => damaged(corpus.batches, random),
    again: batchAgain,
  },
  {
    name: 'deltas',
    share: 1 / 8,
    make: (random) => damaged(corpus.deltas, random),
    again: (bytes) => written([...readLogDelta(bytes)].map(encodeLogDeltaItem)),
  },
  {
    name: 'questions',
    share: 1 / 8,
    make: (random) => damaged(corpus.questions, random),
    again: (bytes) => encodeLogQuestion(decodeLogQuestion(bytes)),
  },
];

function batchAgain(bytes: Uint8Array): Uint8Array {
  return encodeBatch(readBatch(bytes, DEFAULT_LIMITS), () => signatureOf(bytes)).bytes;
}

/** A frame is accepted with a batch inside that is none: that is found when it is opened. */
function lookInside(frame: ReadFrame): void {
  if (frame.kind !== 'batch' && frame.kind !== 'relay') return;
  const { bytes } = frame;
  tryTo(() => expectSame(batchAgain(bytes), bytes));
}

/** Runs something that may refuse its bytes, and nothing else. */
function tryTo(read: () => void): Outcome {
  try {
    read();
    return 'accepted';
  } catch (error) {
    if (error instanceof HearsayError && error.code === 'malformed') return 'refused';
    throw error;
  }
}

function expectSame(again: Uint8Array, bytes: Uint8Array): void {
  const same = again.length === bytes.length && again.every((byte, at) => byte === bytes[at]);
  if (!same) expect(again).toEqual(bytes);
}

function written(parts: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer();
  for (const part of parts) writer.raw(part);
  return writer.finish();
}

describe('whatever bytes come', () => {
  it.each(TARGETS)(
    '$name that are accepted are written to the same bytes again, others are malformed',
    ({ name, share, make, again }) => {
      const outcomes = { accepted: 0, refused: 0 };
      fc.assert(
        fc.property(fc.integer(), (seed) => {
          const bytes = make(seededRandom(`${name} ${seed}`));
          const outcome = tryTo(() => {
            const same = again(bytes);
            if (same !== undefined) expectSame(same, bytes);
          });
          outcomes[outcome] += 1;
        }),
        { numRuns: Math.ceil(CASES * share) },
      );
      expect(outcomes.accepted).toBeGreaterThan(CASES * share * 0.02);
      expect(outcomes.refused).toBeGreaterThan(CASES * share * 0.2);
      if (process.env['HEARSAY_FUZZ_CASES'] !== undefined) console.info(name, outcomes);
    },
    TIMEOUT_MS,
  );

  it(
    'an engine closes the link they came on, and goes on',
    () => {
      // Damage forges signatures too, and everybody is to be let in again.
      const bench = new Bench({ limits: { bannedPeersMax: 0 } });
      for (const port of FUZZED_PORTS) {
        const command = { kind: 'attach', port, replica: new NumberSet() } as const;
        bench.feed({ kind: 'command', command });
      }
      const random = seededRandom(`${SEED} engine`);
      let link = bench.open(0x60);
      let closed = 0;
      for (let count = 0; count < CASES * LINKS_PER_CASE; count++) {
        const effects = bench.sayBytes(link, damaged(corpus.frames, random));
        bench.nowMs += 1;
        if (!effects.some((effect) => effect.kind === 'close' && effect.link === link)) continue;
        closed += 1;
        bench.break(link);
        link = bench.open(0x60 + (closed % 8));
      }
      expect(closed).toBeGreaterThan(CASES * LINKS_PER_CASE * 0.2);
      const before = bench.engine.counters().messagesDelivered;
      bench.publish('still here');
      bench.run(10);
      expect(bench.engine.counters().messagesDelivered).toBe(before + 1);
    },
    TIMEOUT_MS,
  );
});
