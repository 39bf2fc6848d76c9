export type { Dot } from './clock/dot.js';
export { compareTimes, type HlcTime, HybridLogicalClock } from './clock/hybrid-logical-clock.js';
export { type ClockOrder, type ReadonlyVectorClock, VectorClock } from './clock/vector-clock.js';
export { type Config, DEFAULT_CONFIG } from './config.js';
export type { Effect, MemberChange, MemberReason, Message, PeerEvent } from './effect.js';
export { createEngine } from './engine.js';
export type { Engine, EngineOptions } from './engine-api.js';
export { type ErrorCode, HearsayError, InvariantError, invariant } from './errors.js';
export {
  compareIds,
  formatMessageId,
  type MessageId,
  type PeerId,
  parseStreamId,
  peerId,
  type StreamId,
  shortId,
  streamId,
  type Topic,
} from './ids.js';
export type { Address, Command, DialFailure, Input, LinkClosure, LinkId, Now } from './input.js';
export {
  DEFAULT_LIMITS,
  type Limits,
  PORT_MAX,
  POST_BODY_BYTES_MAX,
  SIGNATURE_BYTES,
} from './limits.js';
export type {
  BatchStore,
  LogMark,
  RecordKind,
  StoredLog,
  StoredRecord,
} from './log/batch-store.js';
export { RUNS_MIN } from './log/lineages.js';
export { indexRecords } from './log/segment-index.js';
export type { Defences } from './membership/defences.js';
export type { MemberState } from './membership/member.js';
export { HyParView } from './overlay/views/hyparview.js';
export type { ViewConfig, ViewEffect, ViewInput } from './overlay/views/view-types.js';
export type { Priority } from './priority.js';
export { jitter, pick, type Random, sample, seededRandom } from './random.js';
export { Roster, type RosterOptions, type RosterView } from './roster/roster.js';
export { AnswerAllowance, type AnswerContent } from './sync/answer-allowance.js';
export type { MergeResult, Replica } from './sync/replica.js';
export type { Equivocation } from './trust/equivocations.js';
export { PortNotary } from './trust/port-notary.js';
export type { Signer } from './trust/signer.js';
export type { Counters, MemberView, Receipt, StatusView, SyncView } from './view.js';
export { ABNORMAL_CLOSURE, CLOSE_CODES, type CloseCode } from './wire/close-codes.js';
export type { Port } from './wire/post.js';
export type { Contact, ViewFrame } from './wire/views.js';
