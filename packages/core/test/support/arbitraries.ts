import fc from 'fast-check';
import { compareIds, type PeerId, peerId, type StreamId, streamId } from '../../src/ids.js';
import {
  ADDRESS_BYTES_MAX,
  ADDRESSES_PER_FRAME_MAX,
  DEFAULT_LIMITS,
  NETWORK_BYTES_MAX,
  PORT_MAX,
  SIGNATURE_BYTES,
  WALK_HOPS_MAX,
  WIRE_NUMBER_MAX,
} from '../../src/limits.js';
import type { Batch, BatchRecord } from '../../src/wire/batch.js';
import {
  bitsOf,
  fanoutOf,
  LEVEL_MAX,
  type Narrowing,
  type Part,
  type PartEntries,
  type PartHashes,
  partIndexOf,
  type Question,
} from '../../src/wire/digest.js';
import type { Frame } from '../../src/wire/frame.js';
import { VERSION_MAX } from '../../src/wire/hello.js';
import { toHex } from './identities.js';

/** Everything that a frame may hold, edges included. */
export const u32 = fc.oneof(fc.constantFrom(0, 1, 0xffff_ffff), fc.nat({ max: 0xffff_ffff }));
export const varuint = fc.oneof(
  fc.constantFrom(0, 127, 128, 16_383, 16_384, 0xffff_ffff, WIRE_NUMBER_MAX),
  fc.nat({ max: WIRE_NUMBER_MAX }),
);
/** Counters that a reader may bound below 2^53. */
const count = fc.nat({ max: 0xffff_ffff });
const id: fc.Arbitrary<PeerId> = fc
  .uint8Array({ minLength: 16, maxLength: 32 })
  .map((bytes) => peerId(toHex(bytes)));
const streams: fc.Arbitrary<StreamId> = fc
  .tuple(id, count)
  .map(([peer, generation]) => streamId(peer, generation));
/** Each stream once, in order. */
export const entriesOfClock = fc
  .uniqueArray(fc.tuple(streams, fc.integer({ min: 1, max: 0xffff_ffff })), {
    maxLength: 4,
    selector: ([stream]) => stream,
  })
  .map((drawn) => drawn.toSorted(([left], [right]) => compareIds(left, right)));
const entries = fc.array(fc.tuple(streams, count), { maxLength: 8 });
/** Text of up to `max` bytes: a grapheme may take many. */
function text(minLength: number, max: number): fc.Arbitrary<string> {
  const encoder = new TextEncoder();
  return fc
    .string({ unit: 'grapheme', minLength, maxLength: 12 })
    .filter((drawn) => encoder.encode(drawn).length <= max);
}
const address = text(0, ADDRESS_BYTES_MAX);
const addresses = fc.array(address, { maxLength: ADDRESSES_PER_FRAME_MAX });
/** Short as a rule, and now and then as long as it may be. */
const meta = fc.oneof(
  { weight: 19, arbitrary: fc.uint8Array({ maxLength: 20 }) },
  { weight: 1, arbitrary: fc.constant(new Uint8Array(DEFAULT_LIMITS.metaBytesMax).fill(7)) },
);
const bytes = fc.uint8Array({ maxLength: 40 });
const hash = fc.record({ high: u32, low: u32 });
const summary = { nonce: u32, state: hash, table: u32 };
const kind = <K extends Frame['kind']>(name: K): fc.Arbitrary<K> => fc.constant(name);

const memberRecord = {
  generation: count,
  incarnation: count,
  addresses,
  metaVersion: count,
  meta,
  signature: fc.uint8Array({ minLength: SIGNATURE_BYTES, maxLength: SIGNATURE_BYTES }),
};
const update = fc.record({
  peer: id,
  state: fc.constantFrom('alive', 'suspect', 'dead', 'left'),
  from: id,
  ...memberRecord,
});

const contact = fc.record({ peer: id, addresses });
const contacts = fc.array(contact, { maxLength: 4 });
const hops = fc.nat({ max: WALK_HOPS_MAX });

/** A frame of every kind. */
export const FRAMES: { readonly [K in Frame['kind']]: fc.Arbitrary<Extract<Frame, { kind: K }>> } =
  {
    hello: fc.record({
      kind: kind('hello'),
      versionMin: fc.integer({ min: 0, max: VERSION_MAX }),
      versionMax: fc.integer({ min: VERSION_MAX, max: 9 }),
      network: text(0, NETWORK_BYTES_MAX),
      wallMs: varuint,
      nonce: u32,
      peer: id,
      ...memberRecord,
    }),
    goodbye: fc.record({ kind: kind('goodbye'), ...memberRecord }),
    ping: fc.record({ kind: kind('ping'), ...summary }),
    ack: fc.record({ kind: kind('ack'), ...summary }),
    'ping-request': fc.record({ kind: kind('ping-request'), nonce: u32, target: id }),
    'ping-reply': fc.record({
      kind: kind('ping-reply'),
      nonce: u32,
      outcome: fc.constantFrom('acked', 'silent', 'lost', 'unlinked'),
    }),
    updates: fc.record({ kind: kind('updates'), updates: fc.array(update, { maxLength: 4 }) }),
    'table-want': fc.record({ kind: kind('table-want') }),
    batch: fc.record({ kind: kind('batch'), bytes }),
    have: fc.record({ kind: kind('have'), entries }),
    offer: fc.record({ kind: kind('offer'), replica: count, hash, reply: fc.boolean() }),
    want: fc.record({ kind: kind('want'), replica: count, summary: bytes }),
    delta: fc.record({ kind: kind('delta'), replica: count, bytes }),
    'delta-end': fc.record({ kind: kind('delta-end'), replica: count, more: fc.boolean() }),
    chains: fc.record({
      kind: kind('chains'),
      chains: fc.array(fc.record({ stream: streams, last: count, chain: hash }), { maxLength: 4 }),
    }),
    trail: fc.record({
      kind: kind('trail'),
      stream: streams,
      reply: fc.boolean(),
      batches: fc.array(fc.record({ first: count, hash }), { maxLength: 4 }),
    }),
    post: fc.record({ kind: kind('post'), port: fc.integer({ min: 1, max: PORT_MAX }), bytes }),
    relay: fc.record({ kind: kind('relay'), bytes }),
    ihave: fc.record({ kind: kind('ihave'), batches: entries }),
    graft: fc.record({ kind: kind('graft'), batches: entries }),
    prune: fc.record({ kind: kind('prune'), origins: fc.array(id, { maxLength: 8 }) }),
    join: fc.record({ kind: kind('join') }),
    'forward-join': fc.record({ kind: kind('forward-join'), hops, newcomer: contact }),
    neighbour: fc.record({ kind: kind('neighbour'), urgent: fc.boolean() }),
    'neighbour-reply': fc.record({ kind: kind('neighbour-reply'), accepted: fc.boolean() }),
    shuffle: fc.record({ kind: kind('shuffle'), nonce: u32, hops, contacts }),
    'shuffle-reply': fc.record({ kind: kind('shuffle-reply'), nonce: u32, contacts }),
    release: fc.record({ kind: kind('release') }),
    keep: fc.record({ kind: kind('keep') }),
    island: fc.record({ kind: kind('island'), root: id, beat: varuint, members: varuint }),
  };

export const KINDS = Object.keys(FRAMES) as readonly Frame['kind'][];
export const frame: fc.Arbitrary<Frame> = fc.oneof(...KINDS.map((name) => FRAMES[name]));

/** A part that falls into others, if it must. */
const part = (levelMax: number): fc.Arbitrary<Part> =>
  fc
    .tuple(fc.integer({ min: 0, max: levelMax }), u32)
    .map(([level, drawn]) => ({ level, index: drawn % 2 ** bitsOf(level) }));
const partHashes: fc.Arbitrary<PartHashes> = part(LEVEL_MAX - 1).chain((drawn) => {
  const length = fanoutOf(drawn.level);
  const hashes = fc.array(hash, { minLength: length, maxLength: length });
  return fc.record({ part: fc.constant(drawn), hashes });
});
const partEntries: fc.Arbitrary<PartEntries> = fc
  .record({
    level: fc.integer({ min: 0, max: LEVEL_MAX }),
    first: u32,
    lows: fc.array(fc.tuple(u32, fc.integer({ min: 1, max: WIRE_NUMBER_MAX })), { maxLength: 3 }),
  })
  .map(({ level, first, lows }) => {
    const named = lows.map(([low, version]) => ({ name: { high: first, low }, version }));
    return { part: { level, index: partIndexOf({ high: first, low: 0 }, level) }, entries: named };
  });
/** What is asked, and asked back, when there is much. */
export const question: fc.Arbitrary<Question> = fc
  .record({
    hashes: fc.array(partHashes, { maxLength: 2 }),
    entries: fc.array(partEntries, { maxLength: 3 }),
  })
  .filter(({ hashes, entries }) => areApart([...hashes, ...entries].map((one) => one.part)));
export const narrowing: fc.Arbitrary<Narrowing> = fc
  .record({
    hashes: fc.array(partHashes, { maxLength: 2 }),
    parts: fc.array(part(LEVEL_MAX), { maxLength: 4 }),
  })
  .filter(({ hashes, parts }) => areApart([...hashes.map((one) => one.part), ...parts]));

/** Whether no part is another, or lies in another. */
function areApart(parts: readonly Part[]): boolean {
  const holds = (one: Part, other: Part): boolean =>
    one.level <= other.level &&
    Math.floor(other.index / 2 ** (bitsOf(other.level) - bitsOf(one.level))) === one.index;
  return parts.every((one, at) =>
    parts.every((other, place) => at === place || !holds(one, other)),
  );
}

const BASE_MS = 1_700_000_000_000;
const record: fc.Arbitrary<BatchRecord> = fc.record({
  topic: text(1, DEFAULT_LIMITS.topicBytesMax),
  payload: fc.uint8Array({ maxLength: 20 }),
  time: fc.record({ ms: fc.nat({ max: 5_000 }), counter: fc.nat({ max: 0xffff }) }),
});

/** Batches as an honest peer makes them: times rise. */
export const batch: fc.Arbitrary<Batch> = fc
  .record({
    origin: id,
    generation: count,
    firstSequence: fc.integer({ min: 1, max: 0xffff_ffff }),
    causes: entriesOfClock,
    records: fc.array(record, { minLength: 1, maxLength: 6 }),
  })
  .map((drawn) => {
    const byTime = drawn.records.toSorted((left, right) => left.time.ms - right.time.ms);
    const records = byTime.map((each) => {
      return { ...each, time: { ...each.time, ms: BASE_MS + each.time.ms } };
    });
    return { ...drawn, records, count: records.length };
  });
