import { HearsayError, peerId, seededRandom } from '@hearsay/core';
import { Writer } from '@hearsay/core/wire';
import { damaged } from '@hearsay/sim';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServicesEngine } from '../src/engine.js';
import { DEFAULT_SETTINGS } from '../src/engine-settings.js';
import { openRecord, signRecord } from '../src/registry/record.js';
import { Registry } from '../src/registry/registry.js';
import { decodeMessage, encodeMessage } from '../src/wire/messages.js';
import { message, record } from './support/arbitraries.js';

/** `npm run fuzz` sets a million. */
const CASES = Number(process.env['HEARSAY_FUZZ_CASES'] ?? 12_000);
const SEED = process.env['HEARSAY_SEED'] ?? 'always the same';
const TIMEOUT_MS = 60_000 + CASES;
const SAMPLES = { numRuns: 100, seed: 20 };
const [SELF, OTHER] = [peerId('a'.repeat(32)), peerId('b'.repeat(32))];

const messages = fc.sample(message, SAMPLES);
const posts = messages.map(encodeMessage);
/** Requests that a provider of `work` would take. */
const requests = messages.flatMap((each) =>
  each.kind === 'request'
    ? [encodeMessage({ ...each, service: 'work', generation: 1, stream: false })]
    : [],
);
const records = fc.sample(record, SAMPLES);
const deltas = records.map((each) => new Writer().bytes(each).bytes(each).finish());
const summaries = fc.sample(fc.array(record, { maxLength: 3 }), SAMPLES).map((each) => {
  const registry = registryOf();
  for (const bytes of each) registry.take({ ...registry.open(bytes), bytes });
  return registry.summary();
});

function registryOf(): Registry {
  return new Registry({ readWallMs: () => -1, verify: () => true, onChange: () => undefined });
}

interface Target {
  readonly name: string;
  readonly samples: readonly Uint8Array[];
  /** What the decoder makes of bytes, written again; undefined where nobody writes them so. */
  readonly again: (bytes: Uint8Array) => Uint8Array | undefined;
}

const TARGETS: readonly Target[] = [
  { name: 'posts', samples: posts, again: (bytes) => encodeMessage(decodeMessage(bytes)) },
  {
    name: 'records',
    samples: records,
    again: (bytes) => {
      const signed = openRecord(bytes, () => true);
      return signRecord(signed.record, () => bytes.subarray(0, 64)).bytes;
    },
  },
  {
    name: 'summaries',
    samples: summaries,
    again: (bytes) => {
      for (const _delta of registryOf().missing(bytes)) throw new Error('it held nothing');
      return undefined;
    },
  },
  {
    name: 'deltas',
    samples: deltas,
    again: (bytes) => {
      registryOf().merge(bytes);
      return undefined;
    },
  },
];

describe('whatever bytes come to the port of services', () => {
  it.each(TARGETS)(
    '$name that are accepted are written to the same bytes again, others are malformed',
    ({ name, samples, again }) => {
      const random = seededRandom(`${SEED} ${name}`);
      const outcomes = { accepted: 0, refused: 0 };
      for (let count = 0; count < CASES / TARGETS.length; count++) {
        const bytes = damaged(samples, random);
        try {
          const written = again(bytes);
          if (written !== undefined) expect(Buffer.from(written).equals(bytes)).toBe(true);
          outcomes.accepted += 1;
        } catch (error) {
          if (!(error instanceof HearsayError) || error.code !== 'malformed') throw error;
          outcomes.refused += 1;
        }
      }
      expect(outcomes.accepted).toBeGreaterThan(CASES / 100);
      expect(outcomes.refused).toBeGreaterThan(CASES / 100);
    },
    TIMEOUT_MS,
  );

  it(
    'an engine refuses what is malformed, holds nothing of the rest for ever, and goes on',
    () => {
      let nowMs = 0;
      const random = seededRandom(`${SEED} engine`);
      const engine = new ServicesEngine(
        {
          peer: SELF,
          generation: 1,
          random,
          now: () => ({ monotonicMs: nowMs, wallMs: nowMs }),
          post: () => 1,
          wakeAt: () => undefined,
          sign: () => new Uint8Array(64),
          verify: () => true,
        },
        { ...DEFAULT_SETTINGS, session: 's', host: 'h', onEvent: () => undefined },
      );
      const entry = { name: 'work', version: '1', status: 'ready', stream: false } as const;
      const served = { concurrency: 4, queuePerCaller: 4, begin: () => undefined };
      engine.serve({ ...entry, weight: 1, metadata: [] }, { ...entry, ...served });
      engine.linkUp(OTHER);
      for (let count = 0; count < CASES / TARGETS.length; count++) {
        nowMs += 1;
        try {
          engine.received(OTHER, damaged(random.below(2) === 0 ? posts : requests, random));
        } catch (error) {
          expect(error).toBeInstanceOf(HearsayError);
        }
        engine.wake();
      }
      expect(engine.counters.taken).toBeGreaterThan(0);
      engine.linkDown(OTHER);
      nowMs += 3_600_000;
      engine.wake();
      const { calls, attempts, works } = engine.sizes;
      expect({ calls, attempts, works }).toEqual({ calls: 0, attempts: 0, works: 0 });
    },
    TIMEOUT_MS,
  );
});
