import { HearsayError, seededRandom } from '@hearsay/core';
import { Writer } from '@hearsay/core/wire';
import { damaged } from '@hearsay/sim';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOperations } from '../../src/replication/delivery.js';
import { decodeSummary, encodeSummary } from '../../src/replication/summary.js';
import { Vector } from '../../src/replication/vector.js';
import { writeOperation } from '../../src/values/operation-codec.js';
import { beginBody, decodeFrame, encodeFrame } from '../../src/wire/frame.js';
import { decodePost, encodePost } from '../../src/wire/post.js';
import { operation } from '../support/arbitraries.js';
import { testPeer } from '../support/crypto.js';
import { NOW, replicationOf, written } from '../support/posts.js';
import { stream } from '../support/store.js';

/** `npm run fuzz` sets a million. */
const CASES = Number(process.env['HEARSAY_FUZZ_CASES'] ?? 6_000);
const SEED = process.env['HEARSAY_SEED'] ?? 'always the same';
const TIMEOUT_MS = 60_000 + CASES;
const NO_CRYPTO = {
  sign: () => new Uint8Array(64).fill(7),
  verify: () => true,
  hash: () => new Uint8Array(32).fill(9),
};

const { posts, deltas } = written();
const frames = fc
  .sample(fc.array(operation, { minLength: 1, maxLength: 3 }), { numRuns: 60, seed: 4 })
  .map((operations) => {
    const body = new Writer();
    beginBody(body, [[stream(3), 9]]);
    const byTime = [...operations].sort(
      (left, right) => left.time.ms - right.time.ms || left.time.counter - right.time.counter,
    );
    for (const each of byTime) writeOperation(body, each);
    const numbers = { origin: testPeer(1), generation: 3, first: 5, last: 4 + byTime.length };
    return encodeFrame(numbers, body.finish(), NO_CRYPTO);
  });
const partial = { source: testPeer(2), instance: 300, reached: Vector.from([[stream(1), 4]]) };
const summaries = [
  encodeSummary(new Vector(), undefined),
  encodeSummary(Vector.from([[stream(1), 3]]), partial),
  encodeSummary(new Vector(), {
    ...partial,
    reached: new Vector(),
    fragment: { hash: new Uint8Array(8), received: 40_000 },
  }),
];

interface Target {
  readonly name: string;
  readonly samples: readonly Uint8Array[];
  /** What the decoder makes of bytes, written again; undefined where that need not be the same. */
  readonly again: (bytes: Uint8Array) => Uint8Array | undefined;
}

const TARGETS: readonly Target[] = [
  { name: 'posts', samples: posts, again: (bytes) => encodePost(decodePost(bytes)) },
  {
    name: 'frames',
    samples: frames,
    again: (bytes) => {
      const frame = decodeFrame(bytes);
      const { head, causes } = frame;
      const body = new Writer();
      beginBody(body, causes);
      for (const each of readOperations(frame)) writeOperation(body, each);
      return encodeFrame(head, body.finish(), {
        ...NO_CRYPTO,
        sign: () => head.signature,
        hash: () => head.bodyHash,
      });
    },
  },
  {
    name: 'summaries',
    samples: summaries,
    again: (bytes) => {
      const { vector, partial: told } = decodeSummary(bytes);
      const isAhead = told?.reached.sorted().every(([each, at]) => at > vector.get(each));
      // What it had reached below its vector nobody would tell.
      return isAhead === false ? undefined : encodeSummary(vector, told);
    },
  },
];

describe('bytes of the cache that nobody wrote', () => {
  for (const { name, samples, again } of TARGETS) {
    it(
      `are refused, or read and written as they came: ${name}`,
      () => {
        const random = seededRandom(`${SEED} ${name}`);
        for (const bytes of samples) expect(again(bytes)).toEqual(bytes);
        for (let index = 0; index < CASES; index++) {
          const bytes = damaged(samples, random);
          const copy = bytes.slice();
          const written = unlessRefused(() => again(bytes));
          if (written !== undefined && !equal(written, copy)) expect(written).toEqual(copy);
        }
      },
      TIMEOUT_MS,
    );
  }

  it(
    'harm nobody: posts and deltas to a whole replication',
    () => {
      const random = seededRandom(`${SEED} whole`);
      let { peer, replication } = replicationOf(2);
      const from = testPeer(1);
      for (let index = 0; index < CASES; index++) {
        if (index % 500 === 0) ({ peer, replication } = replicationOf(2));
        const isPost = random.below(2) === 0;
        const bytes = damaged(isPost ? posts : deltas, random);
        unlessRefused(() => {
          if (isPost) replication.handle({ kind: 'post', from, bytes }, NOW);
          else replication.replica.merge(bytes, from);
        });
        replication.take();
      }
      // It works all the same.
      replication.write(
        [{ key: 'k', change: { kind: 'set', value: 'v', deadlineMs: undefined } }],
        NOW,
      );
      expect(replication.handle({ kind: 'flush' }, NOW).length).toBeGreaterThan(0);
      expect(replication.stream.startsWith(peer)).toBe(true);
    },
    TIMEOUT_MS,
  );
});

/** What closes the link of a neighbour is its fault; anything else is ours. */
function unlessRefused<Result>(call: () => Result): Result | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof HearsayError && ['malformed', 'forged'].includes(error.code)) {
      return undefined;
    }
    throw error;
  }
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
