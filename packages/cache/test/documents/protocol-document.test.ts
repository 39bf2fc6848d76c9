import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { DocumentDigest, namedDigest } from '../../src/documents/digest.js';
import { decodePost, encodePost } from '../../src/documents/posts.js';
import {
  decodeStandingPost,
  encodeStandingPost,
  isStandingPost,
} from '../../src/documents/standing-posts.js';
import { decodeDigests, encodeSummary } from '../../src/documents/summary.js';

// The golden vectors stand in the document and nowhere else, so that it cannot lie.
const text = readFileSync(new URL('../../../../docs/protocol.md', import.meta.url), 'utf8');

interface Vector {
  readonly bytes: Uint8Array;
  readonly json: unknown;
}

/** Each block of hex with the block of JSON behind it. */
function vectorsOf(of: string): readonly Vector[] {
  const found = text.matchAll(/```hex documents (\w+)\n([^`]+)```\n\n```json\n([^`]+)```/g);
  return [...found].flatMap(([, name = '', hex = '', json = '']) => {
    const bytes = new Uint8Array(Buffer.from(hex.replace(/\s/g, ''), 'hex'));
    return name === of ? [{ bytes, json: JSON.parse(json) }] : [];
  });
}

function onlyVector(of: string): Vector {
  const [vector, ...more] = vectorsOf(of);
  expect(more).toEqual([]);
  if (vector === undefined) throw new Error(`no ${of}`);
  return vector;
}

/** As the document prints it: bytes are hex after `0x`. */
function toJson(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, each) =>
      each instanceof Uint8Array ? `0x${Buffer.from(each).toString('hex')}` : each,
    ),
  );
}

describe('the vectors of documents in docs/protocol.md', () => {
  it('hold posts of every kind, which decode and encode', () => {
    const kinds = vectorsOf('post').map(({ bytes, json }) => {
      const isStanding = isStandingPost(bytes);
      const post = isStanding ? decodeStandingPost(bytes) : decodePost(bytes);
      expect(toJson(post)).toEqual(json);
      const again = isStanding
        ? encodeStandingPost(decodeStandingPost(bytes))
        : encodePost(decodePost(bytes));
      expect(again).toEqual(bytes);
      return post.kind;
    });
    expect(kinds).toEqual(
      'update ask piece awareness query hello blank-query blank trace traced'.split(' '),
    );
  });

  it('hold a summary', () => {
    const { bytes, json } = onlyVector('summary');
    const digests = decodeDigests(bytes.subarray(1));
    expect(digests).toEqual(json);
    expect(encodeSummary(digests)).toEqual(bytes);
  });

  it('hold the digest of a document in which something is deleted', () => {
    const { bytes, json } = onlyVector('digest');
    const doc = new Y.Doc();
    const digest = new DocumentDigest(doc);
    Y.applyUpdate(doc, bytes);
    expect({ digest: digest.value, named: namedDigest('notes', digest.value) }).toEqual(json);
  });
});
