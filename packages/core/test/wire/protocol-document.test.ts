import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { peerId } from '../../src/ids.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { CausalLog } from '../../src/log/causal-log.js';
import { readLogDelta, writeLogDeltaItem } from '../../src/log/log-delta.js';
import { decodeLogQuestion, encodeLogQuestion } from '../../src/log/log-question.js';
import { formatHash, hashBytes, hashText, mixHash } from '../../src/log/state-hash.js';
import { Members } from '../../src/membership/members.js';
import { DigestIndex } from '../../src/sync/digest/digest-index.js';
import { Notary } from '../../src/trust/notary.js';
import { zeroCounters } from '../../src/view.js';
import { encodeBatch, readBatch, signatureOf } from '../../src/wire/batch.js';
import { CLOSE_CODES } from '../../src/wire/close-codes.js';
import { decodeFrames, encodeFrame } from '../../src/wire/frame.js';
import { Reader } from '../../src/wire/reader.js';
import { Writer } from '../../src/wire/writer.js';
import { KINDS } from '../support/arbitraries.js';
import { updateOf } from '../support/bench.js';
import { fromHex, peer, toHex } from '../support/identities.js';
import { memberOf } from '../support/member.js';

// The golden vectors stand in the document and nowhere else, so that it cannot lie.
const text = readFileSync(new URL('../../../../docs/protocol.md', import.meta.url), 'utf8');

const blake2b = (bytes: Uint8Array): Buffer => createHash('blake2b512').update(bytes).digest();

/** What stands before an Ed25519 seed in a PKCS #8 key (RFC 8410). */
const PKCS8_OF_SEED = Buffer.from('302e020100300506032b657004220420', 'hex');

interface Vector {
  readonly of: string;
  readonly hex: string;
  readonly json: unknown;
}

/** Each block of hex with the block of JSON behind it. */
const vectors: readonly Vector[] = [
  ...text.matchAll(/```hex (\w+)\n([^`]+)```\n\n```json\n([^`]+)```/g),
].map(([, of = '', hex = '', json = '']) => {
  return { of, hex: hex.replace(/\s/g, ''), json: JSON.parse(json) };
});

function vectorsOf(of: string): readonly Vector[] {
  return vectors.filter((vector) => vector.of === of);
}

/** The cells of a row of a table. */
function cellsOf(line: string): readonly string[] {
  const cells = line.split('|').slice(1, -1);
  return cells.map((cell) => cell.trim().replaceAll('`', ''));
}

/** The rows of the table with this header. */
function tableAfter(header: string): readonly (readonly string[])[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => cellsOf(line).join(' | ') === header);
  expect(start, `a table "${header}"`).toBeGreaterThan(0);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map(cellsOf);
}

/** As the document prints it: bytes are hex after `0x`. */
function toJson(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, each) => {
      return each instanceof Uint8Array ? `0x${toHex(each)}` : each;
    }),
  );
}

describe('the vectors of docs/protocol.md', () => {
  it('hold one frame of every kind', () => {
    const kinds = vectorsOf('frame').map(({ json }) => (json as { kind: string }).kind);
    expect(kinds).toEqual(KINDS);
  });

  for (const { hex, json } of vectorsOf('frame')) {
    it(`decode and encode: ${(json as { kind: string }).kind}`, () => {
      const [frame, ...more] = [...decodeFrames(fromHex(hex), DEFAULT_LIMITS)];
      if (frame === undefined || frame.kind === 'foreign') throw new Error('no frame of ours');
      expect(more).toEqual([]);
      expect(toJson(frame)).toEqual(json);
      expect(toHex(encodeFrame(frame))).toBe(hex);
    });
  }

  it('decode and encode: a batch', () => {
    const [vector, ...more] = vectorsOf('batch');
    expect(more).toEqual([]);
    const bytes = fromHex(vector?.hex ?? '');
    const batch = readBatch(bytes, DEFAULT_LIMITS);
    const signature = signatureOf(bytes);
    expect(toJson({ ...batch, signature })).toEqual(vector?.json);
    expect(toHex(encodeBatch(batch, () => signature).bytes)).toBe(vector?.hex);
  });

  it('decode and encode: deltas of the log, with every piece there is', () => {
    const kinds = vectorsOf('delta').flatMap(({ hex, json }) => {
      const pieces = [...readLogDelta(fromHex(hex))];
      expect(toJson(pieces)).toEqual(json);
      const writer = new Writer();
      for (const piece of pieces) writeLogDeltaItem(writer, piece);
      expect(toHex(writer.finish())).toBe(hex);
      return pieces.map((piece) => (piece.kind === 'floor' && piece.proof ? 'proof' : piece.kind));
    });
    expect(kinds.toSorted()).toEqual(['batch', 'floor', 'narrowing', 'over', 'proof']);
  });

  it('decode and encode: questions about the log', () => {
    const kinds = vectorsOf('question').map(({ hex, json }) => {
      const asked = decodeLogQuestion(fromHex(hex));
      expect(toHex(encodeLogQuestion(asked))).toBe(hex);
      const clock = asked.kind === 'clock' ? { clock: asked.clock.sorted() } : {};
      expect(toJson({ ...asked, ...clock })).toEqual(json);
      return asked.kind;
    });
    expect(kinds).toEqual(['clock', 'parts']);
  });

  it('are sums of streams', () => {
    const rows = tableAfter('stream | sequence | sum');
    expect(rows).toHaveLength(3);
    for (const [stream = '', sequence, sum] of rows) {
      const index = new DigestIndex();
      const item = { nameHash: hashText(stream), version: Number(sequence) };
      index.change(item, () => undefined);
      expect(formatHash(index.root)).toBe(sum);
    }
  });

  it('are numbers in their shortest form', () => {
    const rows = tableAfter('number | varuint');
    expect(rows.length).toBe(9);
    for (const [number, hex = ''] of rows) {
      expect(toHex(new Writer().varuint(Number(number)).finish())).toBe(hex);
      expect(new Reader(fromHex(hex)).varuint()).toBe(Number(number));
    }
  });

  it('are signatures', () => {
    const given = Object.fromEntries(tableAfter('part of a signature | value'));
    const bytes = (name: string): Uint8Array => fromHex(given[name] ?? '');
    const origin = peerId(given['peer'] ?? '');
    const key = createPrivateKey({
      key: Buffer.concat([PKCS8_OF_SEED, bytes('seed')]),
      format: 'der',
      type: 'pkcs8',
    });
    const publicKey = createPublicKey(key);
    expect(publicKey.export({ format: 'jwk' }).x).toBe(
      Buffer.from(origin, 'hex').toString('base64url'),
    );
    const signed: string[] = [];
    const notary = new Notary(
      {
        sign: (statement) => {
          signed.push(toHex(statement));
          return sign(null, blake2b(statement), key);
        },
        verify: (peer, statement, signature) => {
          return peer === origin && verify(null, blake2b(statement), publicKey, signature);
        },
      },
      given['network'] ?? '',
    );
    const batch = readBatch(bytes('batch'), DEFAULT_LIMITS);
    expect(batch.origin).toBe(origin);
    expect(toHex(encodeBatch(batch, notary.signBatch).bytes)).toBe(given['batch']);
    expect(signed[0]).toBe(given['signed']);
    expect(notary.isBatchBy(origin, bytes('batch'))).toBe(true);
    const goodbye = vectorsOf('frame').find(({ hex }) => hex.startsWith('02'));
    const [record] = decodeFrames(fromHex(goodbye?.hex ?? ''), DEFAULT_LIMITS);
    if (record?.kind !== 'goodbye') throw new Error('no goodbye');
    const signature = notary.signRecord(origin, false, record);
    expect(signed[1]).toBe(given['signed record']);
    expect(toHex(signature)).toBe(given['signature of the record']);
    expect(notary.isRecordBy(origin, false, { ...record, signature })).toBe(true);
    expect(notary.isRecordBy(origin, true, { ...record, signature })).toBe(false);
  });

  it('are hashes', () => {
    const [empty, a, hearsay, mixed, mirrored] = tableAfter('of | is').map(([, is]) => is);
    expect(['', 'a', 'hearsay'].map((of) => formatHash(hashText(of)))).toEqual([empty, a, hearsay]);
    const left = { high: 1, low: 2 };
    const right = { high: 3, low: 4 };
    expect(formatHash(mixHash(left, right))).toBe(mixed);
    expect(formatHash(mixHash(right, left))).toBe(mirrored);
  });

  it('are state hashes of a log', () => {
    const isBatchBy = (): boolean => true;
    const log = new CausalLog({ limits: DEFAULT_LIMITS, counters: zeroCounters(), isBatchBy });
    const rows = tableAfter('batch | hash(signature) | state');
    expect(rows.length).toBe(2);
    for (const [batch = '', hash, state] of rows) {
      expect(log.receive(fromHex(batch))).toBe('delivered');
      expect(formatHash(hashBytes(signatureOf(fromHex(batch))))).toBe(hash);
      expect(formatHash(log.hash)).toBe(state);
    }
  });

  it('are the hash of a member table', () => {
    const table = new Members(9);
    table.add(memberOf(0xbb, 'dead', { incarnation: 4 }));
    const hash = table.hash({ id: peer(0xaa), generation: 3, incarnation: 0 });
    for (const [member = '', low] of tableAfter('member | low half')) {
      expect(hashText(member).low.toString(16).padStart(8, '0')).toBe(low);
    }
    expect(text).toContain(`knows of the second is \`${hash.toString(16).padStart(8, '0')}\``);
  });
});

describe('the lists of docs/protocol.md', () => {
  it('number the states of a member', () => {
    expect(text).toContain('state  = 0 alive | 1 suspect | 2 dead | 3 left');
    for (const [code, state] of (['alive', 'suspect', 'dead', 'left'] as const).entries()) {
      const bytes = encodeFrame({ kind: 'updates', updates: [updateOf(0xaa, { state })] });
      // Tag, length, count; then the id of 17 bytes.
      expect(bytes[3 + 17]).toBe(code);
    }
  });

  it('number the outcomes of a probe', () => {
    for (const [code, outcome] of (['acked', 'silent', 'lost', 'unlinked'] as const).entries()) {
      expect(text).toContain(`${code} _${outcome}_`);
      expect(encodeFrame({ kind: 'ping-reply', nonce: 0, outcome }).at(-1)).toBe(code);
    }
  });
});

describe('the tables of docs/protocol.md', () => {
  it('name every frame with its tag', () => {
    const rows = tableAfter('tag | frame | body | class');
    const named = rows.map(([tag, name]) => [Number(tag), name?.match(/\[([\w-]+)\]/)?.[1]]);
    const tags = vectorsOf('frame').map(({ hex, json }) => {
      return [Number.parseInt(hex.slice(0, 2), 16), (json as { kind: string }).kind];
    });
    expect(named).toEqual(tags);
  });

  it('name every close code', () => {
    const rows = tableAfter('code | name | meaning | dialled again');
    const named = Object.fromEntries(rows.map(([code, name = '']) => [name, Number(code)]));
    expect(named).toEqual(CLOSE_CODES);
  });
});
