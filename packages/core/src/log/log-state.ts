import { HearsayError } from '../errors.js';
import { parseStreamId, type StreamId, streamId } from '../ids.js';
import type { ClockEntry } from '../wire/clock-entries.js';
import { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';
import type { StateHash } from './state-hash.js';
import { StreamLog } from './stream-log.js';

/** Of this form of the bytes below. */
const VERSION = 1;

/** Everything that the log knows of its streams, but for where their batches are. */
export function encodeLogState(streams: Iterable<StreamLog>): Uint8Array {
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
  });
  const writer = new Writer();
  writer.u8(VERSION).list([...slots.keys()], (id) => {
    const { peer, generation } = parseStreamId(id);
    writer.peer(peer).varuint(generation);
  });
  return writer.raw(body.finish()).finish();
}

/** @throws HearsayError `malformed` */
export function decodeLogState(bytes: Uint8Array): StreamLog[] {
  const reader = new Reader(bytes);
  if (reader.u8() !== VERSION) throw new HearsayError('malformed', 'a state of another version');
  const ids = reader.list(bytes.length, () => streamId(reader.peer(), reader.varuint()));
  const idAt = (slot: number): StreamId => {
    const id = ids[slot];
    if (id === undefined) throw new HearsayError('malformed', 'a state without its stream');
    return id;
  };
  const entries = (): ClockEntry[] => {
    return reader.list(bytes.length, () => [idAt(reader.varuint()), reader.varuint()] as const);
  };
  const hash = (): StateHash => ({ high: reader.u32(), low: reader.u32() });
  const streams = reader.list(bytes.length, () => {
    const stream = new StreamLog(idAt(reader.varuint()));
    stream.last = reader.varuint();
    stream.floor = reader.varuint();
    stream.chain = hash();
    stream.floorChain = hash();
    stream.newest = { ms: reader.varuint(), counter: reader.varuint() };
    for (const [cause, sequence] of entries()) stream.causes.raise(cause, sequence);
    for (const [cause, sequence] of entries()) stream.floorCauses.raise(cause, sequence);
    return stream;
  });
  reader.end();
  return streams;
}
