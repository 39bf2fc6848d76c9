/**
 * The bytes themselves, for programs that speak to a peer without being one: tests of the protocol
 * by a hostile peer, and whoever writes a second implementation. A change of the protocol changes
 * these names with it.
 */
export { encodeLogDeltaItem, type LogDeltaItem, readLogDelta } from '../log/log-delta.js';
export type { MemberUpdate } from '../membership/member.js';
export { Notary } from '../trust/notary.js';
export { type Batch, type BatchRecord, encodeBatch, readBatch } from './batch.js';
export {
  type ClockEntry,
  readClock,
  readStream,
  writeClockEntries,
  writeStream,
} from './clock-entries.js';
export { decodeFrames, encodeFrame, type Frame, type ReadFrame } from './frame.js';
export { type Hello, VERSION_MAX, VERSION_MIN } from './hello.js';
export type { MemberRecord } from './member-record.js';
export { Reader } from './reader.js';
export { Writer } from './writer.js';
