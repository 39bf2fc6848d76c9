import { HearsayError } from '../errors.js';
import { type PeerId, parseStreamId, type StreamId } from '../ids.js';
import { FRAME_BODY_BYTES_MAX } from '../limits.js';
import type { ClockEntry } from '../wire/clock-entries.js';
import { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import type { StateHash } from './state-hash.js';
import { StreamLog } from './stream-log.js';

/** Of this form of the bytes below. */
const VERSION = 3;
/** Without what is waived. */
const VERSION_BEFORE = 2;
const NOTHING = new Uint8Array(0);

/** What a log knew of its streams at a mark, but for where their batches are. */
export interface LogState {
  readonly streams: readonly StreamLog[];
  /** The newest batches of streams of which none is kept. */
  readonly proofs: ReadonlyMap<StreamLog, Uint8Array>;
  /** Up to this generation of a peer nothing is waited for. */
  readonly waived: ReadonlyMap<PeerId, number>;
}

export function encodeLogState(
  streams: Iterable<StreamLog>,
  proofs: LogState['proofs'],
  waived: LogState['waived'],
): Uint8Array {
  const list = [...streams].filter((stream) => stream.last > 0);
  const slots = new Map<StreamId, number>();
  const slotOf = (id: StreamId): number => {
    const slot = slots.get(id) ?? slots.size;
    slots.set(id, slot);
    return slot;
  };
  const body = new Writer();
  const entries = (causes: Iterable<ClockEntry>): void => {
    body.list([...causes], ([cause, sequence]) => body.varuint(slotOf(cause)).varuint(sequence));
  };
  body.list(list, (stream) => {
    body.varuint(slotOf(stream.id)).varuint(stream.last).varuint(stream.floor);
    body.u32(stream.chain.high).u32(stream.chain.low);
    body.u32(stream.floorChain.high).u32(stream.floorChain.low);
    body.varuint(stream.newest.ms).varuint(stream.newest.counter);
    entries(stream.causes.entries());
    entries(stream.floorCauses.entries());
    body.bytes(proofs.get(stream) ?? NOTHING);
  });
  body.list([...waived], ([peer, generation]) => body.peer(peer).varuint(generation));
  const writer = new Writer();
  writer.u8(VERSION).list([...slots.keys()], (id) => {
    const { peer, generation } = parseStreamId(id);
    writer.peer(peer).varuint(generation);
  });
  return writer.raw(body.finish()).finish();
}

/** @throws HearsayError `malformed` */
export function decodeLogState(bytes: Uint8Array): LogState {
  const reader = new Reader(bytes);
  const version = reader.u8();
  if (version !== VERSION && version !== VERSION_BEFORE) {
    throw new HearsayError('malformed', 'a state of another version');
  }
  const ids = reader.list(bytes.length, () => reader.stream());
  const idAt = (slot: number): StreamId => {
    const id = ids[slot];
    if (id === undefined) throw new HearsayError('malformed', 'a state without its stream');
    return id;
  };
  const entries = (): ClockEntry[] => {
    return reader.list(bytes.length, () => [idAt(reader.varuint()), reader.varuint()] as const);
  };
  const hash = (): StateHash => ({ high: reader.u32(), low: reader.u32() });
  const proofs = new Map<StreamLog, Uint8Array>();
  const streams = reader.list(bytes.length, () => {
    const stream = new StreamLog(idAt(reader.varuint()));
    stream.last = reader.varuint();
    stream.floor = reader.varuint();
    stream.chain = hash();
    stream.floorChain = hash();
    stream.newest = { ms: reader.varuint(), counter: reader.varuint() };
    for (const [cause, sequence] of entries()) stream.causes.raise(cause, sequence);
    for (const [cause, sequence] of entries()) stream.floorCauses.raise(cause, sequence);
    const proof = reader.bytes(FRAME_BODY_BYTES_MAX);
    if (proof.length > 0) proofs.set(stream, proof);
    return stream;
  });
  const isOlder = version === VERSION_BEFORE;
  const waived = reader.list(isOlder ? 0 : bytes.length, () => {
    return [reader.peer(), reader.varuint()] as const;
  });
  reader.end();
  return { streams, proofs, waived: new Map(waived) };
}
