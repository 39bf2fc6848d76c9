import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openRecord, signRecord } from '../src/registry/record.js';
import { Registry } from '../src/registry/registry.js';
import { TraceStep } from '../src/trace/trace-context.js';
import { FAULT_CODES } from '../src/wire/fault-codes.js';
import { decodeMessage, encodeMessage, KINDS } from '../src/wire/messages.js';
import { testNotary } from './support/notary.js';

// The golden vectors stand in the document and nowhere else, so that it cannot lie.
const text = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');

const vectors = [
  ...text.matchAll(/```hex services (\w+)\n([^`]+)```\n(?:\n```json\n([^`]+)```)?/g),
].map(([, of, hex = '', json]) => {
  return { of, hex: hex.replace(/\s/g, ''), json: json === undefined ? {} : JSON.parse(json) };
});
const { peer, notary } = testNotary(
  Uint8Array.from({ length: 32 }, (_, byte) => byte),
  'home',
);

const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function vectorOf(of: string) {
  const [vector, ...more] = vectors.filter((each) => each.of === of);
  if (vector === undefined || more.length > 0) throw new Error(`one vector of ${of}`);
  return vector;
}

/** As the document prints it: bytes are hex after `0x`, and a trace has its ids as text. */
function toJson(value: unknown): unknown {
  const words = JSON.stringify(value, (_key, each) => {
    if (each instanceof Uint8Array) return `0x${toHex(each)}`;
    if (!(each instanceof TraceStep)) return each;
    const { traceId, spanId, sampled, state } = each;
    return { traceId, spanId, sampled, state };
  });
  return JSON.parse(words);
}

/** Rows of the tables of the section, whose first cell is a number. */
const [, section = ''] = text.split('\n### Services\n');
const rows = [...(section.split('\n### ')[0] ?? '').matchAll(/^\| (\d+)\s*\| `([\w-]+)`/gm)];

describe('port 4 in docs/protocol.md', () => {
  it('has every message and every fault by its number', () => {
    const named = rows.map(([, number, name]) => [Number(number), name]);
    expect(named).toEqual([...KINDS.entries(), ...FAULT_CODES.entries()]);
  });

  it('has one vector of every message', () => {
    const messages = vectors.filter(({ of }) => of === 'post');
    expect(messages.map(({ json }) => json.kind)).toEqual(KINDS);
  });

  for (const { hex, json } of vectors.filter(({ of }) => of === 'post')) {
    it(`decodes and encodes: ${json.kind}`, () => {
      const message = decodeMessage(fromHex(hex));
      expect(toJson(message)).toEqual(json);
      expect(toHex(encodeMessage(message))).toBe(hex);
    });
  }

  it('decodes, verifies and signs a record', () => {
    const { hex, json } = vectorOf('record');
    const { record } = openRecord(fromHex(hex), (...given) => notary.verify(...given));
    expect(record.peer).toBe(peer);
    expect(toJson(record)).toEqual(json);
    expect(toHex(signRecord(record, (bytes) => notary.sign(bytes)).bytes)).toBe(hex);
    const announce = vectors.find(({ json: { kind } }) => kind === 'announce');
    expect(announce?.json.record).toBe(`0x${hex}`);
  });

  it('has the summary and the delta of a registry that holds this record', () => {
    const { hex, json } = vectorOf('record');
    const make = (): Registry =>
      new Registry({
        readWallMs: () => json.expiresMs - 1,
        verify: (...given) => notary.verify(...given),
        onChange: () => undefined,
      });
    const [full, empty] = [make(), make()];
    full.take(full.open(fromHex(hex)));
    const deltas = [...full.missing(empty.summary())];
    expect(deltas.map(toHex)).toEqual([vectorOf('delta').hex]);
    expect(empty.merge(fromHex(vectorOf('delta').hex))).toEqual({ added: 1 });
    for (const registry of [full, empty]) {
      expect(toHex(registry.summary())).toBe(vectorOf('summary').hex);
    }
  });
});
