import { readFileSync } from 'node:fs';
import { Writer } from '@hearsay/core/wire';
import { describe, expect, it } from 'vitest';
import { readOperations } from '../../src/replication/delivery.js';
import { decodeSummary, encodeSummary } from '../../src/replication/summary.js';
import { writeOperation } from '../../src/values/operation-codec.js';
import { beginBody, decodeFrame, encodeFrame } from '../../src/wire/frame.js';
import { decodePost, encodePost } from '../../src/wire/post.js';
import { testCrypto } from '../support/crypto.js';

// The golden vectors stand in the document and nowhere else, so that it cannot lie.
const text = readFileSync(new URL('../../../../docs/protocol.md', import.meta.url), 'utf8');

/** Each block of hex with the block of JSON behind it. */
function vectorsOf(of: string): readonly { readonly bytes: Uint8Array; readonly json: unknown }[] {
  const found = text.matchAll(/```hex cache (\w+)\n([^`]+)```\n\n```json\n([^`]+)```/g);
  return [...found].flatMap(([, name = '', hex = '', json = '']) =>
    name === of
      ? [
          {
            bytes: new Uint8Array(Buffer.from(hex.replace(/\s/g, ''), 'hex')),
            json: JSON.parse(json),
          },
        ]
      : [],
  );
}

/** As the document prints it: bytes are hex after `0x`, big numbers are texts. */
function toJson(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, each) => {
      if (typeof each === 'bigint') return `${each}`;
      return each instanceof Uint8Array ? `0x${Buffer.from(each).toString('hex')}` : each;
    }),
  );
}

describe('the vectors of the cache in docs/protocol.md', () => {
  it('hold posts of every kind but the parts of a frame, which decode and encode', () => {
    const kinds = vectorsOf('post').map(({ bytes, json }) => {
      const post = decodePost(bytes);
      expect(toJson(post)).toEqual(json);
      expect(encodePost(post)).toEqual(bytes);
      return post.kind;
    });
    expect(new Set(kinds)).toEqual(
      new Set('have applied ask answer digests partition flight compared fragment more'.split(' ')),
    );
  });

  it('hold a frame with every kind of operation', () => {
    const [vector, ...more] = vectorsOf('frame');
    expect(more).toEqual([]);
    if (vector === undefined) throw new Error('no frame');
    const frame = decodeFrame(vector.bytes);
    const { head, causes } = frame;
    const operations = readOperations(frame);
    const { bodyHash, signature, first, last, stream } = head;
    expect(toJson({ stream, first, last, bodyHash, signature, causes, operations })).toEqual(
      vector.json,
    );
    const kinds = new Set(operations.map(({ change }) => change.kind));
    expect(kinds.size).toBe(10);
    const body = new Writer();
    beginBody(body, causes);
    for (const each of operations) writeOperation(body, each);
    const crypto = { ...testCrypto(head.origin), sign: () => signature };
    // The hash of the body is a true one.
    expect(encodeFrame(head, body.finish(), crypto)).toEqual(vector.bytes);
  });

  it('hold summaries, with and without a repair that is under way', () => {
    const partials = vectorsOf('summary').map(({ bytes, json }) => {
      const { vector, partial } = decodeSummary(bytes);
      const told = partial && { ...partial, reached: partial.reached.sorted() };
      expect(toJson({ vector: vector.sorted(), partial: told })).toEqual(json);
      expect(encodeSummary(vector, partial)).toEqual(bytes);
      return partial?.fragment !== undefined;
    });
    expect(partials).toEqual([false, true]);
  });
});
